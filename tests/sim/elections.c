/* Rows of election and leadership, and the metrics made of them: nodes announce what a script says.
 */
#include <criterion/criterion.h>

#include "tests/sim/toy.h"

#define MS MILLISECOND

static struct toy t;

static const struct election_row *election(uint32_t number)
{
    cr_assert_leq(number, t.result->election_count, "only %u elections", t.result->election_count);
    return &t.result->elections[number - 1];
}

Test(elections, the_first_is_a_startup_and_has_no_vacancy)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER);
    toy_run(&t);
    const struct election_row *e = election(1);
    cr_assert_eq(t.result->election_count, 1);
    cr_assert_eq(e->trigger, TRIGGER_STARTUP);
    cr_assert_eq(e->outcome, ELECTION_WON);
    cr_assert_eq(e->vacant, TIME_NONE);
    cr_assert_eq(e->started, 100 * MS);
    cr_assert_eq(e->decided, 110 * MS);
    cr_assert_eq(e->winner, 0);
    cr_assert_eq(e->previous_leader, NODE_NONE);
    toy_near(toy_metric(&t, "elections"), 0);
    toy_close(&t);
}

Test(elections, recognition_is_when_a_majority_of_all_nodes_follows)
{
    toy_init(&t, 5);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_STAND, 1, 0}, {110 * MS, 0, TOY_LEAD, 1, 0},
                  {120 * MS, 1, TOY_FOLLOW, 1, 0}, {130 * MS, 2, TOY_FOLLOW, 1, 0},
                  {140 * MS, 3, TOY_FOLLOW, 1, 0});
    toy_run(&t);
    cr_assert_eq(election(1)->recognized, 130 * MS);
    toy_close(&t);
}

Test(elections, agreement_is_when_all_whom_the_winner_reaches_follow_it)
{
    toy_init(&t, 5);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    toy_fault(&t, "isolate", 200 * MS, 500 * MS, 4);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {350 * MS, 1, TOY_STAND, 2, 0},
                  {360 * MS, 1, TOY_LEAD, 2, 0}, {370 * MS, 2, TOY_FOLLOW, 2, 1},
                  {390 * MS, 3, TOY_FOLLOW, 2, 1}, {710 * MS, 4, TOY_FOLLOW, 2, 1});
    toy_run(&t);
    cr_assert_eq(election(2)->agreed, 390 * MS);
    toy_near(toy_metric(&t, "agreement_time"), 0.190);
    toy_close(&t);
}

Test(elections, a_winner_deposed_before_all_follow_it_does_not_end_the_time_to_agreement)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {350 * MS, 1, TOY_STAND, 2, 0},
                  {360 * MS, 1, TOY_LEAD, 2, 0}, {365 * MS, 2, TOY_STAND, 3, 0},
                  {370 * MS, 1, TOY_STEP_DOWN, 2, 0}, {380 * MS, 2, TOY_LEAD, 3, 0},
                  {390 * MS, 1, TOY_FOLLOW, 3, 2});
    toy_run(&t);
    cr_assert_eq(election(2)->agreed, TIME_NONE);
    toy_near(toy_metric(&t, "agreement_time"), 0.190);
    toy_close(&t);
}

Test(elections, agreement_does_not_wait_for_who_crashes)
{
    toy_init(&t, 4);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    toy_fault(&t, "crash", 400 * MS, 0, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {350 * MS, 1, TOY_STAND, 2, 0},
                  {360 * MS, 1, TOY_LEAD, 2, 0}, {370 * MS, 2, TOY_FOLLOW, 2, 1});
    toy_run(&t);
    cr_assert_eq(election(2)->agreed, 400 * MS);
    toy_close(&t);
}

Test(elections, a_follower_that_crashed_counts_no_more_for_agreement)
{
    toy_init(&t, 4);
    toy_fault(&t, "crash", 400 * MS, 0, 2);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {370 * MS, 2, TOY_FOLLOW, 1, 0},
                  {380 * MS, 1, TOY_FOLLOW, 1, 0}, {450 * MS, 3, TOY_FOLLOW, 1, 0});
    toy_run(&t);
    cr_assert_eq(election(1)->agreed, 450 * MS);
    toy_close(&t);
}

Test(elections, a_single_node_recognises_itself_at_once)
{
    toy_init(&t, 1);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_STAND, 1, 0}, {100 * MS, 0, TOY_LEAD, 1, 0});
    toy_run(&t);
    cr_assert_eq(election(1)->recognized, 100 * MS);
    toy_close(&t);
}

Test(elections, a_crash_of_the_leader_makes_the_vacancy)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {350 * MS, 1, TOY_STAND, 2, 0},
                  {360 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    const struct election_row *e = election(2);
    cr_assert_eq(e->trigger, TRIGGER_CRASH);
    cr_assert_eq(e->vacant, 200 * MS);
    cr_assert_eq(e->previous_leader, 0);
    toy_near(toy_metric(&t, "detection_time.max"), 0.150);
    toy_near(toy_metric(&t, "downtime.max"), 0.160);
    toy_near(toy_metric(&t, "availability"), (90 + 640) / 1000.0);
    cr_assert_eq(t.result->leaderships[0].end_reason, LEADERSHIP_CRASH);
    cr_assert_eq(t.result->leaderships[0].end, 200 * MS);
    toy_close(&t);
}

Test(elections, one_that_is_open_at_the_end_is_open_and_its_time_undecided)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->outcome, ELECTION_OPEN);
    cr_assert_eq(election(2)->decided, TIME_NONE);
    cr_assert(toy_metric_value(&t, "election_time.max")->unbounded);
    toy_near(toy_metric_value(&t, "election_time.max")->lo, 0.6);
    toy_near(toy_metric_value(&t, "downtime.max")->lo, 0.8);
    toy_close(&t);
}

Test(elections, a_vacancy_that_nobody_noticed_counts_as_undecided_downtime)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 700 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER);
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 1);
    cr_assert_eq(t.result->vacant_since, 700 * MS);
    cr_assert(toy_metric_value(&t, "downtime.max")->unbounded);
    toy_near(toy_metric_value(&t, "downtime.max")->lo, 0.3);
    toy_close(&t);
}

Test(elections, two_candidates_in_one_instant_are_one_election_of_one_round)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0},
                  {400 * MS, 2, TOY_STAND, 2, 0}, {410 * MS, 2, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 2);
    cr_assert_eq(election(2)->candidates, 2);
    cr_assert_eq(election(2)->rounds, 1);
    toy_near(toy_metric(&t, "split_votes"), 0);
    toy_close(&t);
}

Test(elections, rounds_without_a_winner_are_split_votes)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0},
                  {450 * MS, 2, TOY_STAND, 3, 0}, {500 * MS, 1, TOY_STAND, 4, 0},
                  {510 * MS, 1, TOY_LEAD, 4, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->rounds, 3);
    cr_assert_eq(election(2)->candidates, 2);
    cr_assert_eq(election(2)->started, 400 * MS);
    toy_near(toy_metric(&t, "split_votes"), 2);
    toy_close(&t);
}

Test(elections, a_leader_that_crashes_at_the_instant_of_winning_leaves_a_new_vacancy)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 110 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_STAND, 1, 0}, {110 * MS - 1, 0, TOY_LEAD, 1, 0},
                  {300 * MS, 1, TOY_STAND, 2, 0}, {310 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(1)->outcome, ELECTION_WON);
    cr_assert_eq(election(1)->recognized, TIME_NONE);
    cr_assert_eq(election(2)->vacant, 110 * MS);
    cr_assert_eq(election(2)->trigger, TRIGGER_CRASH);
    toy_close(&t);
}

Test(elections, overlapping_vacancies_are_each_counted_from_their_own_loss)
{
    toy_init(&t, 5);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    toy_fault(&t, "crash", 400 * MS, 0, 1);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {380 * MS, 1, TOY_STAND, 2, 0},
                  {390 * MS, 1, TOY_LEAD, 2, 0}, {500 * MS, 2, TOY_STAND, 3, 0},
                  {520 * MS, 2, TOY_LEAD, 3, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->vacant, 200 * MS);
    cr_assert_eq(election(3)->vacant, 400 * MS);
    toy_near(toy_metric(&t, "downtime.max"), 0.190);
    toy_near(toy_metric(&t, "downtime.p50"), 0.120);
    toy_close(&t);
}

Test(elections, a_paused_leader_that_resumes_acts_until_it_knows)
{
    toy_init(&t, 3);
    toy_fault(&t, "pause", 200 * MS, 400 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0},
                  {410 * MS, 1, TOY_LEAD, 2, 0}, {650 * MS, 0, TOY_STEP_DOWN, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->trigger, TRIGGER_PAUSE);
    cr_assert_eq(election(2)->vacant, 200 * MS);
    toy_near(toy_metric(&t, "split_brain_events"), 1);
    toy_near(toy_metric(&t, "split_brain_time"), 0.050);
    cr_assert_eq(t.result->leaderships[0].end, 650 * MS);
    toy_close(&t);
}

Test(elections, a_cut_off_leader_is_lost_to_a_partition)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 200 * MS, 500 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0},
                  {410 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->trigger, TRIGGER_PARTITION);
    cr_assert_eq(election(2)->vacant, 200 * MS);
    toy_near(toy_metric(&t, "split_brain_time"), 0.590);
    toy_close(&t);
}

Test(elections, a_loss_that_heals_before_anybody_stands_is_none)
{
    toy_init(&t, 3);
    toy_fault(&t, "pause", 200 * MS, 100 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_STAND, 2, 0},
                  {505 * MS, 0, TOY_STEP_DOWN, 2, 0}, {510 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->trigger, TRIGGER_TIMEOUT);
    cr_assert_eq(election(2)->vacant, TIME_NONE);
    toy_near(toy_metric(&t, "needless_elections"), 1);
    toy_close(&t);
}

Test(elections, a_takeover_is_told_by_the_candidate)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_TAKE_OVER, 2, 0},
                  {505 * MS, 0, TOY_STEP_DOWN, 2, 0}, {510 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->trigger, TRIGGER_TAKEOVER);
    toy_near(toy_metric(&t, "needless_elections"), 0);
    toy_close(&t);
}

Test(elections, a_candidate_that_follows_the_healthy_leader_again_has_failed)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_STAND, 2, 0},
                  {600 * MS, 1, TOY_FOLLOW, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->outcome, ELECTION_FAILED);
    toy_near(toy_metric(&t, "elections"), 0);
    toy_near(toy_metric(&t, "split_votes"), 1);
    toy_near(toy_metric(&t, "election_time.max"), 0.010);
    toy_close(&t);
}

Test(elections, a_candidate_cut_off_from_a_majority_opens_none)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 200 * MS, 500 * MS, 2);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 2, TOY_STAND, 2, 0},
                  {400 * MS, 2, TOY_STAND, 3, 0});
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 1);
    toy_near(toy_metric(&t, "term_growth"), 2);
    toy_close(&t);
}

/* A follower that stood in vain for long deposes the leader with its last round: only that one is
 * the election. */
Test(elections, fruitless_rounds_do_not_lengthen_the_election_that_follows)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 2, TOY_STAND, 2, 0},
                  {500 * MS, 2, TOY_STAND, 3, 0}, {700 * MS, 2, TOY_STAND, 4, 0},
                  {705 * MS, 0, TOY_STEP_DOWN, 4, 0}, {710 * MS, 2, TOY_LEAD, 4, 0});
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 3);
    cr_assert_eq(election(2)->outcome, ELECTION_FAILED);
    cr_assert_eq(election(2)->rounds, 2);
    cr_assert_eq(election(3)->started, 700 * MS);
    cr_assert_eq(election(3)->decided, 710 * MS);
    cr_assert_eq(election(3)->trigger, TRIGGER_TIMEOUT);
    toy_close(&t);
}

Test(elections, a_leader_that_gives_up_for_want_of_a_quorum_was_lost_to_the_partition)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 200 * MS, 600 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 0, TOY_LOSE_QUORUM, 1, 0},
                  {400 * MS, 1, TOY_STAND, 2, 0}, {410 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->trigger, TRIGGER_PARTITION);
    cr_assert_eq(election(2)->vacant, 200 * MS);
    cr_assert_eq(t.result->leaderships[0].end_reason, LEADERSHIP_LOST_QUORUM);
    toy_near(toy_metric(&t, "split_brain_time"), 0);
    toy_close(&t);
}

Test(elections, messages_of_a_kind_for_elections_belong_to_the_election_they_were_sent_in)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_STAND, 2, 0},
                  {510 * MS, 2, TOY_STAND, 2, 0}, {515 * MS, 0, TOY_STEP_DOWN, 2, 0},
                  {520 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(1)->messages, 1);
    cr_assert_eq(election(2)->messages, 2);
    toy_near(toy_metric(&t, "messages_per_election"), 1.5);
    toy_close(&t);
}

Test(elections, stability_is_the_share_of_the_longest_leadership)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 400 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_STAND, 2, 0},
                  {510 * MS, 1, TOY_LEAD, 2, 0});
    toy_run(&t);
    toy_near(toy_metric(&t, "stability"), 0.490);
    toy_close(&t);
}

Test(elections, recovery_is_from_the_last_heal_to_a_leader_that_a_majority_follows)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 200 * MS, 300 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 1, TOY_STAND, 2, 0},
                  {310 * MS, 2, TOY_STAND, 2, 0}, {600 * MS, 1, TOY_LEAD, 2, 0},
                  {620 * MS, 2, TOY_FOLLOW, 2, 1});
    toy_run(&t);
    toy_near(toy_metric(&t, "recovery_time"), 0.120);
    toy_close(&t);
}

/* ---- What belongs to no election ------------------------------------------------------------- */

Test(elections, what_a_cut_off_loser_sends_after_all_agree_belongs_to_no_election)
{
    toy_init(&t, 5);
    toy_fault(&t, "isolate", 200 * MS, 600 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {114 * MS, 3, TOY_FOLLOW, 1, 0},
                  {115 * MS, 4, TOY_FOLLOW, 1, 0}, {300 * MS, 1, TOY_STAND, 2, 0},
                  {310 * MS, 1, TOY_LEAD, 2, 0}, {320 * MS, 2, TOY_FOLLOW, 2, 1},
                  {321 * MS, 3, TOY_FOLLOW, 2, 1}, {322 * MS, 4, TOY_FOLLOW, 2, 1},
                  {350 * MS, 0, TOY_LOSE_QUORUM, 1, 0}, {400 * MS, 0, TOY_STAND, 2, 0},
                  {500 * MS, 0, TOY_STAND, 3, 0}, {600 * MS, 0, TOY_STAND, 4, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->agreed, 322 * MS);
    cr_assert_eq(election(1)->messages, 1);
    cr_assert_eq(election(2)->messages, 1);
    toy_near(toy_metric(&t, "messages_per_election"), 1);
    toy_close(&t);
}

Test(elections, until_all_agree_what_is_sent_belongs_to_the_election)
{
    toy_init(&t, 5);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 1, TOY_STAND, 2, 0},
                  {310 * MS, 1, TOY_LEAD, 2, 0}, {320 * MS, 2, TOY_FOLLOW, 2, 1});
    toy_run(&t);
    cr_assert_eq(election(2)->agreed, TIME_NONE);
    cr_assert_eq(election(2)->messages, 1);
    toy_close(&t);
}

/* ---- A leader that goes on ------------------------------------------------------------------- */

Test(elections, a_sitting_leader_that_takes_a_fresh_number_is_no_election)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 0, TOY_LEAD, 4, 0},
                  {510 * MS, 1, TOY_FOLLOW, 4, 0});
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 1);
    cr_assert_eq(election(1)->term, 4);
    cr_assert_eq(election(1)->decided, 110 * MS);
    cr_assert_eq(t.result->leadership_count, 2);
    cr_assert_eq(t.result->leaderships[0].end, 500 * MS);
    cr_assert_eq(t.result->leaderships[1].term, 4);
    toy_near(toy_metric(&t, "needless_elections"), 0);
    toy_close(&t);
}

Test(elections, those_who_follow_a_fresh_number_count_for_the_election_it_goes_on_from)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, {100 * MS, 0, TOY_STAND, 1, 0}, {110 * MS, 0, TOY_LEAD, 1, 0},
                  {120 * MS, 0, TOY_LEAD, 2, 0}, {130 * MS, 1, TOY_FOLLOW, 2, 0},
                  {140 * MS, 2, TOY_FOLLOW, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(1)->recognized, 130 * MS);
    cr_assert_eq(election(1)->agreed, 140 * MS);
    toy_close(&t);
}

Test(elections, a_fresh_number_of_the_sitting_leader_does_not_win_the_election_of_others)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_STAND, 2, 0},
                  {510 * MS, 0, TOY_LEAD, 3, 0}, {520 * MS, 1, TOY_FOLLOW, 3, 0});
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 2);
    cr_assert_eq(election(1)->term, 3);
    cr_assert_eq(election(2)->outcome, ELECTION_FAILED);
    cr_assert_eq(election(2)->winner, NODE_NONE);
    toy_near(toy_metric(&t, "elections"), 0);
    toy_close(&t);
}

Test(elections, a_sitting_leader_that_stood_itself_and_goes_on_has_held_no_election_for_long)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 0, TOY_STAND, 2, 0},
                  {510 * MS, 0, TOY_LEAD, 2, 0});
    toy_run(&t);
    cr_assert_eq(election(2)->outcome, ELECTION_FAILED);
    toy_near(toy_metric(&t, "elections"), 0);
    toy_close(&t);
}

Test(elections, a_leader_of_old_that_still_sits_and_leads_on_takes_over)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 200 * MS, 300 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 1, TOY_STAND, 2, 0},
                  {310 * MS, 1, TOY_LEAD, 2, 0}, {600 * MS, 0, TOY_LEAD, 3, 0},
                  {610 * MS, 1, TOY_STEP_DOWN, 3, 0});
    toy_run(&t);
    cr_assert_eq(election(3)->trigger, TRIGGER_TAKEOVER);
    cr_assert_eq(election(3)->previous_leader, 1);
    cr_assert_eq(election(3)->winner, 0);
    toy_near(toy_metric(&t, "needless_elections"), 0);
    toy_close(&t);
}

Test(elections, a_leader_of_old_that_still_sits_and_stands_takes_over)
{
    toy_init(&t, 3);
    toy_fault(&t, "isolate", 200 * MS, 300 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 1, TOY_STAND, 2, 0},
                  {310 * MS, 1, TOY_LEAD, 2, 0}, {600 * MS, 0, TOY_STAND, 3, 0},
                  {605 * MS, 0, TOY_LEAD, 3, 0});
    toy_run(&t);
    cr_assert_eq(election(3)->trigger, TRIGGER_TAKEOVER);
    toy_close(&t);
}

/* ---- Before all have started ----------------------------------------------------------------- */

Test(elections, a_node_that_has_not_started_yet_is_no_cut)
{
    toy_init(&t, 5);
    struct toy_config second = t.config;
    t.config.leader = 0; /* each leads before the others have started */
    second.leader = 1;
    t.configs[1] = &second;
    toy_run(&t);
    cr_assert_eq(t.result->election_count, 2);
    cr_assert_eq(election(2)->trigger, TRIGGER_STARTUP);
    cr_assert_eq(election(2)->vacant, TIME_NONE);
    cr_assert_eq(t.result->vacant_since, TIME_NONE);
    toy_near(toy_metric(&t, "needless_elections"), 0);
    toy_close(&t);
}
