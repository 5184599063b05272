#include "sim/observe/collector.h"

#include <string.h>

#include "sim/metrics.h"
#include "sim/observe/collector_state.h"

/* ---- Times that something held --------------------------------------------------------------- */

static void account(struct collector *c, sim_ns now)
{
    sim_ns held = now - c->since;
    if (c->available)
        c->available_time += held;
    if (c->acting >= 2 && held > 0) { /* of no length, it is none */
        c->split_time += held;
        c->split_events += !c->split;
        c->split = true;
    }
    if (c->effective >= 2)
        c->effective_split_time += held;
    c->since = now;
}

/* Whether the guard would let the leader's operations pass now. */
static bool is_effective(const struct collector *c, const struct world *w,
                         const struct leading_member *m, uint64_t newest_term)
{
    switch ((enum operation_guard) c->scenario->workload.guard) {
    case GUARD_NONE:
        return true;
    case GUARD_FENCING:
        return m->term >= c->newest_token;
    case GUARD_QUORUM:
        return m->term == newest_term && world_reaches_majority(w, m->node);
    }
    sim_unreachable();
}

static uint64_t newest_term_with_majority(const struct collector *c, const struct world *w)
{
    uint64_t newest = 0;
    for (uint32_t i = 0; i < c->leading_count; i++) {
        const struct leading_member *m = &c->leading[i];
        if (m->term > newest && world_acts(w, m->node) && world_reaches_majority(w, m->node))
            newest = m->term;
    }
    return newest;
}

static void look(struct collector *c, const struct world *w, sim_ns now)
{
    account(c, now);
    uint64_t newest = c->leading_count > 1 ? newest_term_with_majority(c, w) : 0;
    c->acting = c->effective = 0;
    c->available = false;
    for (uint32_t i = 0; i < c->leading_count; i++) {
        const struct leading_member *m = &c->leading[i];
        if (!world_acts(w, m->node))
            continue;
        c->acting++;
        c->available = c->available || world_reaches_majority(w, m->node);
        c->effective += c->leading_count == 1 || is_effective(c, w, m, newest);
    }
    c->split = c->split && c->acting >= 2;
}

/* ---- Recovery -------------------------------------------------------------------------------- */

static bool majority_follows_a_leader(const struct collector *c, const struct world *w)
{
    for (uint32_t i = 0; i < c->leading_count; i++) {
        node_id leader = c->leading[i].node;
        uint32_t following = 0;
        if (!world_acts(w, leader))
            continue;
        for (node_id id = 0; id < c->scenario->nodes; id++)
            following += world_is_running(w, id) && world_view(w, id).leader == leader;
        if (following > c->scenario->nodes / 2)
            return true;
    }
    return false;
}

static void look_for_recovery(struct collector *c, const struct world *w, sim_ns now)
{
    if (!c->healed || c->recovered || !majority_follows_a_leader(c, w))
        return;
    c->recovered = true;
    c->recovered_at = now;
}

/* ---- Records --------------------------------------------------------------------------------- */

static void stop_leading(struct collector *c, node_id node)
{
    for (uint32_t i = 0; i < c->leading_count; i++)
        if (c->leading[i].node == node) {
            c->leading[i] = c->leading[--c->leading_count];
            return;
        }
}

static void start_leading(struct collector *c, const struct record *r)
{
    stop_leading(c, r->node);
    void *leading = c->leading;
    if (!memory_reserve(c->memory, &leading, &c->leading_capacity, sizeof *c->leading,
                        c->leading_count + 1)) {
        c->out_of_memory = true;
        return;
    }
    c->leading = leading;
    c->leading[c->leading_count++] = (struct leading_member){.term = r->term, .node = r->node};
    if (c->first_term == 0)
        c->first_term = r->term;
}

static void on_operation(struct collector *c, const struct world *w, const struct record *r)
{
    c->operations++;
    if (r->detail != OPERATION_ACCEPTED)
        return;
    c->accepted++;
    c->stale += r->flags & 1;
    if (r->term <= c->newest_token)
        return;
    c->newest_token = r->term;
    if (c->leading_count > 1)
        look(c, w, r->at);
}

static void change_lock_holders(struct collector *c, sim_ns now, int change)
{
    if (c->lock_holders >= 2)
        c->double_grant_time += now - c->lock_since;
    c->lock_since = now;
    c->lock_holders += (uint32_t) change;
}

static void on_lock_write(struct collector *c, const struct world *w, const struct record *r)
{
    c->stale_lock_writes += r->detail == LOCK_WRITE_STALE;
    c->fenced_lock_writes += r->detail == LOCK_WRITE_FENCED;
    if (r->detail != LOCK_WRITTEN || r->term <= c->newest_token)
        return;
    c->newest_token = r->term;
    if (c->leading_count > 1)
        look(c, w, r->at);
}

static void on_lock(struct collector *c, const struct world *w, const struct record *r)
{
    switch ((enum lock_happening) r->detail) {
    case LOCK_GRANTED:
        c->lock_grants++;
        c->double_grants += c->lock_holders > 0;
        change_lock_holders(c, r->at, +1);
        c->accepted++;
        c->operations++;
        return;
    case LOCK_UNKNOWN:
    case LOCK_NO_LEADER:
    case LOCK_FAILED:
        c->operations++;
        return;
    case LOCK_HELD: /* an answer, too */
        c->accepted++;
        c->operations++;
        return;
    case LOCK_EXPIRED:
    case LOCK_RELEASED:
        change_lock_holders(c, r->at, -1);
        return;
    case LOCK_WRITTEN:
    case LOCK_WRITE_STALE:
    case LOCK_WRITE_FENCED:
        on_lock_write(c, w, r);
        return;
    }
    sim_unreachable();
}

/* Of a node, or of a message that is not counted in `traffic`. */
static bool is_disturbance(enum record_kind kind)
{
    return kind == RECORD_CRASHED || kind == RECORD_PAUSED || kind == RECORD_CLOCK_JUMPED
           || kind == RECORD_HELD;
}

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct collector *c = context;
    if (r->kind == RECORD_OPERATION) {
        on_operation(c, w, r);
        return;
    }
    if (r->kind == RECORD_LOCK) {
        on_lock(c, w, r);
        return;
    }
    c->disturbances += is_disturbance(r->kind);
    if (r->kind == RECORD_HELD || r->kind == RECORD_CLOCK_JUMPED
        || (r->node != NODE_NONE && r->node >= c->scenario->nodes))
        return;
    if (r->term > c->last_term)
        c->last_term = r->term;
    switch (r->kind) {
    case RECORD_LED:
        start_leading(c, r);
        break;
    case RECORD_STEPPED_DOWN:
    case RECORD_CRASHED:
        stop_leading(c, r->node);
        break;
    case RECORD_FAULT_ENDED:
    case RECORD_SETTLED:
        c->healed = true;
        c->recovered = false;
        c->healed_at = r->at;
        break;
    case RECORD_CAMPAIGNED:
        return;
    case RECORD_FOLLOWED:
        look_for_recovery(c, w, r->at);
        return;
    default: /* STARTED, PAUSED, RESUMED, CONNECTIVITY */
        break;
    }
    look(c, w, r->at);
    look_for_recovery(c, w, r->at);
}

static void on_end(void *context, const struct world *w, sim_ns at)
{
    struct collector *c = context;
    look(c, w, at);
    change_lock_holders(c, at, 0);
    c->disturbances += world_delayed_messages(w);
    c->ended_at = at;
}

/* ---- Outside --------------------------------------------------------------------------------- */

struct collector *collector_create(const struct sim_memory *memory, const struct scenario *scenario)
{
    struct collector *c = memory_zeroed(memory, sizeof *c);
    if (c == NULL)
        return NULL;
    c->memory = memory;
    c->scenario = scenario;
    c->values = memory_zeroed(memory, metric_count() * sizeof *c->values);
    if (c->values == NULL) {
        collector_destroy(c);
        return NULL;
    }
    return c;
}

void collector_reset(struct collector *c)
{
    *c = (struct collector){.memory = c->memory,
                            .scenario = c->scenario,
                            .leading = c->leading,
                            .leading_capacity = c->leading_capacity,
                            .sorted = c->sorted,
                            .sorted_capacity = c->sorted_capacity,
                            .values = c->values};
}

void collector_destroy(struct collector *c)
{
    if (c == NULL)
        return;
    memory_release(c->memory, c->leading, c->leading_capacity * sizeof *c->leading);
    memory_release(c->memory, c->values, metric_count() * sizeof *c->values);
    memory_release(c->memory, c->sorted, c->sorted_capacity * sizeof *c->sorted);
    memory_release(c->memory, c, sizeof *c);
}

struct observer collector_observer(struct collector *c)
{
    return (struct observer){.context = c,
                             .interest
                             = INTEREST(CAMPAIGNED) | INTEREST(LED) | INTEREST(FOLLOWED)
                               | INTEREST(STEPPED_DOWN) | INTEREST(STARTED) | INTEREST(CRASHED)
                               | INTEREST(PAUSED) | INTEREST(RESUMED) | INTEREST(CONNECTIVITY)
                               | INTEREST(OPERATION) | INTEREST(HELD) | INTEREST(CLOCK_JUMPED)
                               | INTEREST(FAULT_ENDED) | INTEREST(SETTLED) | INTEREST(LOCK),
                             .on_record = on_record,
                             .on_end = on_end};
}

bool collector_out_of_memory(const struct collector *c)
{
    return c->out_of_memory;
}

const struct metric_value *collector_metrics(struct collector *c, const struct run_result *result)
{
    memset(c->values, 0, metric_count() * sizeof *c->values);
    metrics_compute(c, result);
    return c->values;
}
