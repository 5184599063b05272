/* Ballot leader election (BLE) of Omni-Paxos. In each round a server asks all others for their
 * ballots; who gets answers of a majority is a candidate, and the candidate with the highest ballot
 * leads. Whom a server can reach decides, and nothing else: no votes, no logs. Who reaches too few
 * does not look who leads: it learns that from the leader's Prepare, and promises to follow no
 * lower ballot (Sequence Paxos, section 4). A promise higher than the leader's ballot is the
 * leader's ballot from then on (the library's hb_timeout of today).
 *
 * Differs from Omni-Paxos: of Sequence Paxos there is Prepare and Promise alone, without logs; and
 * a leader prepares again, at a round's end, who answered in it and has not promised, where the
 * library is asked to by whoever has connected again. */
#include "algorithms/ballot_leader_election.h"

static const struct field options[] = {
    FIELD(struct ble_config, heartbeat_delay, FIELD_DURATION, "100ms",
          "length of a round: answers to its requests that come later do not count",
          "ble.rs: hb_delay; 50, 500 and 5000 ms in the paper's experiments"),
    QUORUM_OPTION(struct ble_config, "servers that one must reach, itself included",
                  "EuroSys 2023, section 5: a majority"),
    BREAKER_OPTIONS(struct ble_config, breaker),
};

static const struct field request_fields[] = {
    MESSAGE_FIELD(struct heartbeat_request, round, FIELD_COUNT),
};
static const struct field reply_fields[] = {
    MESSAGE_FIELD(struct heartbeat_reply, n, FIELD_TERM),
    MESSAGE_FIELD(struct heartbeat_reply, round, FIELD_COUNT),
    MESSAGE_FIELD(struct heartbeat_reply, candidate, FIELD_BOOL),
};
static const struct field prepare_fields[] = {MESSAGE_FIELD(struct prepare, n, FIELD_TERM)};
static const struct field promise_fields[] = {MESSAGE_FIELD(struct promise, n, FIELD_TERM)};
/* Rounds go on all the time; what an election costs besides is to be told of it. */
static const struct message_kind messages[BLE_MESSAGE_COUNT] = {
    [BLE_HEARTBEAT_REQUEST]
    = MESSAGE("HeartbeatRequest", struct heartbeat_request, request_fields, false),
    [BLE_HEARTBEAT_REPLY] = MESSAGE("HeartbeatReply", struct heartbeat_reply, reply_fields, false),
    [BLE_PREPARE] = MESSAGE("Prepare", struct prepare, prepare_fields, true),
    [BLE_PROMISE] = MESSAGE("Promise", struct promise, promise_fields, true),
};

static const char *const timers[] = {"round"};

static size_t set_words(unsigned nodes)
{
    return (nodes + 63) / 64;
}

static uint64_t *replied(struct ble *b)
{
    return b->sets;
}

static uint64_t *promised(struct ble *b)
{
    return b->sets + set_words(b->count);
}

static bool set_has(const uint64_t *set, node_id id)
{
    return (set[id / 64] >> (id % 64) & 1) != 0;
}

static void set_add(uint64_t *set, node_id id)
{
    set[id / 64] |= UINT64_C(1) << (id % 64);
}

static void set_clear(const struct ble *b, uint64_t *set)
{
    for (size_t i = 0; i < set_words(b->count); i++)
        set[i] = 0;
}

/* Ballots of one number are in the order of their servers' priorities, then of their ids (ble.rs:
 * n, priority, pid). */
static bool is_lower(const struct node *self, struct ballot a, struct ballot b)
{
    if (a.pid == NODE_NONE || b.pid == NODE_NONE)
        return a.pid == NODE_NONE && b.pid != NODE_NONE;
    if (a.n != b.n)
        return a.n < b.n;
    int32_t x = node_priority(self, a.pid), y = node_priority(self, b.pid);
    return x != y ? x < y : a.pid < b.pid;
}

/* How many servers' ballots of one number are below this one's. */
static uint32_t place_of(const struct node *self, node_id pid)
{
    uint32_t below = 0;
    for (node_id id = 0; id < node_count(self); id++)
        below += is_lower(self, (struct ballot){.pid = id}, (struct ballot){.pid = pid});
    return below;
}

/* Ballots as terms: in the same order, and no two alike. */
static uint64_t term_of(const struct ble *b, struct ballot ballot)
{
    return ballot.pid == NODE_NONE ? 0 : ballot.n * b->count + ballot.place + 1;
}

static struct ballot own_ballot(const struct ble *b)
{
    return (struct ballot){.n = b->durable.n, .pid = b->self, .place = b->place};
}

/* Whether it stands, or has stood, above the leader's ballot. */
static bool has_raised(const struct ble *b)
{
    return b->durable.seen.pid != NODE_NONE
           && term_of(b, b->durable.seen) < term_of(b, own_ballot(b));
}

static uint64_t present_term(const struct ble *b)
{
    return term_of(b, has_raised(b) ? own_ballot(b) : b->durable.seen);
}

static void consider(struct ble *b, const struct node *self, struct ballot ballot)
{
    if (is_lower(self, b->top, ballot))
        b->top = ballot;
}

static void begin_round(struct ble *b, struct node *self)
{
    b->round++;
    b->reached = quorum_weight(&b->config->quorum, self, b->self);
    b->top = (struct ballot){.pid = NODE_NONE};
    set_clear(b, replied(b));
    struct heartbeat_request m = {.round = b->round};
    for (node_id id = 0; id < b->count; id++)
        if (id != b->self)
            node_send(self, id, BLE_HEARTBEAT_REQUEST, &m);
    node_set_timer(self, BLE_TIMER_ROUND, b->config->heartbeat_delay);
}

static void leave(struct ble *b, struct node *self, enum step_down_reason why)
{
    if (b->leader == b->self)
        node_step_down(self, term_of(b, b->durable.seen), why);
    b->leader = NODE_NONE;
}

/* The leader's ballot was not among the candidates': from now on the own one is above it. */
static void raise_ballot(struct ble *b, struct node *self)
{
    leave(b, self, STEP_DOWN_LOST_QUORUM);
    breaker_election(&b->breaker, node_monotonic(self));
    b->candidate = true;
    b->durable.n = b->durable.seen.pid == NODE_NONE ? 0 : b->durable.seen.n + 1;
    node_persist(self, &b->durable);
    node_campaign(self, term_of(b, own_ballot(b)), CAMPAIGN_TIMEOUT);
}

/* Held back by the circuit breaker it follows nobody, and is no candidate with its old ballot. */
static void stand_or_wait(struct ble *b, struct node *self)
{
    if (breaker_wait(&b->breaker, node_monotonic(self)) == 0) {
        raise_ballot(b, self);
        return;
    }
    bool followed = b->leader != NODE_NONE;
    leave(b, self, STEP_DOWN_LOST_QUORUM);
    b->candidate = false;
    if (followed)
        node_follow(self, present_term(b), NODE_NONE);
}

static void elect(struct ble *b, struct node *self, struct ballot top)
{
    top.place = place_of(self, top.pid);
    leave(b, self, STEP_DOWN_HIGHER_TERM);
    b->leader = top.pid;
    b->candidate = top.pid == b->self;
    if (is_lower(self, b->durable.seen, top)) {
        if (b->durable.seen.pid != NODE_NONE && b->leader != b->self)
            breaker_election(&b->breaker, node_monotonic(self));
        b->durable.seen = top;
        node_persist(self, &b->durable);
    }
    if (b->leader == b->self) {
        set_clear(b, promised(b));
        node_lead(self, term_of(b, top));
    } else {
        node_follow(self, term_of(b, top), top.pid);
    }
}

/* Differs from ble.rs, which forgets the leader's ballot with the leader: `seen` stays, so that no
 * lower ballot follows it (the paper's LE3), also where a server had lost its majority meanwhile.
 */
static void check_leader(struct ble *b, struct node *self)
{
    if (b->candidate)
        consider(b, self, own_ballot(b));
    if (b->top.pid == NODE_NONE || is_lower(self, b->top, b->durable.seen))
        stand_or_wait(b, self);
    else if (b->leader == NODE_NONE || is_lower(self, b->durable.seen, b->top))
        elect(b, self, b->top);
}

/* All at first; then those that live, and have not promised: the message was lost, or they were
 * away. */
static void prepare(struct ble *b, struct node *self, bool all)
{
    struct prepare m = {.n = b->durable.seen.n};
    for (node_id id = 0; id < b->count; id++)
        if (id != b->self && (all || (set_has(replied(b), id) && !set_has(promised(b), id))))
            node_send_after_sync(self, id, BLE_PREPARE, &m);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct ble *b = state;
    sim_assert(timer == BLE_TIMER_ROUND);
    bool led = b->leader == b->self;
    if (b->leader != NODE_NONE)
        breaker_leader(&b->breaker, node_monotonic(self));
    if (b->reached >= b->quorum)
        check_leader(b, self);
    else
        b->candidate = false; /* a leader among them goes on to believe, as in ble.rs */
    if (b->leader == b->self)
        prepare(b, self, !led);
    begin_round(b, self);
}

static void on_reply(struct ble *b, const struct node *self, node_id from,
                     const struct heartbeat_reply *m)
{
    if (m->round != b->round || set_has(replied(b), from))
        return;
    set_add(replied(b), from);
    b->reached += quorum_weight(&b->config->quorum, self, from);
    if (m->candidate)
        consider(b, self, (struct ballot){.n = m->n, .pid = from});
}

/* What it has promised, and what it stands with itself, is not given up for less. */
static void on_prepare(struct ble *b, struct node *self, node_id from, const struct prepare *m)
{
    struct ballot ballot = {.n = m->n, .pid = from, .place = place_of(self, from)};
    if (term_of(b, ballot) < present_term(b))
        return;
    if (b->leader != from || is_lower(self, b->durable.seen, ballot))
        elect(b, self, ballot);
    node_send_after_sync(self, from, BLE_PROMISE, &(struct promise){.n = m->n});
}

static void on_promise(struct ble *b, node_id from, const struct promise *m)
{
    if (b->leader == b->self && m->n == b->durable.seen.n)
        set_add(promised(b), from);
}

static void on_request(struct ble *b, struct node *self, node_id from,
                       const struct heartbeat_request *m)
{
    struct heartbeat_reply reply
        = {.n = b->durable.n, .round = m->round, .candidate = b->candidate};
    node_send_after_sync(self, from, BLE_HEARTBEAT_REPLY, &reply);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct ble *b = state;
    switch ((enum ble_message) m->kind) {
    case BLE_HEARTBEAT_REQUEST:
        on_request(b, self, m->from, m->body);
        return;
    case BLE_HEARTBEAT_REPLY:
        on_reply(b, self, m->from, m->body);
        return;
    case BLE_PREPARE:
        on_prepare(b, self, m->from, m->body);
        return;
    case BLE_PROMISE:
        on_promise(b, m->from, m->body);
        return;
    case BLE_MESSAGE_COUNT:
        break;
    }
    sim_unreachable();
}

/* Differs from the artifact, whose election keeps nothing on disk: a server that restarts must not
 * stand with a ballot that it had before. Omni-Paxos has it from the replicated log's storage. */
static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct ble *b = state;
    b->config = config;
    b->self = node_self(self);
    b->count = node_count(self);
    breaker_begin(&b->breaker, &b->config->breaker,
                  (sim_ns *) (void *) (b->sets + 2 * set_words(b->count)));
    b->place = place_of(self, b->self);
    b->quorum = quorum_of(&b->config->quorum, self);
    b->leader = NODE_NONE;
    b->candidate = true;
    b->durable.seen.pid = NODE_NONE;
    if (durable != NULL)
        b->durable = *(const struct ble_durable *) durable;
    node_follow(self, term_of(b, b->durable.seen), NODE_NONE);
    begin_round(b, self);
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct ble *b = state;
    (void) target; /* ballots alone decide who leads */
    if (command != ADMIN_STOP)
        return;
    leave(b, self, STEP_DOWN_STOP);
    node_exit(self);
}

static struct node_view view(const void *state)
{
    const struct ble *b = state;
    enum role role = b->leader == b->self ? ROLE_LEADER : ROLE_FOLLOWER;
    if (b->leader == NODE_NONE && b->candidate && has_raised(b))
        role = ROLE_CANDIDATE;
    return (struct node_view){
        .role = role, .leader = b->leader, .voted_for = NODE_NONE, .term = present_term(b)};
}

static size_t state_size(const void *config, unsigned nodes)
{
    const struct ble_config *c = config;
    return sizeof(struct ble) + 2 * set_words(nodes) * sizeof(uint64_t)
           + c->breaker.elections * sizeof(sim_ns);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct ble_config *c = config;
    *option = "heartbeat_delay";
    if (c->heartbeat_delay <= 0)
        return "must be longer than nothing";
    const char *wrong = quorum_check(&c->quorum, nodes, option);
    return wrong != NULL ? wrong : breaker_check(&c->breaker, option);
}

/* With a quorum beyond a majority, some that are down for good suffice to have no leader. */
static uint32_t promises_with(const void *config, unsigned nodes)
{
    const struct ble_config *c = config;
    uint32_t promised = ELECTION_SAFETY | TERM_MONOTONIC;
    return quorum_is_a_majority(&c->quorum, nodes) ? promised | EVENTUAL_LEADER : promised;
}

/* The paper claims four election timeouts; clocks and late answers get the same again. */
static sim_ns patience(const void *config, unsigned nodes)
{
    const struct ble_config *c = config;
    (void) nodes;
    return c->heartbeat_delay;
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    (void) nodes;
    const struct ble_config *c = config;
    return sim_add(sim_times(c->heartbeat_delay, 8), breaker_delay(&c->breaker));
}

const struct algorithm ballot_leader_election_algorithm = {
    .name = "ballot_leader_election",
    .title = "Ballot leader election (Omni-Paxos)",
    .about = "each round every server counts whom it reaches; of those that reach a majority, the "
             "one with the highest ballot leads, and tells all others",
    .origin = "Omni-Paxos 2023",
    .source = "Ng, Haridi and Carbone, EuroSys 2023, sections 4 and 5; ble.rs of its artifact",
    .tolerates = "crashes of a minority, partitions and partial connectivity",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct ble_config),
    .messages = messages,
    .message_count = BLE_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .durable_size = sizeof(struct ble_durable),
    .promises = ELECTION_SAFETY | TERM_MONOTONIC | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE,
    .state_size = state_size,
    .check = check,
    .promises_with = promises_with,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .view = view,
};
