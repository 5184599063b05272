/* One run: scenario and seed in, records and a result out. */
#ifndef CONCLAVE_SIM_WORLD_H
#define CONCLAVE_SIM_WORLD_H

#include "sim/memory.h"
#include "sim/observer.h"
#include "sim/result.h"
#include "sim/scenario.h"
#include "sim/scheduler.h"

struct world_options {
    enum scheduler_structure structure;
    bool without_checks; /* no invariants: for the benchmark of their cost */
};

/* A world is built once per worker for a scenario and reset for each seed; reset does not
 * allocate. Scenario and observers are borrowed and must outlive the world. NULL when memory is
 * out. The world starts reset to the scenario's own seed. */
struct world *world_create(const struct sim_memory *memory, const struct scenario *scenario,
                           const struct observer *observers, uint32_t observer_count,
                           const struct world_options *options); /* NULL: defaults */
void world_reset(struct world *w, uint64_t seed);
void world_destroy(struct world *w);

/* Handle one event; or everything until `until` (SIM_FOREVER: the scenario's end) or until
 * `events_max` events were handled in all. */
enum world_status world_step(struct world *w);
enum world_status world_run(struct world *w, sim_ns until, uint64_t events_max);

/* Close the books (open elections and leaderships end here) and hand out the result, which the
 * world owns. Call once, after the last step. */
const struct run_result *world_finish(struct world *w);

/* Memory for messages in flight: bytes that one takes with its event, and for how many there is
 * room (as many as there ever were at once, and some to spare). */
uint64_t world_message_size(const struct world *w);
uint64_t world_message_room(const struct world *w);

#endif
