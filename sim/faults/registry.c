/* One line a kind of fault: everything else finds it from here. */
#include "sim/fault.h"

#define FAULTS(X)                                                                                  \
    X(crash)                                                                                       \
    X(restart)                                                                                     \
    X(wipe)                                                                                        \
    X(stop)                                                                                        \
    X(pause)                                                                                       \
    X(partition)                                                                                   \
    X(isolate)                                                                                     \
    X(block)                                                                                       \
    X(hold)                                                                                        \
    X(loss)                                                                                        \
    X(duplicate)                                                                                   \
    X(latency)                                                                                     \
    X(slow)                                                                                        \
    X(clock_jump)                                                                                  \
    X(clock_drift)                                                                                 \
    X(transfer)                                                                                    \
    X(forget_leader)                                                                               \
    X(load)

#define DECLARE(name) extern const struct fault_kind name##_fault;
FAULTS(DECLARE)
#define ENTRY(name) &name##_fault,
const struct fault_kind *const fault_kinds[] = {FAULTS(ENTRY) NULL};
