#include "sim/guest.h"

#include <string.h>

#define KINDS_MAX 255u /* a message's kind travels as one byte */

struct guest {
    const struct algorithm *algorithm;
    const void *config;
    const struct guest_groups *groups;
    const node_id *members; /* of the own group */
    void *state;
    unsigned char *durable; /* the whole block: the host's part, a mark, the guest's part */
    struct guest_host host;
    uint32_t count, durable_size;
    node_id self; /* place in the group */
    bool leads, holds_workspace, exited;
};

/* Whether the guest has ever persisted: without it, its part is none. */
struct mark {
    uint64_t set;
};

static size_t rounded(size_t size)
{
    return (size + 15) / 16 * 16;
}

/* ---- Sizes ----------------------------------------------------------------------------------- */

static size_t own_durable_size(const struct guest_option *o, uint32_t count)
{
    const struct algorithm *a = o->algorithm;
    return a->durable_size_with == NULL ? a->durable_size : a->durable_size_with(o->config, count);
}

size_t guest_durable_size(const struct guest_option *o, const struct guest_host *host)
{
    sim_assert(host->durable_size % 8 == 0);
    if (o->algorithm == NULL)
        return host->durable_size;
    size_t own = own_durable_size(o, o->groups->largest);
    return host->durable_size + sizeof(struct mark) + (own + 7) / 8 * 8;
}

size_t guest_state_size(const struct guest_option *o, const struct guest_host *host)
{
    if (o->algorithm == NULL)
        return 0;
    return rounded(sizeof(struct guest)) + rounded(guest_durable_size(o, host))
           + rounded(o->algorithm->state_size(o->config, o->groups->largest));
}

size_t guest_workspace_size(const struct guest_option *o)
{
    if (o->algorithm == NULL || o->algorithm->workspace_size == NULL)
        return 0;
    return rounded(o->algorithm->workspace_size(o->config, o->groups->largest));
}

/* ---- Calling the guest ----------------------------------------------------------------------- */

static void enter(struct guest *g, struct node *n)
{
    sim_assert(!g->exited);
    node_set_guest(n, g);
}

static void leave(struct guest *g, struct node *n)
{
    node_set_guest(n, NULL);
    sim_assert((g->algorithm->view(g->state).role == ROLE_LEADER) == g->leads);
}

struct guest *guest_start(void *room, struct node *n, const struct guest_option *o,
                          const struct guest_host *host, const void *own, const void *durable)
{
    unsigned char *at = room;
    struct guest *g = room;
    node_id self = node_self(n);
    uint32_t group = o->groups->group_of[self];
    sim_assert(group < o->groups->group_count);
    *g = (struct guest){.algorithm = o->algorithm,
                        .config = o->config,
                        .groups = o->groups,
                        .members = o->groups->members + o->groups->first[group],
                        .durable = at + rounded(sizeof *g),
                        .host = *host,
                        .count = o->groups->first[group + 1] - o->groups->first[group],
                        .self = o->groups->place[self]};
    sim_assert(g->members[g->self] == self);
    g->durable_size = (uint32_t) own_durable_size(o, g->count);
    size_t size = guest_durable_size(o, host);
    sim_assert(host->durable_size + sizeof(struct mark) + g->durable_size <= size);
    g->state = g->durable + rounded(size);
    if (durable != NULL)
        memcpy(g->durable, durable, size);
    else
        memcpy(g->durable, own, host->durable_size);
    const struct mark *mark = (const void *) (g->durable + host->durable_size);
    enter(g, n);
    g->algorithm->on_start(g->state, n, g->config, mark->set ? mark + 1 : NULL);
    leave(g, n);
    return g;
}

bool guest_owns_message(const struct guest *g, unsigned kind)
{
    return kind >= g->host.message_count;
}

bool guest_owns_timer(const struct guest *g, unsigned timer)
{
    return timer >= g->host.timer_count;
}

/* The nodes that a message's fields name, from places in the group to numbers in the cluster or
 * back: what travels, and what a trace shows, are numbers. */
static void rename_nodes(const struct guest *g, const struct message_kind *kind,
                         unsigned char *body, bool to_places)
{
    for (uint32_t i = 0; i < kind->field_count; i++) {
        node_id id;
        if (kind->fields[i].type != FIELD_NODE)
            continue;
        memcpy(&id, body + kind->fields[i].offset, sizeof id);
        if (id == NODE_NONE)
            continue;
        sim_assert(to_places || id < g->count);
        id = to_places ? g->groups->place[id] : g->members[id];
        memcpy(body + kind->fields[i].offset, &id, sizeof id);
    }
}

void guest_message(struct guest *g, struct node *n, const struct message *message)
{
    unsigned own = message->kind - g->host.message_count;
    sim_assert(guest_owns_message(g, message->kind));
    sim_assert(own < g->algorithm->message_count);
    const struct message_kind *kind = &g->algorithm->messages[own];
    node_id from = g->groups->place[message->from];
    sim_assert(from < g->count);
    sim_assert(g->members[from] == message->from);
    _Alignas(16) unsigned char body[MESSAGE_BODY_MAX];
    if (kind->size > 0)
        memcpy(body, message->body, kind->size);
    rename_nodes(g, kind, body, true);
    struct message translated = {.from = from, .kind = own, .body = body};
    enter(g, n);
    g->algorithm->on_message(g->state, n, &translated);
    leave(g, n);
}

void guest_timer(struct guest *g, struct node *n, unsigned timer)
{
    sim_assert(guest_owns_timer(g, timer));
    enter(g, n);
    g->algorithm->on_timer(g->state, n, timer - g->host.timer_count);
    leave(g, n);
}

void guest_stop(struct guest *g, struct node *n)
{
    if (g->algorithm->on_admin == NULL) {
        g->exited = true;
        return;
    }
    enter(g, n);
    g->algorithm->on_admin(g->state, n, ADMIN_STOP, NODE_NONE);
    leave(g, n);
}

void guest_end(struct guest *g)
{
    if (g->algorithm->on_end != NULL)
        g->algorithm->on_end(g->state);
}

struct node_view guest_view(const struct guest *g)
{
    struct node_view view = g->algorithm->view(g->state);
    if (view.leader != NODE_NONE)
        view.leader = guest_member(g, view.leader);
    if (view.voted_for != NODE_NONE)
        view.voted_for = guest_member(g, view.voted_for);
    return view;
}

bool guest_has_exited(const struct guest *g)
{
    return g->exited;
}

bool guest_holds_workspace(const struct guest *g)
{
    return g->holds_workspace;
}

void guest_persist_host(struct guest *g, struct node *n, const void *own)
{
    memcpy(g->durable, own, g->host.durable_size);
    node_persist(n, g->durable);
}

/* ---- Loading --------------------------------------------------------------------------------- */

const struct field *guest_field(const struct algorithm *host)
{
    for (uint32_t i = 0; i < host->option_count; i++)
        if (host->options[i].type == FIELD_ALGORITHM)
            return &host->options[i];
    return NULL;
}

const struct algorithm *guest_in(const struct algorithm *host, const void *config)
{
    const struct field *field = guest_field(host);
    if (field == NULL)
        return NULL;
    const struct guest_option *option = (const void *) ((const char *) config + field->offset);
    return option->algorithm;
}

const char *guest_refusal(const struct algorithm *host, const struct algorithm *guest)
{
    if (guest->services != NULL)
        return "it needs a service beside the members, which a group of them has not";
    if (guest_field(guest) != NULL)
        return "it takes in an algorithm itself";
    if (host->message_count + guest->message_count > KINDS_MAX)
        return "it has too many kinds of messages";
    return NULL;
}

void guest_make_groups(struct guest_groups *groups, const uint32_t *group_of, unsigned nodes,
                       node_id *members, uint32_t *first, uint32_t *place)
{
    for (uint32_t group = 0; group < nodes + 2; group++)
        first[group] = 0;
    for (node_id id = 0; id < nodes; id++) {
        sim_assert(group_of[id] <= nodes);
        place[id] = first[group_of[id] + 1]++;
    }
    *groups = (struct guest_groups){.members = members,
                                    .first = first,
                                    .group_of = group_of,
                                    .place = place,
                                    .group_count = nodes + 1,
                                    .smallest = nodes};
    for (uint32_t group = 0; group <= nodes; group++) {
        uint32_t size = first[group + 1];
        groups->largest = size > groups->largest ? size : groups->largest;
        groups->smallest = size > 0 && size < groups->smallest ? size : groups->smallest;
        first[group + 1] += first[group];
    }
    for (node_id id = 0; id < nodes; id++)
        members[first[group_of[id]] + place[id]] = id;
}

struct algorithm guest_composed(const struct algorithm *host, const struct algorithm *guest,
                                struct message_kind *messages, const char **timers)
{
    struct algorithm composed = *host;
    sim_assert(guest_refusal(host, guest) == NULL);
    for (uint32_t i = 0; i < host->message_count; i++)
        messages[i] = host->messages[i];
    for (uint32_t i = 0; i < guest->message_count; i++)
        messages[host->message_count + i] = guest->messages[i];
    for (uint32_t i = 0; i < host->timer_count; i++)
        timers[i] = host->timers[i];
    for (uint32_t i = 0; i < guest->timer_count; i++)
        timers[host->timer_count + i] = guest->timers[i];
    composed.messages = messages;
    composed.message_count += guest->message_count;
    composed.timers = timers;
    composed.timer_count += guest->timer_count;
    return composed;
}

/* ---- What the guest calls -------------------------------------------------------------------- */

node_id guest_self(const struct guest *g)
{
    return g->self;
}

unsigned guest_count(const struct guest *g)
{
    return g->count;
}

node_id guest_member(const struct guest *g, node_id place)
{
    sim_assert(place < g->count);
    return g->members[place];
}

void guest_send(struct guest *g, struct node *n, node_id to, unsigned kind, const void *body,
                bool after_sync)
{
    sim_assert(kind < g->algorithm->message_count);
    const struct message_kind *k = &g->algorithm->messages[kind];
    _Alignas(16) unsigned char copy[MESSAGE_BODY_MAX];
    if (k->size > 0)
        memcpy(copy, body, k->size);
    rename_nodes(g, k, copy, false);
    node_set_guest(n, NULL);
    if (after_sync)
        node_send_after_sync(n, guest_member(g, to), g->host.message_count + kind, copy);
    else
        node_send(n, guest_member(g, to), g->host.message_count + kind, copy);
    node_set_guest(n, g);
}

void guest_persist(struct guest *g, struct node *n, const void *durable)
{
    struct mark *mark = (void *) (g->durable + g->host.durable_size);
    sim_assert(g->durable_size > 0);
    mark->set = 1;
    memcpy(mark + 1, durable, g->durable_size);
    node_set_guest(n, NULL);
    node_persist(n, g->durable);
    node_set_guest(n, g);
}

void guest_set_timer(struct guest *g, struct node *n, unsigned timer, sim_ns after)
{
    sim_assert(timer < g->algorithm->timer_count);
    node_set_guest(n, NULL);
    node_set_timer(n, g->host.timer_count + timer, after);
    node_set_guest(n, g);
}

void guest_clear_timer(struct guest *g, struct node *n, unsigned timer)
{
    sim_assert(timer < g->algorithm->timer_count);
    node_set_guest(n, NULL);
    node_clear_timer(n, g->host.timer_count + timer);
    node_set_guest(n, g);
}

void *guest_workspace(struct guest *g, struct node *n)
{
    sim_assert(g->algorithm->workspace_size != NULL);
    node_set_guest(n, NULL);
    unsigned char *block = node_workspace(n);
    node_set_guest(n, g);
    block += rounded(g->host.workspace_size);
    if (!g->holds_workspace)
        memset(block, 0, g->algorithm->workspace_size(g->config, g->count));
    g->holds_workspace = true;
    return block;
}

void guest_return_workspace(struct guest *g)
{
    g->holds_workspace = false; /* the block itself is the host's to give back */
}

void guest_lead(struct guest *g)
{
    g->leads = true;
}

void guest_step_down(struct guest *g)
{
    sim_assert(g->leads);
    g->leads = false;
}

void guest_exit(struct guest *g)
{
    g->exited = true;
}
