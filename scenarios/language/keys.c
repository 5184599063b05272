/* Every key of the language, once: parsing, `--set`, help and the JSON schema follow from here. */
#include "scenarios/language/reader.h"

#define KEYS(array)                                                                                \
    {                                                                                              \
        array, (uint32_t) (sizeof(array) / sizeof *(array))                                        \
    }

static const char *const guard_words[] = {"none", "fencing", "quorum", NULL};
static const char *const workload_words[] = {"operations", "lock", NULL};
static const char *const new_leader_words[] = {"waits", "grants", NULL};
static const char *const heal_words[] = {"all", "core", NULL};
const char *const order_words[] = {"any", "fifo", NULL};

#define IN(member, name, type, default_text, about)                                                \
    {                                                                                              \
        .field                                                                                     \
            = { name,                                                                              \
                type,                                                                              \
                (uint32_t) offsetof(struct scenario, member),                                      \
                default_text,                                                                      \
                about,                                                                             \
                NULL,                                                                              \
                NULL }                                                                             \
    }
#define CHOICE_IN(member, name, choices, default_text, about)                                      \
    {                                                                                              \
        .field                                                                                     \
            = { name,                                                                              \
                FIELD_CHOICE,                                                                      \
                (uint32_t) offsetof(struct scenario, member),                                      \
                default_text,                                                                      \
                about,                                                                             \
                NULL,                                                                              \
                choices }                                                                          \
    }
#define READ(name, function, default_text, takes_, schema_, about)                                 \
    {                                                                                              \
        .field = {name, FIELD_CHOICE, 0, default_text, about, NULL, NULL}, .read = function,       \
        .takes = takes_, .schema = schema_                                                         \
    }
#define INSIDE(name, keys, offset, about)                                                          \
    {                                                                                              \
        .field = {name, FIELD_CHOICE, offset, "", about, NULL, NULL}, .takes = "mapping of keys",  \
        .inside = &(keys)                                                                          \
    }

#define TEXT_SCHEMA "\"type\": [\"string\", \"number\"]"
#define LIST_SCHEMA "\"type\": \"array\""
#define MAP_SCHEMA "\"type\": \"object\""
#define SELECTOR_SCHEMA "\"type\": [\"string\", \"array\"]"

static const struct key cluster_array[] = {
    {.field = {"nodes", FIELD_COUNT, 0, NULL, "members of the cluster, n1 to nN", NULL, NULL},
     .read = read_nodes,
     .schema = "\"type\": \"integer\", \"minimum\": 1, \"maximum\": 100000",
     .path = "cluster.nodes"},
    READ("regions", read_regions, "", "mapping of names to nodes", MAP_SCHEMA,
         "named groups of nodes: {eu: [n1, n2], us: [n3]}; a node is in at most one"),
    READ("priorities", read_priorities, "", "mapping of nodes to whole numbers", MAP_SCHEMA,
         "where an algorithm has them: {n1: 2}; default 0"),
    READ("weights", read_weights, "", "mapping of nodes to counts", MAP_SCHEMA,
         "votes that a member carries, for weighted quorums: {n1: 3}; default 1"),
    READ("overrides", read_overrides, "", "mapping of nodes to options", MAP_SCHEMA,
         "options of single nodes: {n4: {raft.election_timeout: 600ms..800ms}}"),
};
static const struct key_map cluster_keys = KEYS(cluster_array);

static const struct key network_array[] = {
    READ("latency", read_latency, "uniform(5ms, 10ms)", "duration or distribution", TEXT_SCHEMA,
         "time that a message takes, one way: a duration, a range or a distribution"),
    READ("loss", read_loss, "0%", "rate, or burst(…)", TEXT_SCHEMA,
         "share of messages lost, or burst(good_to_bad, bad_to_good, loss_bad, loss_good)"),
    READ("duplicate", read_duplicate, "0%", "rate, as 1%", TEXT_SCHEMA,
         "share of messages delivered twice"),
    {.field
     = {"order", FIELD_CHOICE, 0, "any", "fifo: a link never reorders messages", NULL, order_words},
     .read = read_order},
    READ("links", read_links, "", "list of links", LIST_SCHEMA,
         "other conditions for some links: {between: [eu, us], latency: 40ms}"),
};
static const struct key_map network_keys = KEYS(network_array);

static const struct key link_array[] = {
    READ("between", read_between, "", "list of two: nodes or regions", LIST_SCHEMA,
         "two ends of links, for both directions"),
    READ("from", read_from, "", "nodes or regions", SELECTOR_SCHEMA,
         "senders of a link in one direction"),
    READ("to", read_to, "", "nodes or regions", SELECTOR_SCHEMA,
         "receivers of a link in one direction"),
    READ("latency", read_latency, "", "duration or distribution", TEXT_SCHEMA, "as in `network`"),
    READ("loss", read_loss, "", "rate, or burst(…)", TEXT_SCHEMA, "as in `network`"),
    READ("duplicate", read_duplicate, "", "rate, as 1%", TEXT_SCHEMA, "as in `network`"),
};
const struct key_map link_keys = KEYS(link_array);

static const struct key clock_array[] = {
    READ("drift", read_clock_drift, "0ppm", "drift, as 100ppm, or range A..B", TEXT_SCHEMA,
         "each node draws its own: D means -D..D, A..B is taken as it is"),
    READ("offset", read_clock_offset, "0s", "duration or range A..B", TEXT_SCHEMA,
         "how far a wall clock is off at the start; a range, each node draws its own"),
};
static const struct key_map clock_keys = KEYS(clock_array);

static const struct key disk_array[] = {
    IN(disk_sync, "sync", FIELD_DISTRIBUTION, "0s", "time until a persisted write is durable"),
    IN(disk_lie, "lie", FIELD_RATE, "0%", "share of syncs that are reported but not done"),
};
static const struct key_map disk_keys = KEYS(disk_array);

static const struct key workload_array[] = {
    CHOICE_IN(workload.kind, "kind", workload_words, "operations",
              "operations of the leader, or clients that want a lock from it"),
    IN(workload.interval, "interval", FIELD_DURATION, "0s",
       "the leader begins one guarded operation each; a client asks for the lock again after it; "
       "0s: no workload"),
    CHOICE_IN(workload.guard, "guard", guard_words, "none",
              "what protects the resource from an old leader"),
    IN(workload.duration, "duration", FIELD_DISTRIBUTION, "0s",
       "from the leader's check of its leadership to the write; of a lock to its grant, and from "
       "the client's check of its lease to its write"),
    IN(workload.clients, "clients", FIELD_COUNT, "3", "of a lock: how many want it"),
    IN(workload.hold, "hold", FIELD_DISTRIBUTION, "1s",
       "of a lock: how long a client works with it before it writes and gives it back"),
    IN(workload.lock_lease, "lock_lease", FIELD_DURATION, "10s",
       "of a lock: how long a grant is good for; the client stops, and the leader grants anew"),
    CHOICE_IN(workload.new_leader, "new_leader", new_leader_words, "waits",
              "of a lock that no quorum knows: whether a new leader waits for a lease to run out"),
};
static const struct key_map workload_keys = KEYS(workload_array);

static const struct key chaos_array[] = {
    READ("faults", read_chaos_faults, "0", "count", "\"type\": \"integer\", \"minimum\": 0",
         "how many random faults"),
    READ("kinds", read_chaos_kinds, "all", "all | list of faults",
         LIST_SCHEMA ", \"items\": {\"type\": \"string\"}",
         "kinds of fault to draw from; all that suit by default"),
    IN(chaos.subset, "subset", FIELD_BOOL, "false",
       "each seed draws which kinds take part, how often each does, and how many faults there are"),
    READ("for", read_chaos_for, "any", "any | timeouts | range A..B", TEXT_SCHEMA,
         "how long they last: any (50 ms to 12.8 s), timeouts (mostly half to twice as long as "
         "the algorithm waits for its leader), or a range"),
};
static const struct key_map chaos_keys = KEYS(chaos_array);

static const struct key fault_array[] = {
    {.field
     = FIELD(struct fault_spec, at, FIELD_RANGE, "", "when it begins; a range is drawn", NULL)},
    {.field = {"every", FIELD_RANGE, (uint32_t) offsetof(struct fault_spec, at), "",
               "time between the recurring fault's occurrences, instead of `at`", NULL, NULL}},
    {.field = {"for", FIELD_RANGE, (uint32_t) offsetof(struct fault_spec, lasting), "",
               "how long it lasts; without it, to the end of the run", NULL, NULL}},
};
const struct key_map fault_keys = KEYS(fault_array);

static const struct key scenario_array[] = {
    READ("scenario", read_title, "", "text", TEXT_SCHEMA, "a title; the file's name by default"),
    READ("about", read_about, "", "text", TEXT_SCHEMA, "prose, shown by `describe`"),
    IN(duration, "duration", FIELD_DURATION, NULL, "simulated time"),
    IN(settle, "settle", FIELD_DURATION, "0s",
       "added at the end: all faults are healed, then peace"),
    CHOICE_IN(
        heal, "heal", heal_words, "all",
        "what `settle` heals: all, or core: a majority that is drawn; the rest stays as it is"),
    IN(seed, "seed", FIELD_TERM, "1", "default seed"),
    {.field = {"algorithm", FIELD_CHOICE, 0, NULL,
               "which algorithm elects; its options stand under its name", NULL, NULL},
     .read = read_algorithm,
     .takes = "name of an algorithm",
     .schema = "\"type\": \"string\"",
     .hint = "`conclave list algorithms` names them"},
    INSIDE("cluster", cluster_keys, 0, "the nodes"),
    INSIDE("network", network_keys, (uint32_t) offsetof(struct scenario, network),
           "latency, loss and duplication of messages"),
    INSIDE("clock", clock_keys, 0, "the nodes' own clocks"),
    INSIDE("disk", disk_keys, 0, "the nodes' disks"),
    INSIDE("workload", workload_keys, 0, "what the leader does with its leadership"),
    READ("faults", read_faults, "", "list of faults", LIST_SCHEMA, "what goes wrong, and when"),
    INSIDE("chaos", chaos_keys, 0, "a random schedule of faults from the seed"),
    READ("expect", read_expectations, "", "list of expressions", LIST_SCHEMA,
         "expressions checked at the end"),
    READ("draw", read_nothing, "", "mapping of keys to lists", MAP_SCHEMA,
         "each seed takes one of each list: {cluster.nodes: [3, 5], raft.pre_vote: [true, false]}"),
    READ("variants", read_nothing, "", "list of variants", LIST_SCHEMA,
         "named overrides to compare: {name: pre-vote, set: {raft.pre_vote: true}}"),
};
const struct key_map scenario_keys = KEYS(scenario_array);
