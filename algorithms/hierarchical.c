/* Hierarchical election: each region has a leader of its own, and those elect a global one. Between
 * regions only their leaders speak, so that heartbeats and votes cross the wide area once a region
 * instead of once a node. A design of this project, in the shape of C-Raft's two levels (Castiglia,
 * Goldberg, Patterson 2020, read in abstract only) with the quorums of Kumar 1991 as ZooKeeper has
 * them (its documentation, "Introduction to hierarchical quorums").
 *
 * Why there is at most one global leader in a term. A vote is not a region's but a member's: each
 * node votes once in a global term, and has that on its disk before anybody hears of it. A regional
 * leader only gathers its members' votes and passes them on as a set of names; the candidate unites
 * the sets that it gets, so that no vote counts twice, whoever reports it and however often. It
 * leads with a quorum of names: a majority of all nodes (quorum: nodes), or a majority in each of a
 * majority of regions (quorum: regions). Two majorities of nodes share a node; two majorities of
 * regions share a region, and in that two majorities of its members share a node. That node would
 * have voted twice. Nothing in this speaks of regional leaders: a region that is split, has two of
 * them, or changes them in the middle of a vote costs time and no safety.
 *
 * So a region may choose its leader by any rule. Two are here: `first`, whoever has waited longest
 * for a heartbeat leads at once, and of two the later regional term or the higher number stays; and
 * `majority`, Raft's vote inside of the region. With `first` even one node of a region can pass its
 * vote on. Any other algorithm that needs no service can do it too (sim/guest.h): it elects among
 * the region's members as if they were all, and who leads by it gathers and passes on. It may be
 * wrong about that, it may elect two or none, and its terms mean nothing here: its heartbeats,
 * votes and writes are beside these, and a member believes the regional leader that its guest
 * follows. Where a guest elects nobody, as one that needs a majority of a region does not, the
 * region is silent, and nobody gathers the votes of those who live there: so EVENTUAL_LEADER is
 * promised with `first` alone.
 *
 * Role and leader are the global ones; a regional leader is a follower like its members. A global
 * leader that loses its region's leadership stays what it is. Regional leaders ask before they
 * raise the global term, and deny while they hear a leader (thesis 9.6). A leader that a quorum
 * answers no more steps down. Nothing is replicated. Off by default: timeouts by phi accrual, the
 * circuit breaker, which holds back global candidacies alone, priorities, and a look at the load.
 */
#include "algorithms/hierarchical.h"

static const char *const election_words[] = {"first", "majority", NULL};
static const char *const timeouts_words[] = {"randomized", "phi_accrual", NULL};
static const char *const quorum_words[] = {"nodes", "regions", NULL};

static const struct field options[] = {
    FIELD(struct hierarchical_config, regional_election_timeout, FIELD_RANGE, "150ms..300ms",
          "silence of its region's leader after which a member stands for that; an algorithm has "
          "its own, and this is how long a member that is silent still counts as its follower",
          NULL),
    FIELD(struct hierarchical_config, regional_heartbeat_interval, FIELD_DURATION, "50ms",
          "how often a regional leader beats to its members", NULL),
    FIELD(struct hierarchical_config, global_election_timeout, FIELD_RANGE, "500ms..1s",
          "silence of the global leader after which a regional leader stands", NULL),
    FIELD(struct hierarchical_config, global_heartbeat_interval, FIELD_DURATION, "150ms",
          "how often the global leader beats to the regional ones", NULL),
    FIELD(struct hierarchical_config, gather_timeout, FIELD_DURATION, "30ms",
          "how long a regional leader gathers votes before it passes on what it has", NULL),
    FIELD_WORDS(
        struct hierarchical_config, regional_election, FIELD_ALGORITHM, "first", election_words,
        "who leads a region: who waits first, who has a majority of its members, or whom an "
        "algorithm elects among them",
        NULL),
    FIELD_WORDS(struct hierarchical_config, quorum, FIELD_CHOICE, "nodes", quorum_words,
                "votes that make a global leader: of a majority of all nodes, or of majorities in "
                "a majority of regions",
                "Kumar 1991; ZooKeeper's hierarchical quorums"),
    FIELD(struct hierarchical_config, region_size, FIELD_COUNT, "0",
          "nodes to a region where the cluster names none; 0: about the square root of all", NULL),
    FIELD_WORDS(struct hierarchical_config, timeouts, FIELD_CHOICE, "randomized", timeouts_words,
                "silence of a leader that is taken for its end: drawn from the ranges, or "
                "estimated from its heartbeats by phi accrual, at both levels; an algorithm "
                "inside of a region has its own",
                "Hayashibara 2004"),
    PHI_OPTIONS(struct hierarchical_config, phi),
    BREAKER_OPTIONS(struct hierarchical_config, breaker),
    FIELD(struct hierarchical_config, priority_timeouts, FIELD_BOOL, "false",
          "nodes of higher cluster.priorities wait shorter, in their regions and as their leaders",
          "the pattern: priority-based election"),
    LOAD_OPTIONS(struct hierarchical_config, load,
                 "a node as busy as load_threshold waits longer, by its load, and takes over from "
                 "nobody; a global leader that is hands over to another region's"),
};

#define TERM(type) MESSAGE_FIELD(type, term, FIELD_TERM)
#define REGIONAL_TERM(type) MESSAGE_FIELD(type, regional_term, FIELD_TERM)
static const struct field regional_term_fields[] = {REGIONAL_TERM(struct regional_term)};
static const struct field regional_vote_fields[] = {
    REGIONAL_TERM(struct regional_vote),
    MESSAGE_FIELD(struct regional_vote, granted, FIELD_BOOL),
};
static const struct field regional_heartbeat_fields[] = {
    REGIONAL_TERM(struct regional_heartbeat),
    TERM(struct regional_heartbeat),
    MESSAGE_FIELD(struct regional_heartbeat, leader, FIELD_NODE),
};
static const struct field regional_ack_fields[] = {
    REGIONAL_TERM(struct regional_ack),
    TERM(struct regional_ack),
};
static const struct field request_fields[] = {
    TERM(struct global_request),
    MESSAGE_FIELD(struct global_request, candidate, FIELD_NODE),
};
static const struct field ballot_answer_fields[] = {
    TERM(struct regional_ballot_answer),
    MESSAGE_FIELD(struct regional_ballot_answer, candidate, FIELD_NODE),
    MESSAGE_FIELD(struct regional_ballot_answer, granted, FIELD_BOOL),
};
static const struct field pre_vote_answer_fields[] = {
    TERM(struct global_pre_vote_answer),
    MESSAGE_FIELD(struct global_pre_vote_answer, leader, FIELD_NODE),
    MESSAGE_FIELD(struct global_pre_vote_answer, members, FIELD_COUNT),
    MESSAGE_FIELD(struct global_pre_vote_answer, granted, FIELD_BOOL),
};
static const struct field votes_fields[] = {
    TERM(struct global_votes),
    MESSAGE_FIELD(struct global_votes, voters, FIELD_TERM),
    MESSAGE_FIELD(struct global_votes, word, FIELD_COUNT),
};
static const struct field global_heartbeat_fields[] = {
    TERM(struct global_heartbeat),
    MESSAGE_FIELD(struct global_heartbeat, leader, FIELD_NODE),
};
static const struct field global_ack_fields[] = {
    TERM(struct global_ack),
    MESSAGE_FIELD(struct global_ack, members, FIELD_COUNT),
};
static const struct field timeout_now_fields[] = {TERM(struct global_timeout_now)};

static const struct message_kind messages[HIERARCHICAL_MESSAGE_COUNT] = {
    [REGIONAL_REQUEST_VOTE]
    = MESSAGE("RegionalRequestVote", struct regional_term, regional_term_fields, true),
    [REGIONAL_VOTE] = MESSAGE("RegionalVote", struct regional_vote, regional_vote_fields, true),
    [REGIONAL_HEARTBEAT]
    = MESSAGE("RegionalHeartbeat", struct regional_heartbeat, regional_heartbeat_fields, false),
    [REGIONAL_ACK] = MESSAGE("RegionalAck", struct regional_ack, regional_ack_fields, false),
    [REGIONAL_BALLOT] = MESSAGE("RegionalBallot", struct global_request, request_fields, true),
    [REGIONAL_BALLOT_ANSWER]
    = MESSAGE("RegionalBallotAnswer", struct regional_ballot_answer, ballot_answer_fields, true),
    [GLOBAL_PRE_VOTE] = MESSAGE("GlobalPreVote", struct global_request, request_fields, true),
    [GLOBAL_PRE_VOTE_ANSWER]
    = MESSAGE("GlobalPreVoteAnswer", struct global_pre_vote_answer, pre_vote_answer_fields, true),
    [GLOBAL_REQUEST_VOTE]
    = MESSAGE("GlobalRequestVote", struct global_request, request_fields, true),
    [GLOBAL_VOTES] = MESSAGE("GlobalVotes", struct global_votes, votes_fields, true),
    [GLOBAL_HEARTBEAT]
    = MESSAGE("GlobalHeartbeat", struct global_heartbeat, global_heartbeat_fields, false),
    [GLOBAL_ACK] = MESSAGE("GlobalAck", struct global_ack, global_ack_fields, false),
    [GLOBAL_TIMEOUT_NOW]
    = MESSAGE("GlobalTimeoutNow", struct global_timeout_now, timeout_now_fields, true),
};

static const char *const timers[] = {"regional", "global", "quorum", "gather"};

/* ---- Regions --------------------------------------------------------------------------------- */

/* Where the cluster names regions, those in none are one together: the last index. */
uint32_t hierarchical_region(const struct hierarchical *h, const struct node *self, node_id id)
{
    if (h->region_length > 0)
        return id / h->region_length;
    uint32_t region = node_region(self, id);
    return region == NODE_NONE ? h->count : region;
}

bool hierarchical_is_mate(const struct hierarchical *h, const struct node *self, node_id id)
{
    return id != h->self
           && hierarchical_region(h, self, id) == hierarchical_region(h, self, h->self);
}

/* Nodes to a region where the cluster names none. */
static uint32_t length_of_region(const struct hierarchical_config *c, unsigned nodes)
{
    uint32_t length = c->region_size > 0 ? c->region_size : 1;
    while (c->region_size == 0 && (uint64_t) length * length < nodes)
        length++;
    return length;
}

static void learn_regions(struct hierarchical *h, const struct node *self)
{
    bool named = false;
    for (node_id id = 0; id < h->count && !named; id++)
        named = node_region(self, id) != NODE_NONE;
    h->region_length = named ? 0 : length_of_region(h->config, h->count);
    h->members = 1;
    /* No region is empty, so that there are no more than nodes; the workspace relies on it. */
    for (node_id id = 0; id < h->count; id++) {
        sim_assert(hierarchical_region(h, self, id) <= h->count);
        h->members += hierarchical_is_mate(h, self, id);
    }
}

/* The same for a guest, before any node runs. */
static void groups(const void *config, unsigned nodes, const uint32_t *region_of,
                   uint32_t *group_of)
{
    bool named = false;
    uint32_t length = length_of_region(config, nodes);
    for (node_id id = 0; id < nodes && !named; id++)
        named = region_of[id] != NODE_NONE;
    for (node_id id = 0; id < nodes; id++) {
        uint32_t region = region_of[id] == NODE_NONE ? nodes : region_of[id];
        group_of[id] = named ? region : id / length;
    }
}

void hierarchical_send_to_mates(struct hierarchical *h, struct node *self, unsigned kind,
                                const void *body, bool after_sync)
{
    for (node_id id = 0; id < h->count; id++) {
        if (!hierarchical_is_mate(h, self, id))
            continue;
        if (after_sync)
            node_send_after_sync(self, id, kind, body);
        else
            node_send(self, id, kind, body);
    }
}

/* ---- Workspace ------------------------------------------------------------------------------- */

static uint32_t words(uint32_t nodes)
{
    return (nodes + 63) / 64;
}

struct hierarchical_block { /* the arrays follow: words, peers, gateways and tallies by region */
    uint64_t ready;
};

static size_t rounded(size_t size)
{
    return (size + 15) / 16 * 16;
}

static size_t own_workspace_size(unsigned nodes)
{
    return sizeof(struct hierarchical_block) + (size_t) 3 * words(nodes) * sizeof(uint64_t)
           + nodes * sizeof(struct hierarchical_peer) + (size_t) 3 * (nodes + 1) * sizeof(uint32_t);
}

static size_t own_state_size(const struct hierarchical_config *c)
{
    return rounded(sizeof(struct hierarchical)) + rounded(timing_size(c));
}

static struct guest_host host_of(unsigned nodes)
{
    return (struct guest_host){.message_count = HIERARCHICAL_MESSAGE_COUNT,
                               .timer_count = HIERARCHICAL_TIMER_COUNT,
                               .durable_size = sizeof(struct hierarchical_durable),
                               .workspace_size = own_workspace_size(nodes)};
}

static size_t workspace_size(const void *config, unsigned nodes)
{
    const struct hierarchical_config *c = config;
    size_t own = own_workspace_size(nodes), guest = guest_workspace_size(&c->regional_election);
    return guest == 0 ? own : rounded(own) + guest;
}

struct hierarchical_workspace hierarchical_work(struct hierarchical *h, struct node *self)
{
    struct hierarchical_block *block = node_workspace(self);
    struct hierarchical_workspace w;
    uint64_t *sets = (uint64_t *) (void *) (block + 1);
    w.votes = sets;
    w.asked = sets + words(h->count);
    w.regional = sets + (size_t) 2 * words(h->count);
    w.peers = (struct hierarchical_peer *) (void *) (sets + (size_t) 3 * words(h->count));
    w.gateways = (node_id *) (void *) (w.peers + h->count);
    w.have = w.gateways + h->count + 1;
    w.sizes = w.have + h->count + 1;
    if (block->ready)
        return w;
    block->ready = 1;
    for (node_id id = h->count; id-- > 0;) {
        uint32_t region = hierarchical_region(h, self, id);
        w.gateways[region] = id;
        w.sizes[region]++;
    }
    return w;
}

void hierarchical_release(struct hierarchical *h, struct node *self)
{
    bool guest = h->guest != NULL && guest_holds_workspace(h->guest);
    if (h->role == ROLE_FOLLOWER && h->regional_role == ROLE_FOLLOWER && !guest)
        node_return_workspace(self);
}

void hierarchical_persist(struct hierarchical *h, struct node *self)
{
    if (h->guest != NULL)
        guest_persist_host(h->guest, self, &h->durable);
    else
        node_persist(self, &h->durable);
}

/* ---- Events ---------------------------------------------------------------------------------- */

/* After each call of the guest. */
static void after_guest(struct hierarchical *h, struct node *self)
{
    if (guest_has_exited(h->guest)) {
        node_exit(self);
        return;
    }
    regional_heed_guest(h, self);
}

static void start_guest(struct hierarchical *h, struct node *self, const void *durable)
{
    struct guest_host host = host_of(h->count);
    h->guest = guest_start((char *) h + own_state_size(h->config), self,
                           &h->config->regional_election, &host, &h->durable, durable);
    after_guest(h, self);
}

static void on_start(void *state, struct node *self, const void *config, const void *durable)
{
    struct hierarchical *h = state;
    h->config = config;
    h->self = node_self(self);
    h->count = node_count(self);
    h->role = h->regional_role = ROLE_FOLLOWER;
    h->leader = h->regional_leader = h->ballot = NODE_NONE;
    h->durable = (struct hierarchical_durable){.voted_for = NODE_NONE, .regional_vote = NODE_NONE};
    if (durable != NULL)
        h->durable = *(const struct hierarchical_durable *) durable;
    learn_regions(h, self);
    timing_begin(h, self, (char *) h + rounded(sizeof *h));
    node_follow(self, h->durable.term, NODE_NONE);
    if (h->config->regional_election.algorithm != NULL)
        start_guest(h, self, durable);
    else
        regional_wait(h, self);
}

static void on_message(void *state, struct node *self, const struct message *m)
{
    struct hierarchical *h = state;
    if (h->guest != NULL && guest_owns_message(h->guest, m->kind)) {
        guest_message(h->guest, self, m);
        after_guest(h, self);
        return;
    }
    if (m->kind == REGIONAL_BALLOT || m->kind == REGIONAL_BALLOT_ANSWER || m->kind == GLOBAL_VOTES)
        ballot_on_message(h, self, m);
    else if (m->kind < REGIONAL_BALLOT)
        regional_on_message(h, self, m);
    else
        global_on_message(h, self, m);
}

static void on_timer(void *state, struct node *self, unsigned timer)
{
    struct hierarchical *h = state;
    if (h->guest != NULL && guest_owns_timer(h->guest, timer)) {
        guest_timer(h->guest, self, timer);
        after_guest(h, self);
        return;
    }
    switch ((enum hierarchical_timer) timer) {
    case HIERARCHICAL_TIMER_REGIONAL:
        regional_timer(h, self);
        return;
    case HIERARCHICAL_TIMER_GLOBAL:
        global_timer(h, self);
        return;
    case HIERARCHICAL_TIMER_QUORUM:
        global_check_quorum(h, self);
        return;
    case HIERARCHICAL_TIMER_GATHER:
        ballot_send(h, self);
        return;
    case HIERARCHICAL_TIMER_COUNT:
        break;
    }
    sim_unreachable();
}

static void on_admin(void *state, struct node *self, enum admin_command command, node_id target)
{
    struct hierarchical *h = state;
    switch (command) {
    case ADMIN_TRANSFER:
        global_transfer(h, self, target);
        return;
    case ADMIN_STOP:
        global_stop(h, self);
        if (h->guest == NULL) {
            node_exit(self);
            return;
        }
        guest_stop(h->guest, self);
        after_guest(h, self);
        return;
    case ADMIN_FORGET_LEADER:
        if (h->role == ROLE_LEADER)
            return;
        h->leader = NODE_NONE;
        node_follow(self, h->durable.term, NODE_NONE);
        return;
    }
    sim_unreachable();
}

static void on_end(void *state)
{
    struct hierarchical *h = state;
    if (h->guest != NULL)
        guest_end(h->guest);
}

static struct node_view view(const void *state)
{
    const struct hierarchical *h = state;
    if (h->count == 0) /* it has not started yet */
        return (struct node_view){.leader = NODE_NONE, .voted_for = NODE_NONE};
    return (struct node_view){.role = (enum role) h->role,
                              .leader = h->leader,
                              .voted_for = h->durable.voted_for,
                              .term = h->durable.term};
}

static size_t state_size(const void *config, unsigned nodes)
{
    const struct hierarchical_config *c = config;
    struct guest_host host = host_of(nodes);
    return own_state_size(c) + guest_state_size(&c->regional_election, &host);
}

static size_t durable_size_with(const void *config, unsigned nodes)
{
    const struct hierarchical_config *c = config;
    struct guest_host host = host_of(nodes);
    return guest_durable_size(&c->regional_election, &host);
}

static const char *check(const void *config, unsigned nodes, const char **option)
{
    const struct hierarchical_config *c = config;
    (void) nodes;
    *option = "regional_heartbeat_interval";
    if (c->regional_heartbeat_interval <= 0)
        return "must be longer than nothing";
    *option = "global_heartbeat_interval";
    if (c->global_heartbeat_interval <= 0)
        return "must be longer than nothing";
    *option = "regional_election_timeout";
    if (c->regional_election_timeout.min <= c->regional_heartbeat_interval)
        return "must exceed regional_heartbeat_interval, or every heartbeat comes too late";
    *option = "global_election_timeout";
    if (c->global_election_timeout.min <= c->global_heartbeat_interval)
        return "must exceed global_heartbeat_interval, or every heartbeat comes too late";
    return timing_check(c, option);
}

static bool is_spread(struct sim_range r)
{
    return sim_times(r.max - r.min, 2) >= r.min;
}

/* A majority of nodes that is healthy need not hold majorities of regions, of either kind. */
static uint32_t promises_with(const void *config, unsigned nodes)
{
    const struct hierarchical_config *c = config;
    uint32_t promised = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_OF_TERM;
    (void) nodes;
    if (c->quorum == HIERARCHICAL_QUORUM_REGIONS)
        return promised;
    promised |= LEADER_HAS_QUORUM;
    const struct guest_option *regional = &c->regional_election;
    if (regional->algorithm == NULL && regional->choice == REGIONAL_FIRST
        && is_spread(c->regional_election_timeout) && is_spread(c->global_election_timeout))
        promised |= EVENTUAL_LEADER;
    return promised;
}

static sim_ns patience(const void *config, unsigned nodes)
{
    const struct hierarchical_config *c = config;
    (void) nodes;
    return c->global_election_timeout.max;
}

static sim_ns liveness_bound(const void *config, unsigned nodes)
{
    const struct hierarchical_config *c = config;
    (void) nodes;
    sim_ns regional = sim_add(c->regional_election_timeout.max, c->regional_heartbeat_interval);
    sim_ns global = sim_add(c->global_election_timeout.max, c->global_heartbeat_interval);
    sim_ns plain = sim_times(sim_add(regional, sim_add(global, c->gather_timeout)), 12);
    return sim_add(plain, timing_delay(c));
}

const struct algorithm hierarchical_algorithm = {
    .name = "hierarchical",
    .title = "Hierarchical election",
    .origin = "after Raft, by regions",
    .about = "each region elects a leader, and those elect a global one from their members' votes; "
             "between regions only their leaders speak",
    .source = "this project's design, after Castiglia, Goldberg and Patterson 2020 (C-Raft); "
              "Kumar, Hierarchical quorum consensus, IEEE ToC 40(9), 1991; Ongaro 2014",
    .tolerates = "crashes of a minority, a whole region's too, loss, delay, partitions",
    .options = options,
    .option_count = sizeof options / sizeof *options,
    .config_size = sizeof(struct hierarchical_config),
    .messages = messages,
    .message_count = HIERARCHICAL_MESSAGE_COUNT,
    .timers = timers,
    .timer_count = sizeof timers / sizeof *timers,
    .promises = ELECTION_SAFETY | VOTE_ONCE | TERM_MONOTONIC | LEADER_OF_TERM | LEADER_HAS_QUORUM
                | EVENTUAL_LEADER,
    .assumptions = ASSUMES_DURABLE_STORAGE | ASSUMES_CLEAN_CUT,
    .state_size = state_size,
    .workspace_size = workspace_size,
    .durable_size_with = durable_size_with,
    .groups = groups,
    .check = check,
    .promises_with = promises_with,
    .patience = patience,
    .liveness_bound = liveness_bound,
    .on_start = on_start,
    .on_message = on_message,
    .on_timer = on_timer,
    .on_admin = on_admin,
    .on_end = on_end,
    .view = view,
};
