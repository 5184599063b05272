/* One run: takes events in order, lets them happen, and tells the observers. */
#include "sim/world.h"

#include <string.h>

#include "sim/observe/collector.h"
#include "sim/observe/elections.h"
#include "sim/observe/invariants.h"
#include "sim/observe/trace_hash.h"
#include "sim/world_state.h"

const char *const world_status_names[] = {"running", "completed", "event_limit", "out_of_memory"};

/* ---- Records --------------------------------------------------------------------------------- */

uint64_t world_record(struct world *w, struct record *r)
{
    r->at = w->now;
    r->number = w->records++;
    r->cause = w->cause == UINT64_MAX ? r->number : w->cause;
    trace_hash_record(w->trace_hash, r);
    unsigned count = w->dispatch_count[r->kind];
    for (unsigned i = 0; i < count; i++) {
        const struct observer *o = &w->observers[w->dispatch[r->kind][i]];
        o->on_record(o->context, w, r);
    }
    return r->number;
}

uint64_t world_note(struct world *w, enum record_kind kind, node_id node, node_id peer,
                    uint32_t detail, uint64_t term)
{
    struct record r = {.kind = kind, .node = node, .peer = peer, .detail = detail, .term = term};
    return world_record(w, &r);
}

void world_out_of_memory(struct world *w)
{
    w->status = WORLD_OUT_OF_MEMORY;
}

void world_push(struct world *w, sim_ns at, enum event_kind kind, uint32_t slot)
{
    if (!scheduler_push(w->scheduler, at, kind, slot))
        world_out_of_memory(w);
}

void *world_append(struct world *w, struct array *array, size_t size)
{
    if (!memory_reserve(&w->memory, &array->items, &array->capacity, size, array->count + 1)) {
        world_out_of_memory(w);
        return NULL;
    }
    return (unsigned char *) array->items + size * array->count++;
}

/* ---- Callbacks ------------------------------------------------------------------------------- */

/* A callback may take one workspace: have one ready. */
static bool provide_workspace(struct world *w)
{
    if (w->workspace_size == 0 || w->workspace_count > 0)
        return true;
    void *list = w->workspaces;
    if (!memory_reserve(&w->memory, &list, &w->workspace_capacity, sizeof(void *),
                        w->workspace_made + 1))
        return false;
    w->workspaces = list;
    void *block = memory_zeroed(&w->memory, w->workspace_size);
    if (block == NULL)
        return false;
    w->workspaces[w->workspace_count++] = block;
    w->workspace_made++;
    return true;
}

bool world_enter(struct world *w, struct node *n)
{
    sim_assert(w->current == NODE_NONE);
    if (n->workspace == NULL && !provide_workspace(w)) {
        world_out_of_memory(w);
        return false;
    }
    w->current = n->id;
    n->open_write = NO_SLOT;
    w->election_messages_before = w->election_messages;
    return true;
}

void world_leave(struct world *w, struct node *n)
{
    sim_assert(w->current == n->id);
    struct node_view now = w->algorithm->view(world_state(w, n->id));
    sim_assert((now.role == ROLE_LEADER) == n->leads);
    if (!w->options.without_checks && n->id < w->node_count)
        invariants_after_callback(w->invariants, w, n->id, &now);
    w->current = NODE_NONE;
    process_exit_if_asked(w, n);
}

/* ---- Events ---------------------------------------------------------------------------------- */

static void release_after_sync(struct world *w, uint32_t slot)
{
    const struct parcel *parcel = pool_at(&w->parcels, slot);
    struct node *n = &w->nodes[parcel->from];
    bool alive = n->running && (uint16_t) n->incarnation == parcel->incarnation;
    if (alive && process_park(w, n, EVENT_RELEASE, slot))
        return;
    if (alive) {
        _Alignas(16) unsigned char body[MESSAGE_BODY_MAX];
        unsigned kind = parcel->kind;
        node_id to = parcel->to;
        world_copy(body, parcel + 1, w->algorithm->messages[kind].size);
        w->cause = w->records - (uint32_t) ((uint32_t) w->records - parcel->cause);
        network_send(w, n, to, kind, body);
    }
    pool_give(&w->parcels, slot);
}

static void handle(struct world *w, const struct event *event)
{
    switch ((enum event_kind) event->kind) {
    case EVENT_START:
        process_start(w, &w->nodes[event->slot]);
        return;
    case EVENT_DELIVER:
        process_deliver(w, event->slot);
        return;
    case EVENT_RELEASE:
        release_after_sync(w, event->slot);
        return;
    case EVENT_TIMER:
        w->events--; /* counted when it fires: most come up early and go on to a later deadline */
        process_timer_fired(w, event->slot);
        return;
    case EVENT_SYNCED:
        disk_synced(w, event->slot);
        return;
    case EVENT_FAULT_BEGIN:
        schedule_begin(w, event->slot);
        return;
    case EVENT_FAULT_END:
        schedule_end(w, event->slot);
        return;
    case EVENT_TICK:
        workload_tick(w);
        return;
    case EVENT_WRITE:
        workload_write(w, event->slot);
        return;
    case EVENT_GRACE:
        process_grace_over(w, event->slot);
        return;
    case EVENT_SETTLE:
        settle_begin(w);
        return;
    case EVENT_CLIENT:
        lock_client_due(w, event->slot);
        return;
    }
    sim_unreachable();
}

static void fetch(const void *at, size_t size)
{
    for (size_t offset = 0; offset < size; offset += 64)
        __builtin_prefetch((const unsigned char *) at + offset);
}

/* A large cluster does not fit into the cache: what the next events need is fetched while the
 * present one is handled. */
static void look_ahead(const struct world *w)
{
    struct event ahead[SCHEDULER_AHEAD_MAX];
    uint32_t count = scheduler_ahead(w->scheduler, ahead);
    for (uint32_t i = count; i-- > 0;) {
        if (ahead[i].kind != EVENT_DELIVER)
            continue;
        const struct parcel *parcel = pool_at(&w->parcels, ahead[i].slot);
        if (i > 0) {
            fetch(parcel, w->parcels.stride);
            continue;
        }
        fetch(&w->nodes[parcel->to], sizeof *w->nodes);
        fetch(w->states + w->state_size * parcel->to, w->state_size);
        fetch(&w->timers[(size_t) parcel->to * w->timer_count], w->timer_count * sizeof *w->timers);
    }
}

static void step(struct world *w)
{
    struct event event;
    if (scheduler_next(w->scheduler) > w->end || !scheduler_pop(w->scheduler, &event)) {
        w->now = w->end;
        w->status = WORLD_ENDED;
        return;
    }
    sim_assert(event.at >= w->now);
    look_ahead(w);
    w->now = event.at;
    w->events++;
    w->cause = UINT64_MAX;
    handle(w, &event);
}

enum world_status world_step(struct world *w)
{
    sim_assert(!w->finished);
    if (w->status == WORLD_RUNNING)
        step(w);
    return w->status;
}

enum world_status world_run(struct world *w, sim_ns until, uint64_t events_max)
{
    sim_assert(!w->finished);
    while (w->status == WORLD_RUNNING) {
        if (w->events >= events_max) {
            w->status = WORLD_EVENT_LIMIT;
            break;
        }
        if (until < w->end && scheduler_next(w->scheduler) > until) {
            w->now = until;
            break;
        }
        step(w);
    }
    return w->status;
}

/* ---- Building, resetting, closing ------------------------------------------------------------ */

static void dispatch_to(struct world *w, struct observer observer)
{
    uint8_t index = (uint8_t) w->observer_count;
    sim_assert(w->observer_count < OBSERVERS_MAX);
    w->observers[w->observer_count++] = observer;
    for (unsigned kind = 0; kind < RECORD_KIND_COUNT; kind++)
        if ((observer.interest >> kind) & 1)
            w->dispatch[kind][w->dispatch_count[kind]++] = index;
}

/* The order is fixed: trace hash, invariants, elections, metrics, then outside ones. */
static bool create_observers(struct world *w, const struct observer *observers, uint32_t count)
{
    if (count > OBSERVERS_MAX - 4)
        return false;
    w->trace_hash = trace_hash_create(&w->memory, w->scenario);
    w->elections = elections_create(&w->memory, w->scenario);
    w->collector = collector_create(&w->memory, w->scenario);
    w->invariants = invariants_create(&w->memory, w->scenario);
    if (w->trace_hash == NULL || w->elections == NULL || w->collector == NULL
        || w->invariants == NULL)
        return false;
    if (!w->options.without_checks)
        dispatch_to(w, invariants_observer(w->invariants));
    dispatch_to(w, elections_observer(w->elections));
    dispatch_to(w, collector_observer(w->collector));
    for (uint32_t i = 0; i < count; i++)
        dispatch_to(w, observers[i]);
    return true;
}

static size_t rounded(size_t size)
{
    return (size + 15) / 16 * 16;
}

/* All nodes have as much room as the one that needs most. */
static void measure_nodes(struct world *w)
{
    const struct algorithm *a = w->algorithm;
    const void *before = NULL;
    for (node_id id = 0; id < w->total; id++) {
        const void *config = w->scenario->configs[id];
        if (config == before && id > 0)
            continue;
        before = config;
        size_t state = rounded(a->state_size(config, w->node_count));
        size_t workspace
            = a->workspace_size == NULL ? 0 : rounded(a->workspace_size(config, w->node_count));
        w->state_size = state > w->state_size ? state : w->state_size;
        w->workspace_size = workspace > w->workspace_size ? workspace : w->workspace_size;
    }
}

static bool create_nodes(struct world *w)
{
    const struct algorithm *a = w->algorithm;
    measure_nodes(w);
    w->timer_count = a->timer_count;
    w->nodes = memory_zeroed(&w->memory, w->total * sizeof *w->nodes);
    w->states = memory_zeroed(&w->memory, w->total * w->state_size);
    w->durables = memory_zeroed(&w->memory, (size_t) w->total * w->durable_size + 1);
    w->timers
        = memory_zeroed(&w->memory, (size_t) w->total * w->timer_count * sizeof *w->timers + 1);
    w->led_order = memory_zeroed(&w->memory, w->total * sizeof *w->led_order);
    w->traffic = memory_zeroed(&w->memory, a->message_count * sizeof *w->traffic + 1);
    return w->nodes != NULL && w->states != NULL && w->durables != NULL && w->timers != NULL
           && w->led_order != NULL && w->traffic != NULL;
}

static uint32_t durable_size_of(const struct scenario *s)
{
    const struct algorithm *a = s->algorithm;
    if (a->durable_size_with == NULL)
        return a->durable_size;
    size_t size = a->durable_size_with(s->config, s->nodes);
    sim_assert(size % sizeof(uint64_t) == 0); /* they lie one behind the other */
    return (uint32_t) size;
}

static uint32_t largest_message(const struct algorithm *a)
{
    uint32_t largest = 0;
    for (uint32_t i = 0; i < a->message_count; i++) {
        sim_assert(a->messages[i].size <= MESSAGE_BODY_MAX);
        if (a->messages[i].size > largest)
            largest = a->messages[i].size;
    }
    return largest;
}

struct world *world_create(const struct sim_memory *memory, const struct scenario *scenario,
                           const struct observer *observers, uint32_t observer_count,
                           const struct world_options *options)
{
    struct world *w = memory_zeroed(memory, sizeof *w);
    if (w == NULL)
        return NULL;
    w->memory = *memory;
    w->scenario = scenario;
    w->algorithm = scenario->algorithm;
    if (options != NULL)
        w->options = *options;
    w->node_count = scenario->nodes;
    w->total = scenario->nodes + scenario->services;
    w->region_of = scenario->region_count > 1 ? scenario->region_of : NULL;
    w->set_words = (w->total + 63) / 64;
    pool_init(&w->parcels, (uint32_t) sizeof(struct parcel) + largest_message(w->algorithm));
    w->durable_size = durable_size_of(scenario);
    pool_init(&w->writes, (uint32_t) sizeof(struct disk_write) + w->durable_size);
    pool_init(&w->operations, sizeof(struct operation));
    w->scheduler = scheduler_create(&w->memory, w->options.structure);
    if (w->scheduler == NULL || !create_nodes(w) || !network_create(w) || !schedule_create(w)
        || !settle_create(w) || !lock_create(w)
        || !create_observers(w, observers, observer_count)) {
        world_destroy(w);
        return NULL;
    }
    world_reset(w, scenario->seed);
    return w;
}

static void reset_node(struct world *w, node_id id)
{
    const struct scenario *s = w->scenario;
    struct node *n = &w->nodes[id];
    struct rng clock = rng_stream(w->seed, RNG_CLOCK, id, 0);
    if (n->running)
        process_forget(w, n);
    *n = (struct node){.world = w,
                       .id = id,
                       .rng = rng_stream(w->seed, RNG_NODE, id, 0),
                       .slow = 1000,
                       .last_send_at = -1,
                       .grace_over_at = SIM_FOREVER};
    n->clock.drift_ppb = (int32_t) rng_between(&clock, s->drift_min_ppb, s->drift_max_ppb);
    n->wall_offset = rng_between(&clock, s->clock_offset.min, s->clock_offset.max);
    w->led_order[id] = 0;
    for (uint32_t t = 0; t < w->timer_count; t++)
        w->timers[id * w->timer_count + t]
            = (struct timer){.deadline = SIM_FOREVER, .queued = SIM_FOREVER};
    world_push(w, 0, EVENT_START, id);
}

void world_reset(struct world *w, uint64_t seed)
{
    scheduler_reset(w->scheduler);
    pool_reset(&w->parcels);
    pool_reset(&w->writes);
    pool_reset(&w->operations);
    w->seed = seed;
    w->now = 0;
    w->end = scenario_end(w->scenario);
    w->events = w->messages = w->records = w->messages_between_regions = 0;
    w->election_messages = w->election_messages_before = 0;
    w->cause = UINT64_MAX;
    w->status = WORLD_RUNNING;
    w->current = NODE_NONE;
    w->settled = w->finished = false;
    w->pending_until = 0;
    w->delayed = 0;
    w->running_count = 0;
    w->newest_leader = NODE_NONE;
    w->led_count = 0;
    w->newest_token = w->operation_number = 0;
    w->parked.count = 0;
    memset(w->traffic, 0, w->algorithm->message_count * sizeof *w->traffic);
    network_reset(w);
    trace_hash_reset(w->trace_hash);
    elections_reset(w->elections);
    collector_reset(w->collector);
    invariants_reset(w->invariants);
    for (node_id id = 0; id < w->total; id++)
        reset_node(w, id);
    lock_reset(w);
    if (w->scenario->workload.interval > 0 && w->lock == NULL)
        world_push(w, w->scenario->workload.interval, EVENT_TICK, 0);
    schedule_reset(w);
}

static void close_fault_rows(struct world *w)
{
    struct fault_row *rows = w->fault_rows.items;
    for (uint32_t i = 0; i < w->fault_rows.count; i++)
        if (rows[i].end == SIM_FOREVER)
            rows[i].end = w->now;
}

const struct run_result *world_finish(struct world *w)
{
    sim_assert(!w->finished);
    w->finished = true;
    close_fault_rows(w);
    for (uint32_t i = 0; i < w->observer_count; i++)
        if (w->observers[i].on_end != NULL)
            w->observers[i].on_end(w->observers[i].context, w, w->now);
    if (elections_out_of_memory(w->elections) || invariants_out_of_memory(w->invariants)
        || collector_out_of_memory(w->collector))
        w->status = WORLD_OUT_OF_MEMORY;
    struct run_result *r = &w->result;
    *r = (struct run_result){.seed = w->seed,
                             .status = w->status,
                             .ended_at = w->now,
                             .events = w->events,
                             .messages = w->messages,
                             .messages_between_regions = w->messages_between_regions,
                             .records = w->records,
                             .trace_hash = trace_hash_value(w->trace_hash),
                             .faults = w->fault_rows.items,
                             .fault_count = w->fault_rows.count,
                             .fault_targets = w->fault_targets.items,
                             .traffic = w->traffic,
                             .traffic_count = w->algorithm->message_count};
    r->elections = elections_rows(w->elections, &r->election_count);
    r->vacant_since = elections_vacant_since(w->elections);
    r->leaderships = elections_leaderships(w->elections, &r->leadership_count);
    r->violations = invariants_rows(w->invariants, &r->violation_count);
    r->liveness_checks = invariants_liveness_checks(w->invariants);
    r->metrics = collector_metrics(w->collector, r);
    return r;
}

uint64_t world_message_size(const struct world *w)
{
    return w->parcels.stride + SCHEDULER_EVENT_SIZE;
}

uint64_t world_message_room(const struct world *w)
{
    return w->parcels.capacity;
}

static void release_array(struct world *w, struct array *array, size_t size)
{
    memory_release(&w->memory, array->items, array->capacity * size);
}

static void destroy_workspaces(struct world *w)
{
    for (uint32_t i = 0; w->nodes != NULL && i < w->total; i++)
        if (w->nodes[i].running)
            process_forget(w, &w->nodes[i]);
    for (uint32_t i = 0; i < w->workspace_count; i++)
        memory_release(&w->memory, w->workspaces[i], w->workspace_size);
    memory_release(&w->memory, w->workspaces, w->workspace_capacity * sizeof(void *));
}

void world_destroy(struct world *w)
{
    if (w == NULL)
        return;
    struct sim_memory memory = w->memory;
    destroy_workspaces(w);
    trace_hash_destroy(w->trace_hash);
    elections_destroy(w->elections);
    collector_destroy(w->collector);
    invariants_destroy(w->invariants);
    schedule_destroy(w);
    settle_destroy(w);
    lock_destroy(w);
    network_destroy(w);
    if (w->scheduler != NULL)
        scheduler_destroy(w->scheduler);
    pool_destroy(&memory, &w->parcels);
    pool_destroy(&memory, &w->writes);
    pool_destroy(&memory, &w->operations);
    release_array(w, &w->cuts, sizeof(struct cut));
    release_array(w, &w->cut_words, (size_t) 2 * w->set_words * sizeof(uint64_t));
    release_array(w, &w->held, sizeof(struct held_message));
    release_array(w, &w->parked, sizeof(struct parked_event));
    release_array(w, &w->conditions, sizeof(struct active_condition));
    release_array(w, &w->slows, sizeof(struct active_slow));
    release_array(w, &w->faults, sizeof(struct active_fault));
    release_array(w, &w->fault_rows, sizeof(struct fault_row));
    release_array(w, &w->fault_targets, sizeof(node_id));
    release_array(w, &w->fault_set_words, (size_t) 3 * w->set_words * sizeof(uint64_t));
    memory_release(&memory, w->nodes, w->total * sizeof *w->nodes);
    memory_release(&memory, w->states, w->total * w->state_size);
    memory_release(&memory, w->durables, (size_t) w->total * w->durable_size + 1);
    memory_release(&memory, w->timers, (size_t) w->total * w->timer_count * sizeof *w->timers + 1);
    memory_release(&memory, w->led_order, w->total * sizeof *w->led_order);
    memory_release(&memory, w->traffic, w->algorithm->message_count * sizeof *w->traffic + 1);
    memory_release(&memory, w, sizeof *w);
}

/* ---- What observers may ask ------------------------------------------------------------------ */

struct node_view world_view(const struct world *w, node_id node)
{
    sim_assert(node < w->total);
    return w->algorithm->view(w->states + w->state_size * node);
}

bool world_is_running(const struct world *w, node_id node)
{
    return w->nodes[node].running;
}

bool world_is_paused(const struct world *w, node_id node)
{
    return w->nodes[node].pauses > 0;
}

uint64_t world_election_messages(const struct world *w)
{
    return w->election_messages;
}

uint64_t world_election_messages_before(const struct world *w)
{
    return w->election_messages_before;
}

bool world_disk_busy(const struct world *w, node_id node)
{
    return w->nodes[node].disk_done_at > w->now;
}

bool world_has_durable(const struct world *w, node_id node)
{
    return w->nodes[node].has_durable;
}

bool world_acts(const struct world *w, node_id node)
{
    const struct node *n = &w->nodes[node];
    return n->leads && n->running && n->pauses == 0;
}

const struct scenario *world_scenario(const struct world *w)
{
    return w->scenario;
}

uint64_t world_seed(const struct world *w)
{
    return w->seed;
}

sim_ns world_now(const struct world *w)
{
    return w->now;
}

node_id world_current_node(const struct world *w)
{
    return w->current;
}

sim_ns world_true_time(const struct world *w, node_id node, sim_ns local)
{
    const struct clock_line *clock = &w->nodes[node].clock;
    return local <= clock->local_base ? clock->true_base : clock_true(clock, local);
}

sim_ns world_local_time(const struct world *w, node_id node)
{
    return clock_local(&w->nodes[node].clock, w->now);
}
