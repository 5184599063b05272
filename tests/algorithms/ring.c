/* Chang and Roberts' circle of processes, and what was added to it. */
#include <criterion/criterion.h>
#include <math.h>

#include "algorithms/ring.h"
#include "sim/rng.h"
#include "tests/algorithms/bench.h"

extern const struct algorithm ring_algorithm;

static struct bench *circle(unsigned members)
{
    struct bench *b = bench_create(&ring_algorithm, members);
    bench_start_all(b);
    bench_settle(b);
    return b;
}

/* "…the process with the highest number" wins. */
Test(ring, the_greatest_number_comes_back_to_its_sender_and_wins)
{
    struct bench *b = circle(5);
    expect_role(b, 4, ROLE_LEADER, 1);
    for (node_id id = 0; id < 4; id++)
        cr_expect_eq(bench_view(b, id).leader, 4);
    bench_destroy(b);
}

Test(ring, priority_comes_before_number)
{
    struct bench *b = bench_create(&ring_algorithm, 5);
    bench_set_priority(b, 1, 7);
    bench_start_all(b);
    bench_settle(b);
    cr_expect_eq(bench_view(b, 4).leader, 1);
    bench_destroy(b);
}

Test(ring, a_lesser_number_is_thrown_away_and_a_greater_one_handed_on)
{
    struct bench *b = bench_create(&ring_algorithm, 5);
    bench_start(b, 2);
    bench_forget(b);
    bench_receive(b, 2, 1, ELECTION, struct ring_message, .id = 1, .counter = 1, .round = 1,
                  .hops = 1);
    cr_expect_eq(bench_sent_count(b, 2, 3, ELECTION), 0);
    bench_receive(b, 2, 1, ELECTION, struct ring_message, .id = 4, .counter = 1, .round = 1,
                  .hops = 2);
    const struct ring_message *m = bench_last_sent(b, 2, 3, ELECTION);
    cr_assert_not_null(m);
    cr_expect_eq(m->id, 4);
    cr_expect_eq(m->hops, 3);
    bench_destroy(b);
}

Test(ring, every_hop_is_acknowledged)
{
    struct bench *b = bench_create(&ring_algorithm, 3);
    bench_start(b, 1);
    bench_forget(b);
    bench_receive(b, 1, 0, ELECTION, struct ring_message, .id = 2, .number = 17, .hops = 1);
    expect_sent(b, 1, 0, ACKNOWLEDGE, struct ring_acknowledge, .number = 17);
    bench_destroy(b);
}

Test(ring, who_does_not_acknowledge_is_skipped)
{
    struct bench *b = circle(5);
    bench_crash(b, 4);
    bench_crash(b, 2);
    bench_run(b, 3 * SECOND);
    for (node_id id = 0; id < 4; id++)
        if (id != 2)
            cr_expect_eq(bench_view(b, id).leader, 3, "n%u", (unsigned) id + 1);
    bench_destroy(b);
}

Test(ring, the_last_one_up_coordinates_itself)
{
    struct bench *b = circle(3);
    bench_crash(b, 1);
    bench_crash(b, 2);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(bench_view(b, 0).role, ROLE_LEADER);
    bench_destroy(b);
}

Test(ring, a_greater_number_that_comes_back_takes_over)
{
    struct bench *b = circle(3);
    bench_crash(b, 2);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(bench_view(b, 1).role, ROLE_LEADER);
    bench_restart(b, 2);
    bench_run(b, 3 * SECOND);
    cr_expect_eq(bench_view(b, 2).role, ROLE_LEADER);
    cr_expect_eq(bench_view(b, 1).leader, 2);
    bench_destroy(b);
}

/* RING: with random numbers, all standing at once, an election costs n H_n messages on average
 * (Chang and Roberts 1979): 5.5 for three, 11.417 for five, 21.743 for eight. */
Test(ring, an_election_costs_n_times_the_harmonic_number_of_n_messages_on_average)
{
    enum { TRIALS = 12000 };
    static const struct {
        unsigned nodes;
        double mean;
    } cases[] = {{3, 5.5}, {5, 11.417}, {8, 21.743}};
    struct rng stream = rng_stream(1, RNG_SWARM, 0, 0);
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        unsigned n = cases[c].nodes;
        uint64_t messages = 0;
        for (int trial = 0; trial < TRIALS; trial++) {
            int32_t numbers[8];
            struct bench *b = bench_create(&ring_algorithm, n);
            for (unsigned i = 0; i < n; i++) {
                unsigned at = (unsigned) rng_below(&stream, i + 1);
                numbers[i] = numbers[at];
                numbers[at] = (int32_t) i;
            }
            for (unsigned i = 0; i < n; i++)
                bench_set_priority(b, i, numbers[i]);
            bench_start_all(b);
            bench_settle(b);
            messages += bench_sent_count(b, NODE_NONE, NODE_NONE, ELECTION);
            bench_destroy(b);
        }
        double mean = (double) messages / TRIALS;
        cr_expect_lt(fabs(mean / cases[c].mean - 1), 0.01, "n=%u: %.3f", n, mean);
    }
}
