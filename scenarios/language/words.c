#include "scenarios/language/words.h"

#include <stdbool.h>
#include <string.h>

enum word_kind {
    WORD_ALGORITHM, /* `ours`: its names */
    WORD_VALUE,     /* of the option `where`; `ours`: a sentence */
    WORD_OPTION,    /* `ours`: the option's name */
    WORD_PAGE       /* `ours`: what to ask `describe` for */
};

static const struct {
    enum word_kind kind;
    const char *word, *where, *ours;
} words[] = {
    {WORD_ALGORITHM, "etcd", NULL, "`etcd_raft`, or `raft` with etcd's rules"},
    {WORD_ALGORITHM, "consul", NULL, "`raft`"},
    {WORD_ALGORITHM, "dqlite", NULL, "`libraft`"},
    {WORD_ALGORITHM, "k8s", NULL, "`lease`"},
    {WORD_ALGORITHM, "kubernetes", NULL, "`lease`"},
    {WORD_ALGORITHM, "clientgo", NULL, "`lease`"},
    {WORD_ALGORITHM, "chubby", NULL, "`lease`"},
    {WORD_ALGORITHM, "ble", NULL, "`ballot_leader_election`"},
    {WORD_ALGORITHM, "omnipaxos", NULL, "`ballot_leader_election`"},
    {WORD_ALGORITHM, "vr", NULL, "`viewstamped_replication`"},
    {WORD_ALGORITHM, "vsr", NULL, "`viewstamped_replication`"},
    {WORD_ALGORITHM, "vrr", NULL, "`viewstamped_replication`"},
    {WORD_ALGORITHM, "fle", NULL, "`fast_leader_election`"},
    {WORD_ALGORITHM, "zab", NULL, "`fast_leader_election`"},
    {WORD_ALGORITHM, "zk", NULL, "`fast_leader_election` or `zookeeper_recipe`"},
    {WORD_ALGORITHM, "zookeeper", NULL, "`fast_leader_election` or `zookeeper_recipe`"},
    {WORD_ALGORITHM, "curator", NULL, "`zookeeper_recipe`"},
    {WORD_ALGORITHM, "kafka", NULL, "`kraft` or `kafka_controller`"},
    {WORD_ALGORITHM, "changroberts", NULL, "`ring`"},
    {WORD_ALGORITHM, "garciamolina", NULL, "`bully` or `invitation`"},
    {WORD_ALGORITHM, "keepalived", NULL, "`health_check`"},
    {WORD_ALGORITHM, "vrrp", NULL, "`health_check`"},
    {WORD_ALGORITHM, "operator", NULL, "`manual_failover`"},

    {WORD_VALUE, "adaptive", "timeouts",
     "those that adapt are phi_accrual and, with raft, dynatune"},
    {WORD_VALUE, "accrual", "timeouts", "Conclave calls it phi_accrual"},
    {WORD_VALUE, "phi", "timeouts", "Conclave calls it phi_accrual"},
    {WORD_VALUE, "random", "timeouts", "Conclave calls it randomized"},
    {WORD_VALUE, "static", "timeouts", "Conclave calls it fixed"},
    {WORD_VALUE, "escape", "timeouts",
     "ESCAPE, arXiv 2202.09434, is left out: only its abstract was at hand, not its rules"},
    {WORD_VALUE, "weights", "quorum", "Conclave calls it weighted"},
    {WORD_VALUE, "half", "quorum", "Conclave calls it majority"},

    {WORD_OPTION, "quorum", NULL, "require_majority"},
    {WORD_OPTION, "prevote", NULL, "pre_vote"},
    {WORD_OPTION, "prevote", NULL, "dry_run"},
    {WORD_OPTION, "dryrun", NULL, "pre_vote"},
    {WORD_OPTION, "lease", NULL, "leader_lease"},
    {WORD_OPTION, "priorities", NULL, "priority_timeouts"},
    {WORD_OPTION, "priorities", NULL, "rank"},
    {WORD_OPTION, "electiontimeout", NULL, "detection_timeout"},
    {WORD_OPTION, "electiontimeout", NULL, "view_change_timeout"},
    {WORD_OPTION, "electiontimeout", NULL, "session_timeout"},
    {WORD_OPTION, "electiontimeout", NULL, "lease_duration"},
    {WORD_OPTION, "heartbeatinterval", NULL, "commit_interval"},
    {WORD_OPTION, "heartbeatinterval", NULL, "heartbeat_delay"},

    {WORD_PAGE, "adaptive", NULL, "raft.timeouts"},
    {WORD_PAGE, "escape", NULL, "raft.timeouts"},
    {WORD_PAGE, "timeouts", NULL, "raft.timeouts"},
    {WORD_PAGE, "weights", NULL, "cluster.weights"},
    {WORD_PAGE, "weighted", NULL, "quorum"},
    {WORD_PAGE, "regions", NULL, "cluster.regions"},
    {WORD_PAGE, "lock", NULL, "distributed_lock"},
    {WORD_PAGE, "locks", NULL, "distributed_lock"},
    {WORD_PAGE, "prevote", NULL, "pre_vote"},
    {WORD_PAGE, "selector", NULL, "selectors"},
    {WORD_PAGE, "nodes", NULL, "selectors"},
    {WORD_PAGE, "region", NULL, "selectors"},
    {WORD_PAGE, "groups", NULL, "selectors"},
    {WORD_PAGE, "unit", NULL, "units"},
    {WORD_PAGE, "range", NULL, "units"},
    {WORD_PAGE, "rate", NULL, "units"},
    {WORD_PAGE, "factor", NULL, "units"},
    {WORD_PAGE, "drift", NULL, "units"},
    {WORD_PAGE, "distributions", NULL, "units"},
    {WORD_PAGE, "expression", NULL, "expressions"},
    {WORD_PAGE, "and", NULL, "expressions"},
    {WORD_PAGE, "or", NULL, "expressions"},
    {WORD_PAGE, "not", NULL, "expressions"},
    {WORD_PAGE, "quantile", NULL, "expressions"},
    {WORD_PAGE, "quantiles", NULL, "expressions"},
    {WORD_PAGE, "p99", NULL, "expressions"},
    {WORD_PAGE, "sometimes", NULL, "expect"},
    {WORD_PAGE, "expectation", NULL, "expect"},
    {WORD_PAGE, "expectations", NULL, "expect"},
    {WORD_PAGE, "variant", NULL, "variants"},
    {WORD_PAGE, "override", NULL, "overrides"},
    {WORD_PAGE, "set", NULL, "overrides"},
    {WORD_PAGE, "vary", NULL, "overrides"},
    {WORD_PAGE, "fault", NULL, "faults"},
    {WORD_PAGE, "yaml", NULL, "language"},
    {WORD_PAGE, "keys", NULL, "language"},
};

#define WORD_COUNT (sizeof words / sizeof *words)

/* Small letters and digits alone count, so that Omni-Paxos and omni_paxos are the same. */
static bool is_same_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == '-' || *a == '_' || *a == ' ')
            a++;
        int small = *a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a;
        if (small != *b)
            return false;
        if (small == '\0')
            return true;
    }
}

static const char *find(enum word_kind kind, const char *where, const char *word)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (words[i].kind == kind && (where == NULL || strcmp(words[i].where, where) == 0)
            && is_same_word(word, words[i].word))
            return words[i].ours;
    return NULL;
}

const char *word_of_algorithm(const char *word)
{
    return find(WORD_ALGORITHM, NULL, word);
}

const char *word_of_value(const char *option, const char *word)
{
    return find(WORD_VALUE, option, word);
}

const char *word_of_option(const struct field *options, uint32_t count, const char *word)
{
    for (size_t i = 0; i < WORD_COUNT; i++)
        for (uint32_t k = 0; k < count; k++)
            if (words[i].kind == WORD_OPTION && is_same_word(word, words[i].word)
                && strcmp(options[k].name, words[i].ours) == 0)
                return options[k].name;
    return NULL;
}

const char *word_page(const char *word)
{
    return find(WORD_PAGE, NULL, word);
}
