/* An algorithm inside of another one, as a scenario names it. */
#include <criterion/criterion.h>
#include <string.h>

#include "algorithms/raft.h"
#include "sim/guest.h"
#include "tests/language/reading.h"

#define REGIONS                                                                                    \
    "duration: 30s\n"                                                                              \
    "cluster: {nodes: 5, regions: {eu: [n1, n2, n4], us: [n3, n5]}}\n"                             \
    "algorithm: hierarchical\n"

static const struct guest_option *guest_in_config(const struct scenario *s, const void *config)
{
    return guest_option_in(guest_field(s->algorithm), (void *) config);
}

static const struct raft_config *raft_of(const struct scenario *s, node_id id)
{
    const struct guest_option *guest = guest_in_config(s, s->configs[id]);
    cr_assert_not_null(guest->algorithm);
    cr_assert_str_eq(guest->algorithm->name, "raft");
    return guest->config;
}

Test(guests, a_name_alone_takes_the_section_of_that_name)
{
    struct reading r = read_right(REGIONS "hierarchical: {regional_election: raft}\n"
                                          "raft: {heartbeat_interval: 60ms}\n",
                                  NULL, NULL, 0);
    cr_expect_eq(raft_of(r.scenario, 0)->heartbeat_interval, 60 * MILLISECOND);
    cr_expect_eq(raft_of(r.scenario, 0)->election_timeout.min, 150 * MILLISECOND, "a default");
    reading_close(&r);
}

Test(guests, a_name_with_options_stands_for_itself)
{
    struct reading r = read_right(
        REGIONS "hierarchical: {regional_election: {raft: {pre_vote: true}}}\n", NULL, NULL, 0);
    cr_expect_eq(raft_of(r.scenario, 0)->pre_vote, PRE_VOTE_TRUE);
    reading_close(&r);
    const struct override other = {"algorithm", "hierarchical"};
    r = read_right(REGIONS "hierarchical: {regional_election: {raft: }}\n"
                           "raft: {heartbeat_interval: 60ms}\n",
                   NULL, &other, 1);
    cr_expect_eq(raft_of(r.scenario, 0)->heartbeat_interval, 75 * MILLISECOND);
    reading_close(&r);
}

Test(guests, set_knows_both_ways)
{
    const struct override by_section[]
        = {{"hierarchical.regional_election", "raft"}, {"raft.heartbeat_interval", "60ms"}};
    struct reading r = read_right(REGIONS, NULL, by_section, 2);
    cr_expect_eq(raft_of(r.scenario, 0)->heartbeat_interval, 60 * MILLISECOND);
    reading_close(&r);
    const struct override inside
        = {"hierarchical.regional_election.raft.heartbeat_interval", "60ms"};
    r = read_right(REGIONS, NULL, &inside, 1);
    cr_expect_eq(raft_of(r.scenario, 0)->heartbeat_interval, 60 * MILLISECOND);
    reading_close(&r);
}

Test(guests, the_regions_are_their_groups)
{
    struct reading r
        = read_right(REGIONS "hierarchical: {regional_election: raft}\n", NULL, NULL, 0);
    const struct guest_groups *groups = guest_in_config(r.scenario, r.scenario->config)->groups;
    cr_assert_not_null(groups);
    static const node_id in_order[] = {0, 1, 3, 2, 4};
    cr_expect_arr_eq(groups->members, in_order, sizeof in_order);
    cr_expect_eq(groups->largest, 3);
    reading_close(&r);
}

Test(guests, messages_and_timers_of_both_are_in_one_table)
{
    struct reading r
        = read_right(REGIONS "hierarchical: {regional_election: raft}\n", NULL, NULL, 0);
    const struct algorithm *a = r.scenario->algorithm;
    cr_expect_str_eq(a->name, "hierarchical");
    cr_expect_str_eq(a->messages[a->message_count - RAFT_MESSAGE_COUNT].name, "raft.RequestVote");
    cr_expect_str_eq(a->timers[a->timer_count - raft_algorithm.timer_count], "election");
    reading_close(&r);
}

Test(guests, a_node_may_have_options_of_its_own)
{
    struct reading r = read_right(
        "duration: 30s\n"
        "cluster:\n"
        "  nodes: 4\n"
        "  overrides: {n2: {raft.heartbeat_interval: 20ms, raft: {pre_vote: true}},\n"
        "              n3: {hierarchical.regional_election: {raft: {pre_vote: etcd}}}}\n"
        "algorithm: hierarchical\n"
        "hierarchical: {regional_election: raft}\n",
        NULL, NULL, 0);
    cr_expect_eq(raft_of(r.scenario, 0)->heartbeat_interval, 75 * MILLISECOND);
    cr_expect_eq(raft_of(r.scenario, 1)->heartbeat_interval, 20 * MILLISECOND);
    cr_expect_eq(raft_of(r.scenario, 1)->pre_vote, PRE_VOTE_TRUE);
    cr_expect_eq(raft_of(r.scenario, 2)->pre_vote, PRE_VOTE_ETCD);
    cr_expect_eq(raft_of(r.scenario, 3)->pre_vote, PRE_VOTE_FALSE);
    for (node_id id = 0; id < 4; id++)
        cr_expect_not_null(guest_in_config(r.scenario, r.scenario->configs[id])->groups);
    reading_close(&r);
}

/* Where the libraries of other projects are built in, their names follow. */
static void expect_report(const char *text, const char *report)
{
    char said[REPORT_MAX];
    report_mistakes(text, strlen(text), NULL, NULL, 0, said);
    char *foreign = strstr(said, ", libraft)");
    if (foreign != NULL)
        memmove(foreign, foreign + 9, strlen(foreign + 9) + 1);
    cr_expect_str_eq(said, report, "%s\n--- said:\n%s--- expected:\n%s", text, said, report);
}

#define CHOICES                                                                                    \
    "ballot_leader_election, bully, fast_leader_election, health_check, invitation, kraft, "       \
    "mongodb, raft, ring, viewstamped_replication"

Test(guests, mistakes_are_answered_at_their_place)
{
    static const char *const table[][2] = {
        {"hierarchical: {regional_election: lease}\n",
         "4:35: `lease` cannot run inside of `hierarchical`: it needs a service beside the "
         "members, which a group of them has not (these can: " CHOICES ")\n"},
        {"hierarchical: {regional_election: hierarchical}\n",
         "4:35: `hierarchical` cannot run inside of `hierarchical`: it takes in an algorithm "
         "itself (these can: " CHOICES ")\n"},
        {"hierarchical: {regional_election: rafd}\n",
         "4:35: `rafd` is none of first, majority, and no algorithm (did you mean `raft`?)\n"},
        {"hierarchical: {regional_election: something}\n",
         "4:35: `something` is none of first, majority, and no algorithm (it may be first, "
         "majority, " CHOICES ")\n"},
        {"hierarchical: {regional_election: {first: {}}}\n",
         "4:36: `first` is no algorithm that has options (write `first` alone)\n"},
        {"hierarchical: {regional_election: {raft: {pre_vot: true}}}\n",
         "4:43: `raft` has no option `pre_vot` (did you mean `pre_vote`?)\n"},
        {"hierarchical: {regional_election: {raft: 3}}\n",
         "4:42: expected a mapping of options, not a single value\n"},
        {"hierarchical: {regional_election: {raft: {}, bully: {}}}\n",
         "4:35: expected a word, or one algorithm: NAME or {NAME: {OPTION: VALUE}}, not a "
         "mapping\n"},
        {"hierarchical: {regional_election: {raft: {election_timeout: 1x}}}\n",
         "4:61: `1x` has no such unit; times are in ns us ms s m h d\n"},
        {"hierarchical: {regional_election: {raft: {quorum: 3}}}\n",
         "4:51: among the 2 members of a region, `raft`, `quorum`: more than there are\n"},
        {"hierarchical: {regional_election: raft}\nraft: {heartbeat_interval: 0s}\n",
         "5:28: among the 3 members of a region, `raft`, `heartbeat_interval`: must be longer than "
         "nothing\n"},
        {"hierarchical: {regional_election: raft}\nbully: {}\n",
         "5:1: options of `bully`, but this scenario runs `hierarchical`\n"},
        {"hierarchical: {regional_election: {raft: {}}}\nraft: {}\n",
         "5:1: options of `raft`, but this scenario runs `hierarchical`\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1024];
        (void) strcpy(text, REGIONS);
        (void) strcat(text, table[i][0]);
        expect_report(text, table[i][1]);
    }
}

Test(guests, all_nodes_run_the_same_algorithms)
{
    static const char begin[] = "duration: 30s\nalgorithm: hierarchical\n";
    static const char *const table[][2] = {
        {"hierarchical: {regional_election: raft}\n"
         "cluster: {nodes: 4, overrides: {n2: {hierarchical.regional_election: bully}}}\n",
         "4:70: a node can have other options of its own, but the cluster's is raft\n"},
        {"cluster: {nodes: 4, overrides: {n2: {hierarchical.regional_election: bully}}}\n",
         "3:70: a node can have other options of its own, but the cluster's is no algorithm "
         "here\n"},
        {"hierarchical: {regional_election: raft}\n"
         "cluster: {nodes: 4, overrides: {n2: {bully.takeover: true}}}\n",
         "4:38: options of `bully`, but this scenario runs `hierarchical`\n"},
        {"hierarchical: {regional_election: raft}\n"
         "cluster: {nodes: 4, overrides: {n2: {raft.pre_vot: true}}}\n",
         "4:38: `raft` has no option `pre_vot` (did you mean `pre_vote`?)\n"},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        char text[1024];
        (void) strcpy(text, begin);
        (void) strcat(text, table[i][0]);
        expect_report(text, table[i][1]);
    }
}
