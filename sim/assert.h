/* Assertions about our own code, on in every build. User input is never asserted. */
#ifndef CONCLAVE_SIM_ASSERT_H
#define CONCLAVE_SIM_ASSERT_H

/* Reports the broken invariant, and the function that noticed, and ends the process. The program
 * supplies it, so that it can tell simulated time, node, scenario and seed; sim/assert.c has one
 * that traps, for bare use. */
_Noreturn void sim_assert_failed(const char *condition, const char *function, const char *file,
                                 int line);

#define sim_assert(condition)                                                                      \
    ((condition) ? (void) 0 : sim_assert_failed(#condition, __func__, __FILE__, __LINE__))

#define sim_unreachable() sim_assert_failed("unreachable", __func__, __FILE__, __LINE__)

#endif
