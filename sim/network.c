/* The network: what happens to one message. A cut acts where the message is sent; what is already
 * on its way arrives.
 *
 * The luck of a message comes from a stream of its own, keyed by link, instant of sending and
 * place among the sender's messages of that instant. So one more message anywhere leaves all
 * others' luck alone, and two variants of a scenario share it for as long as they send alike. */
#include <string.h>

#include "sim/world_state.h"

static struct link_conditions *link_at(const struct world *w, node_id from, node_id to)
{
    if (w->class_count == 1)
        return w->links;
    return &w->links[(size_t) w->link_class[from] * w->class_count + w->link_class[to]];
}

static void note_message(struct world *w, enum record_kind kind, const struct node *n, node_id to,
                         unsigned message, const void *body, uint32_t flags)
{
    struct record r = {
        .kind = kind, .node = n->id, .peer = to, .detail = message, .flags = flags, .body = body};
    world_record(w, &r);
}

static void lose(struct world *w, const struct node *n, node_id to, unsigned kind, const void *body,
                 enum loss_reason why)
{
    w->traffic[kind].lost++;
    note_message(w, RECORD_LOST, n, to, kind, body, why);
}

/* A parcel that will be delivered, or NO_SLOT when memory is out. */
static uint32_t wrap(struct world *w, const struct node *n, node_id to, unsigned kind,
                     const void *body, uint64_t sent)
{
    uint32_t slot = pool_take(&w->memory, &w->parcels);
    if (slot == NO_SLOT) {
        world_out_of_memory(w);
        return NO_SLOT;
    }
    struct parcel *parcel = pool_at(&w->parcels, slot);
    *parcel = (struct parcel){
        .from = n->id, .to = to, .cause = (uint32_t) sent, .kind = (uint8_t) kind};
    world_copy(parcel + 1, body, w->algorithm->messages[kind].size);
    return slot;
}

static bool is_lost(struct world *w, const struct link_conditions *link, size_t index,
                    struct rng *stream)
{
    if (w->condition.has_loss)
        return rng_chance(stream, w->condition.loss);
    if (!link->has_burst)
        return link->loss > 0 && rng_chance(stream, link->loss);
    bool bad = w->burst_bad[index];
    bool turns = rng_chance(stream, bad ? link->burst.bad_to_good : link->burst.good_to_bad);
    bad ^= turns;
    w->burst_bad[index] = bad;
    return rng_chance(stream, bad ? link->burst.loss_bad : link->burst.loss_good);
}

/* How long a message takes; of the link's own draws the first, so that loss leaves it alone. */
static sim_ns draw_latency(struct world *w, const struct node *n, node_id to,
                           const struct link_conditions *link, struct rng *stream)
{
    const struct distribution *latency
        = w->condition.has_latency ? &w->condition.latency : &link->latency;
    sim_ns takes = distribution_draw(latency, stream);
    uint32_t slow = n->slow, slow_to = w->nodes[to].slow;
    w->delayed += slow > 1000 || slow_to > 1000 || w->condition.has_latency;
    if (slow != 1000)
        takes = sim_times(takes, slow) / 1000;
    if (slow_to != 1000)
        takes = sim_times(takes, slow_to) / 1000;
    return takes;
}

static sim_ns arrival(struct world *w, sim_ns takes, size_t index)
{
    sim_ns at = sim_add(w->now, takes);
    if (w->last_delivery != NULL) {
        if (at < w->last_delivery[index])
            at = w->last_delivery[index];
        w->last_delivery[index] = at;
    }
    world_note_pending(w, at);
    return at;
}

static void deliver_at(struct world *w, const struct node *n, node_id to, unsigned kind,
                       const void *body, uint64_t sent, sim_ns at)
{
    if (at > w->end)
        return; /* after the end of the run: nobody will see it */
    uint32_t slot = wrap(w, n, to, kind, body, sent);
    if (slot != NO_SLOT)
        world_push(w, at, EVENT_DELIVER, slot);
}

static void hold(struct world *w, const struct node *n, node_id to, unsigned kind, const void *body,
                 uint64_t sent, uint32_t occurrence)
{
    struct held_message *held = world_append(w, &w->held, sizeof *held);
    if (held == NULL)
        return;
    *held = (struct held_message){.occurrence = occurrence,
                                  .parcel = wrap(w, n, to, kind, body, sent)};
    if (held->parcel == NO_SLOT)
        w->held.count--;
    else
        note_message(w, RECORD_HELD, n, to, kind, body, 0);
}

static struct rng luck(struct world *w, struct node *n, node_id to)
{
    if (n->last_send_at != w->now) {
        n->last_send_at = w->now;
        n->send_ordinal = 0;
    }
    uint64_t link = (uint64_t) n->id << 40 | (uint64_t) to << 16 | n->send_ordinal++;
    return rng_stream(w->seed, RNG_LINK, link, (uint64_t) w->now);
}

static void route(struct world *w, struct node *n, node_id to, unsigned kind, const void *body,
                  uint64_t sent)
{
    const struct link_conditions *link = link_at(w, n->id, to);
    size_t index = (size_t) n->id * w->total + to;
    struct rng stream = luck(w, n, to);
    sim_ns takes = draw_latency(w, n, to, link, &stream);
    if (is_lost(w, link, index, &stream)) {
        lose(w, n, to, kind, body, LOSS_CHANCE);
        return;
    }
    deliver_at(w, n, to, kind, body, sent, arrival(w, takes, index));
    uint64_t duplicate = w->condition.has_duplicate ? w->condition.duplicate : link->duplicate;
    if (duplicate > 0 && rng_chance(&stream, duplicate)) {
        w->traffic[kind].duplicated++;
        note_message(w, RECORD_DUPLICATED, n, to, kind, body, 0);
        takes = draw_latency(w, n, to, link, &stream);
        deliver_at(w, n, to, kind, body, sent, arrival(w, takes, index));
    }
}

static bool is_between_regions(uint32_t from, uint32_t to)
{
    return from != to && from != NODE_NONE && to != NODE_NONE;
}

void network_send(struct world *w, struct node *n, node_id to, unsigned kind, const void *body)
{
    uint64_t cause = w->cause;
    w->messages++;
    w->traffic[kind].sent++;
    if (w->region_of != NULL)
        w->messages_between_regions += is_between_regions(w->region_of[n->id], w->region_of[to]);
    w->election_messages += w->algorithm->messages[kind].for_election && n->id < w->node_count;
    struct record r
        = {.kind = RECORD_SENT, .node = n->id, .peer = to, .detail = kind, .body = body};
    uint64_t sent = world_record(w, &r);
    w->cause = sent;
    uint32_t occurrence = 0;
    if (to == n->id)
        deliver_at(w, n, to, kind, body, sent, w->now);
    else if (!world_connected(w, n->id, to))
        lose(w, n, to, kind, body, LOSS_CUT);
    else if (connectivity_holds(w, n->id, to, &occurrence))
        hold(w, n, to, kind, body, sent, occurrence);
    else
        route(w, n, to, kind, body, sent);
    w->cause = cause;
}

void network_release_parcel(struct world *w, uint32_t slot)
{
    const struct parcel *parcel = pool_at(&w->parcels, slot);
    w->cause = w->records - (uint32_t) ((uint32_t) w->records - parcel->cause);
    lose(w, &w->nodes[parcel->from], parcel->to, parcel->kind, parcel + 1, LOSS_NOT_RUNNING);
    pool_give(&w->parcels, slot);
}

/* ---- Conditions that a fault sets for a while ------------------------------------------------ */

static void sum_up_conditions(struct world *w)
{
    const struct active_condition *items = w->conditions.items;
    w->condition = (struct active_condition){0};
    for (uint32_t i = 0; i < w->conditions.count; i++) {
        if (items[i].has_loss) {
            w->condition.has_loss = true;
            w->condition.loss = items[i].loss;
        }
        if (items[i].has_duplicate) {
            w->condition.has_duplicate = true;
            w->condition.duplicate = items[i].duplicate;
        }
        if (items[i].has_latency) {
            w->condition.has_latency = true;
            w->condition.latency = items[i].latency;
        }
    }
}

static void add_condition(struct world *w, struct active_condition condition)
{
    struct active_condition *added = world_append(w, &w->conditions, sizeof *added);
    if (added == NULL)
        return;
    *added = condition;
    sum_up_conditions(w);
}

void world_set_loss(struct world *w, uint32_t occurrence, uint64_t rate)
{
    add_condition(
        w, (struct active_condition){.occurrence = occurrence, .has_loss = true, .loss = rate});
}

void world_set_duplicate(struct world *w, uint32_t occurrence, uint64_t rate)
{
    add_condition(w, (struct active_condition){
                         .occurrence = occurrence, .has_duplicate = true, .duplicate = rate});
}

void world_set_latency(struct world *w, uint32_t occurrence, const struct distribution *latency)
{
    add_condition(w, (struct active_condition){
                         .occurrence = occurrence, .has_latency = true, .latency = *latency});
}

void world_clear_conditions(struct world *w, uint32_t occurrence)
{
    struct active_condition *items = w->conditions.items;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < w->conditions.count; i++)
        if (items[i].occurrence != occurrence)
            items[kept++] = items[i];
    w->conditions.count = kept;
    sum_up_conditions(w);
}

static void sum_up_slowness(struct world *w, node_id node)
{
    const struct active_slow *slows = w->slows.items;
    uint64_t product = 1000;
    for (uint32_t i = 0; i < w->slows.count; i++)
        if (slows[i].node == node)
            product = product * slows[i].thousandths / 1000 > 1000000000
                          ? 1000000000
                          : product * slows[i].thousandths / 1000;
    w->nodes[node].slow = (uint32_t) product;
}

uint64_t world_delayed_messages(const struct world *w)
{
    return w->delayed;
}

bool world_is_slow(const struct world *w, node_id node)
{
    return w->nodes[node].slow != 1000;
}

void world_slow(struct world *w, node_id node, uint32_t thousandths, int change)
{
    sim_assert(node < w->total);
    struct active_slow *slows = w->slows.items;
    if (change > 0) {
        struct active_slow *added = world_append(w, &w->slows, sizeof *added);
        if (added != NULL)
            *added = (struct active_slow){.node = node, .thousandths = thousandths};
    } else {
        uint32_t i = 0;
        while (i < w->slows.count && (slows[i].node != node || slows[i].thousandths != thousandths))
            i++;
        sim_assert(i < w->slows.count);
        memmove(&slows[i], &slows[i + 1], (w->slows.count - i - 1) * sizeof *slows);
        w->slows.count--;
    }
    sum_up_slowness(w, node);
}
