#include "algorithms/techniques.h"

const struct technique techniques[] = {
    {.name = "fixed_timeouts",
     .about = "all take the same silence for the leader's end",
     .options = {{"timeouts", "fixed", false, 0}}},
    {.name = "randomized_timeouts",
     .about = "each draws its own, so that who stands first is mostly alone",
     .source = "Ongaro and Ousterhout 2014, section 5.2",
     .options = {{"timeouts", "randomized", false, 0}}},
    {.name = "phi_accrual",
     .about = "the rhythm of the leader's heartbeats says which silence is strange",
     .source = "Hayashibara, Defago, Yared and Katayama 2004",
     .options = {{"timeouts", "phi_accrual", false, 0}}},
    {.name = "dynatune",
     .about = "round trips and losses tune timeouts and heartbeats",
     .source = "Shiozaki and Nakamura, arXiv 2507.15154",
     .options = {{"timeouts", "dynatune", false, 0}}},
    {.name = "quorum",
     .about = "how many votes make a leader: a majority, all, a count, or by weight",
     .source = "Gifford 1979",
     .options = {{"quorum", NULL, true, FIELD_QUORUM}, {"require_majority", NULL, false, 0}}},
    {.name = "pre_vote",
     .about = "asks whether it would win before it disturbs a leader",
     .source = "Ongaro 2014, section 9.6",
     .options = {{"pre_vote", NULL, false, 0}, {"dry_run", NULL, false, 0}}},
    {.name = "leadership_transfer",
     .about = "the leader hands over to another when it is asked to (`transfer:`)",
     .source = "Ongaro 2014, section 3.10"},
    {.name = "handoff",
     .about = "a leader that is stopped sees to its succession before it goes (`stop:`)",
     .source = "Ongaro 2014, section 3.10",
     .options = {{"stop_transfers", NULL, false, 0},
                 {"election_handoff", NULL, false, 0},
                 {"handoff", NULL, false, 0},
                 {"release_on_cancel", NULL, false, 0}}},
    {.name = "leader_lease",
     .about = "for a time, measured by clocks of bounded drift, nobody else can lead",
     .source = "Gray and Cheriton 1989",
     .options = {{"leader_lease", NULL, false, 0},
                 {"lease_duration", NULL, false, 0},
                 {"session_timeout", NULL, false, 0}}},
    {.name = "fencing",
     .about = "the guarded resource refuses operations with an older term than it has seen",
     .source = "Kleppmann 2016",
     .everywhere = "workload.guard: fencing"},
    {.name = "circuit_breaker",
     .about = "after a storm of elections a node does not stand for a while",
     .source = "Nygard 2007, chapter 5",
     .options = {{"breaker_elections", NULL, false, 0}}},
    {.name = "priorities",
     .about = "`cluster.priorities` says who leads, or stands, before others",
     .options = {{"priority_timeouts", NULL, false, 0}, {"rank", "priority", false, 0}}},
    {.name = "load_aware",
     .about = "a busy leader hands over, and busy nodes wait longer",
     .options = {{"load_aware", NULL, false, 0}}},
    {.name = "distributed_lock",
     .about = "the leader grants locks with fencing tokens to clients; double grants are counted",
     .everywhere = "workload.kind: lock"},
    {.name = NULL},
};

/* What the algorithms have in common that a store elects, or whose claims decide. */
#define STORE "kafka_controller lease zookeeper_recipe"
#define CLAIMS "bully ring"
#define BASELINES "health_check manual_failover"
/* Libraries of others, unmodified: of those built in, what they do by themselves. */
#define LIBRARIES "etcd_raft libraft"

const struct technique_note technique_notes[] = {
    {"fixed_timeouts", "ballot_leader_election", TECHNIQUE_BUILT_IN,
     "rounds of heartbeat_delay, the same for all"},
    {"fixed_timeouts", BASELINES, TECHNIQUE_BUILT_IN, "as many missed checks as `failures` says"},
    {"fixed_timeouts", "lease", TECHNIQUE_BUILT_IN, "lease_duration since the record last changed"},
    {"fixed_timeouts", "kafka_controller zookeeper_recipe", TECHNIQUE_BUILT_IN,
     "session_timeout, which the servers count"},
    {"fixed_timeouts", "hierarchical", TECHNIQUE_BUILT_IN,
     "a range of one length, as regional_election_timeout: 200ms"},
    {"fixed_timeouts", LIBRARIES, TECHNIQUE_UNFIT,
     "the library always draws, between the timeout and its double"},

    {"randomized_timeouts", "lease", TECHNIQUE_BUILT_IN, "jitter_factor spreads the tries"},
    {"randomized_timeouts", "manual_failover", TECHNIQUE_BUILT_IN, "reaction_time is a range"},
    {"randomized_timeouts", LIBRARIES, TECHNIQUE_BUILT_IN,
     "each draws between the timeout and its double"},
    {"randomized_timeouts", "ballot_leader_election", TECHNIQUE_UNFIT,
     "ballots are never alike, so that none are split"},
    {"randomized_timeouts", CLAIMS, TECHNIQUE_UNFIT,
     "of those that stand together the better claim wins: none are split"},
    {"randomized_timeouts", "fast_leader_election", TECHNIQUE_UNFIT,
     "votes are in a total order, so that none are split"},
    {"randomized_timeouts", "invitation", TECHNIQUE_UNFIT,
     "merge_delay spreads who invites, by claim and not by chance"},
    {"randomized_timeouts", "viewstamped_replication", TECHNIQUE_UNFIT,
     "who stands together stands for the same primary"},
    {"randomized_timeouts", "health_check", TECHNIQUE_UNFIT,
     "one standby is next in the line, and it alone stands"},
    {"randomized_timeouts", "kafka_controller zookeeper_recipe", TECHNIQUE_UNFIT,
     "the store puts candidates in order: nothing is split"},

    {"phi_accrual", "ballot_leader_election", TECHNIQUE_UNFIT,
     "a round has one length for the answers of all; a late one does not count"},
    {"phi_accrual", BASELINES, TECHNIQUE_UNFIT,
     "a baseline: a count of missed checks, as scripts have it"},
    {"phi_accrual", STORE, TECHNIQUE_UNFIT,
     "nobody may lead before the lease or session has ended, however strange the silence"},
    {"phi_accrual", LIBRARIES, TECHNIQUE_UNFIT,
     "the library is as its makers have it: its timeouts do not adapt"},

    {"dynatune", "hierarchical", TECHNIQUE_UNFIT,
     "its rules are of Raft's one leader and its followers; here heartbeats go on through the "
     "regions' leaders and carry neither numbers nor round trips"},
    {"dynatune", "viewstamped_replication", TECHNIQUE_UNFIT,
     "its rules are of Raft's heartbeats and of draws from the tuned timeout; here Commits carry "
     "neither numbers nor round trips, and all wait equally long"},
    {"dynatune", "bully", TECHNIQUE_UNFIT,
     "its rules are of Raft: heartbeats here are not answered, so that no round trip is known, and "
     "timeouts follow from the bounds on delay that the algorithm assumes"},
    {"dynatune", "fast_leader_election", TECHNIQUE_UNFIT,
     "its rules are of Raft: the leader pings all together, twice a tick and without numbers, so "
     "that "
     "no follower can count losses or ask for more"},
    {"dynatune", "mongodb", TECHNIQUE_UNFIT,
     "its rules are of Raft: here a member asks the others by its own clock, and no leader numbers "
     "heartbeats or measures round trips that a follower could learn of"},
    {"dynatune", "kraft", TECHNIQUE_UNFIT,
     "a leader sends no heartbeats that a follower could ask for more of: followers fetch"},
    {"dynatune", "ballot_leader_election", TECHNIQUE_UNFIT,
     "a round has one length for the answers of all"},
    {"dynatune", "invitation ring", TECHNIQUE_UNFIT,
     "no coordinator sends heartbeats to each member by itself"},
    {"dynatune", BASELINES, TECHNIQUE_UNFIT,
     "a baseline: a count of missed checks, as scripts have it"},
    {"dynatune", STORE, TECHNIQUE_UNFIT,
     "nobody may lead before the lease or session has ended, however short the round trips"},
    {"dynatune", LIBRARIES, TECHNIQUE_UNFIT,
     "the library is as its makers have it: its timeouts do not adapt"},

    {"quorum", "fast_leader_election", TECHNIQUE_BUILT_IN, "a majority by `cluster.weights`"},
    {"quorum", "hierarchical", TECHNIQUE_BUILT_IN,
     "quorum: nodes | regions, as ZooKeeper's hierarchical quorums"},
    {"quorum", "kraft mongodb", TECHNIQUE_UNFIT,
     "a majority, as the system has it: who leads and what is committed have to meet"},
    {"quorum", "ring", TECHNIQUE_UNFIT, "there are no votes: a number goes once round"},
    {"quorum", BASELINES, TECHNIQUE_UNFIT, "there are no votes: that is what it lacks"},
    {"quorum", STORE, TECHNIQUE_UNFIT,
     "there are no votes: the store decides, and a majority of its servers for it"},
    {"quorum", LIBRARIES, TECHNIQUE_UNFIT,
     "a majority, as the library counts it: it takes no other"},

    {"pre_vote", "hierarchical", TECHNIQUE_BUILT_IN,
     "regional leaders ask before they raise the global term"},
    {"pre_vote", "fast_leader_election", TECHNIQUE_BUILT_IN,
     "looking deposes nobody, and raises no epoch: that comes when a quorum has decided"},
    {"pre_vote", "invitation", TECHNIQUE_BUILT_IN,
     "AreYouCoordinator comes before every invitation, and only coordinators are invited"},
    {"pre_vote", "ballot_leader_election", TECHNIQUE_BUILT_IN,
     "only who has answers of a majority, and the leader not among them, raises its ballot"},
    {"pre_vote", CLAIMS, TECHNIQUE_UNFIT, "claims decide, not votes"},
    {"pre_vote", BASELINES " " STORE, TECHNIQUE_UNFIT, "there are no votes to ask about"},

    {"leadership_transfer",
     "hierarchical kraft manual_failover mongodb raft viewstamped_replication", TECHNIQUE_BUILT_IN,
     "to the node that is named, or to the best"},
    {"leadership_transfer", "etcd_raft", TECHNIQUE_BUILT_IN,
     "TransferLeader: to the node that is named, or to the one with the longest log"},
    {"leadership_transfer", "libraft", TECHNIQUE_BUILT_IN,
     "raft_transfer(): to the node that is named, or to one that it chooses"},
    {"leadership_transfer", "ballot_leader_election", TECHNIQUE_UNFIT,
     "ballots alone decide who leads"},
    {"leadership_transfer", CLAIMS " invitation", TECHNIQUE_UNFIT,
     "the best claim leads: there is nothing to hand over"},
    {"leadership_transfer", "fast_leader_election", TECHNIQUE_UNFIT,
     "the most advanced server leads; ZooKeeper has none"},
    {"leadership_transfer", "health_check", TECHNIQUE_UNFIT,
     "the line of succession decides; see manual_failover"},
    {"leadership_transfer", STORE, TECHNIQUE_UNFIT, "whoever comes first at the store is next"},

    {"handoff", "kraft", TECHNIQUE_BUILT_IN,
     "it resigns, names its successors, and stays until there is one"},
    {"handoff", "viewstamped_replication", TECHNIQUE_BUILT_IN,
     "it begins the next view before it goes"},
    {"handoff", BASELINES, TECHNIQUE_BUILT_IN, "it says that it goes, and the next takes over"},
    {"handoff", "hierarchical", TECHNIQUE_BUILT_IN, "it hands over to another region's leader"},
    {"handoff", "fast_leader_election", TECHNIQUE_BUILT_IN,
     "it closes its connections, so that followers look at once"},
    {"handoff", "kafka_controller zookeeper_recipe", TECHNIQUE_BUILT_IN,
     "it ends its session, and its node goes at once"},
    {"handoff", "ballot_leader_election", TECHNIQUE_UNFIT,
     "the next round, a heartbeat_delay away, elects another"},

    {"leader_lease", "hierarchical", TECHNIQUE_UNFIT,
     "regional leaders tell how many follow them, not who: of two such counts no member need be in "
     "both and have promised"},
    {"leader_lease", "kraft mongodb fast_leader_election", TECHNIQUE_UNFIT,
     "as the system has it: a leader resigns without a majority, but voters do not wait for that"},
    {"leader_lease", "ballot_leader_election", TECHNIQUE_UNFIT,
     "leases of reads belong to replication, which is not modelled"},
    {"leader_lease", CLAIMS " invitation " BASELINES, TECHNIQUE_UNFIT,
     "no quorum has to agree, so that none can promise to wait"},
    {"leader_lease", "etcd_raft", TECHNIQUE_UNFIT,
     "its ReadOnlyLeaseBased is for reads, which are not modelled; check_quorum is an option"},
    {"leader_lease", "libraft", TECHNIQUE_UNFIT, "the library has none"},

    {"circuit_breaker", "fast_leader_election", TECHNIQUE_UNFIT,
     "who looks deposes nobody, and backs off by itself to max_notification_interval; who did not "
     "look could neither vote nor find the leader"},
    {"circuit_breaker", BASELINES, TECHNIQUE_UNFIT, "a baseline without safeguards"},
    {"circuit_breaker", STORE, TECHNIQUE_UNFIT,
     "the store refuses whoever comes while there is a leader: candidates depose nobody"},
    {"circuit_breaker", LIBRARIES, TECHNIQUE_UNFIT, "the library has none"},

    {"priorities", "mongodb", TECHNIQUE_BUILT_IN,
     "a member of higher priority takes over when it has caught up; below 0 it never leads"},
    {"priorities", "invitation", TECHNIQUE_BUILT_IN, "the higher invites first"},
    {"priorities", BASELINES, TECHNIQUE_BUILT_IN, "they are the line of succession"},
    {"priorities", "ballot_leader_election", TECHNIQUE_BUILT_IN,
     "of ballots with one number the higher priority's is the higher; it takes nothing over"},
    {"priorities", "viewstamped_replication", TECHNIQUE_UNFIT,
     "the number of the view says who is primary"},
    {"priorities", "fast_leader_election kraft", TECHNIQUE_UNFIT,
     "the longest log leads; the system has no priorities beside"},
    {"priorities", STORE, TECHNIQUE_UNFIT, "whoever comes first at the store leads"},
    {"priorities", LIBRARIES, TECHNIQUE_UNFIT, "the library has none"},

    {"load_aware", "ballot_leader_election fast_leader_election", TECHNIQUE_UNFIT,
     "there is no transfer, and who waits longer is not passed over"},
    {"load_aware", CLAIMS " invitation", TECHNIQUE_UNFIT,
     "the best claim leads, and would come back while its load falls"},
    {"load_aware", BASELINES, TECHNIQUE_UNFIT, "a baseline: an operator may look at the load"},
    {"load_aware", LIBRARIES, TECHNIQUE_UNFIT, "the library knows of no load"},
    {NULL, NULL, TECHNIQUE_UNSAID, NULL},
};

/* ---- Text ------------------------------------------------------------------------------------ */

static bool same(const char *a, const char *b)
{
    while (*a != '\0' && *a == *b)
        a++, b++;
    return *a == *b;
}

bool technique_note_names(const struct technique_note *note, const char *algorithm)
{
    const char *at = note->algorithms;
    while (*at != '\0') {
        const char *name = algorithm;
        while (*name != '\0' && *at == *name)
            at++, name++;
        if (*name == '\0' && (*at == '\0' || *at == ' '))
            return true;
        while (*at != '\0' && *at != ' ')
            at++;
        at += *at == ' ';
    }
    return false;
}

const struct technique *technique_find(const char *name)
{
    for (const struct technique *t = techniques; t->name != NULL; t++)
        if (same(t->name, name))
            return t;
    return NULL;
}

/* ---- Answers --------------------------------------------------------------------------------- */

static bool offers(const struct field *field, const struct technique_option *wanted)
{
    if (!same(field->name, wanted->name) || (wanted->typed && field->type != wanted->type))
        return false;
    if (wanted->word == NULL)
        return true;
    for (const char *const *word = field->choices; word != NULL && *word != NULL; word++)
        if (same(*word, wanted->word))
            return true;
    return false;
}

struct technique_answer technique_of(const struct technique *t, const struct algorithm *a)
{
    if (t->everywhere != NULL)
        return (struct technique_answer){.state = TECHNIQUE_BY_OPTION, .key = t->everywhere};
    for (const struct technique_option *o = t->options; o->name != NULL; o++)
        for (uint32_t i = 0; i < a->option_count; i++)
            if (offers(&a->options[i], o))
                return (struct technique_answer){
                    .state = TECHNIQUE_BY_OPTION, .key = o->name, .word = o->word};
    for (const struct technique_note *n = technique_notes; n->technique != NULL; n++)
        if (same(n->technique, t->name) && technique_note_names(n, a->name))
            return (struct technique_answer){.state = n->state, .text = n->text};
    return (struct technique_answer){.state = TECHNIQUE_UNSAID};
}
