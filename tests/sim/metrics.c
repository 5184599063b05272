/* What metrics say of two leaders at once, of a run that ends without one, and of regions. */
#include <criterion/criterion.h>
#include <string.h>

#include "sim/metrics.h"
#include "tests/sim/toy.h"

#define MS MILLISECOND

static struct toy t;

/* ---- Split brain ----------------------------------------------------------------------------- */

Test(metrics, two_leaders_for_no_time_are_no_split_brain)
{
    toy_init(&t, 3);
    toy_fault(&t, "pause", 200 * MS, 400 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0},
                  {410 * MS, 1, TOY_LEAD, 2, 0},
                  {500 * MS, 0, TOY_STEP_DOWN, 2, 0}); /* which it handles as it resumes */
    toy_run(&t);
    cr_assert_eq(t.result->leaderships[0].end, 600 * MS);
    toy_near(toy_metric(&t, "split_brain_events"), 0);
    toy_near(toy_metric(&t, "split_brain_time"), 0);
    toy_close(&t);
}

Test(metrics, each_time_of_two_leaders_is_an_event_of_its_own)
{
    toy_init(&t, 3);
    toy_fault(&t, "pause", 500 * MS, 100 * MS, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {400 * MS, 1, TOY_STAND, 2, 0},
                  {410 * MS, 1, TOY_LEAD, 2, 0}, {650 * MS, 0, TOY_STEP_DOWN, 2, 0});
    toy_run(&t);
    toy_near(toy_metric(&t, "split_brain_events"), 2);
    toy_near(toy_metric(&t, "split_brain_time"), 0.140);
    toy_close(&t);
}

/* ---- What the end leaves undecided ----------------------------------------------------------- */

Test(metrics, where_there_never_was_a_leader_times_are_undecided)
{
    static const char *const names[]
        = {"election_time.p99", "detection_time.max",    "downtime.p99", "recovery_time",
           "agreement_time",    "messages_per_election", "term_growth"};
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, {400 * MS, 1, TOY_VOTE, 2, 0});
    toy_run(&t);
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        cr_assert(!toy_metric_value(&t, names[i])->defined
                      && toy_metric_value(&t, names[i])->unbounded,
                  "%s", names[i]);
    toy_close(&t);
}

Test(metrics, a_healthy_leader_deposed_by_an_election_open_at_the_end_leaves_downtime_undecided)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {500 * MS, 1, TOY_STAND, 2, 0},
                  {505 * MS, 0, TOY_STEP_DOWN, 2, 0});
    toy_run(&t);
    cr_assert_eq(t.result->elections[1].vacant, TIME_NONE);
    cr_assert(!toy_metric_value(&t, "downtime.max")->defined
              && toy_metric_value(&t, "downtime.max")->unbounded);
    toy_close(&t);
}

Test(metrics, downtimes_of_before_are_no_bound_where_the_end_has_no_leader)
{
    toy_init(&t, 3);
    toy_fault(&t, "crash", 200 * MS, 0, 0);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER, {300 * MS, 1, TOY_STAND, 2, 0},
                  {310 * MS, 1, TOY_LEAD, 2, 0}, {320 * MS, 2, TOY_FOLLOW, 2, 1},
                  {500 * MS, 2, TOY_STAND, 3, 0}, {505 * MS, 1, TOY_STEP_DOWN, 3, 0});
    toy_run(&t);
    toy_near(toy_metric_value(&t, "downtime.max")->lo, 0.110);
    cr_assert(toy_metric_value(&t, "downtime.max")->unbounded);
    cr_assert_not(toy_metric_value(&t, "detection_time.max")->unbounded);
    toy_close(&t);
}

Test(metrics, where_a_leader_acts_at_the_end_what_was_not_measured_is_left_out)
{
    toy_init(&t, 3);
    TOY_SCRIPT_OF(&t, TOY_FIRST_LEADER);
    toy_run(&t);
    cr_assert_not(toy_metric_value(&t, "downtime.max")->defined);
    cr_assert_not(toy_metric_value(&t, "downtime.max")->unbounded);
    toy_close(&t);
}

/* ---- Between regions ------------------------------------------------------------------------- */

Test(metrics, messages_between_regions_are_counted_apart)
{
    static const uint32_t two_regions[] = {0, 0, 1, NODE_NONE};
    toy_init(&t, 4);
    t.scenario.region_of = two_regions;
    t.scenario.region_count = 2;
    toy_run(&t); /* n2 pings n3, of the other region; n3 and n1 a node that is in none */
    toy_near(toy_metric(&t, "messages_between_regions"), toy_count(&t, RECORD_SENT, 1));
    toy_near(toy_metric(&t, "wide_area_messages_per_second"), toy_count(&t, RECORD_SENT, 1));
    cr_assert_gt(toy_count(&t, RECORD_SENT, 1), 50);
    toy_close(&t);
}

Test(metrics, without_two_regions_there_are_no_messages_between_them)
{
    toy_init(&t, 3);
    toy_run(&t);
    cr_assert_not(toy_metric_value(&t, "messages_between_regions")->defined);
    cr_assert_not(toy_metric_value(&t, "wide_area_messages_per_second")->defined);
    cr_assert_not(toy_metric_value(&t, "wide_area_messages_per_second")->unbounded);
    toy_close(&t);
}

/* ---- What `describe` says -------------------------------------------------------------------- */

Test(metrics, each_is_defined_in_sentences_of_its_own)
{
    for (uint32_t i = 0; i < metric_count(); i++) {
        const struct metric_info *m = &metric_infos[i];
        size_t length = strlen(m->definition);
        cr_assert_gt(length, strlen(m->about), "%s", m->name);
        cr_assert_not_null(strstr(m->definition, ". "), "%s: one sentence", m->name);
        cr_assert_eq(m->definition[length - 1], '.', "%s", m->name);
        if (m->unit == UNIT_SECONDS)
            cr_assert_not_null(strstr(m->definition, "In seconds."), "%s: unit", m->name);
    }
}
