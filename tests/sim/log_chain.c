/* What lies in front of the entries of each term, for a great many terms. */
#include <criterion/criterion.h>

#include "sim/observe/log_chain.h"
#include "tests/sim/toy.h"

static const struct log_position entry = {10, 1};

/* Terms from 2 on, each with one entry behind that of the term before; the first behind `first`. */
static struct log_chain chain_of(struct log_position first, uint64_t last_term)
{
    struct log_chain c;
    log_chain_open(&c, &heap_memory);
    for (uint64_t term = 2; term <= last_term; term++) {
        log_chain_note(&c, term, first);
        first = (struct log_position){first.index + 1, term};
    }
    return c;
}

Test(log_chain, it_leads_back_to_the_entry_or_past_it)
{
    struct log_chain with = chain_of((struct log_position){10, 1}, 100);
    struct log_chain without = chain_of((struct log_position){9, 1}, 100);
    cr_expect_not(log_chain_lacks(&with, (struct log_position){109, 100}, entry));
    cr_expect(log_chain_lacks(&without, (struct log_position){108, 100}, entry));
    log_chain_close(&with);
    log_chain_close(&without);
}

Test(log_chain, the_last_entry_alone_tells_where_its_term_is_no_later)
{
    struct log_chain c = chain_of((struct log_position){9, 1}, 1);
    cr_expect(log_chain_lacks(&c, (struct log_position){9, 1}, entry));
    cr_expect(log_chain_lacks(&c, (struct log_position){50, 0}, entry));
    cr_expect_not(log_chain_lacks(&c, (struct log_position){10, 1}, entry));
    log_chain_close(&c);
}

Test(log_chain, a_term_of_two_leaders_tells_nothing)
{
    struct log_chain c = chain_of((struct log_position){9, 1}, 5);
    log_chain_note(&c, 4, (struct log_position){9, 1});
    cr_expect_not(log_chain_lacks(&c, (struct log_position){12, 5}, entry));
    cr_expect(log_chain_lacks(&c, (struct log_position){10, 3}, entry), "what lies before it does");
    log_chain_close(&c);
}

Test(log_chain, a_leader_that_comes_late_takes_its_place_among_the_terms)
{
    struct log_chain c = chain_of((struct log_position){9, 1}, 3);
    log_chain_note(&c, 9, (struct log_position){11, 7});
    log_chain_note(&c, 7, (struct log_position){10, 3});
    cr_expect(log_chain_lacks(&c, (struct log_position){12, 9}, entry));
    log_chain_close(&c);
}

Test(log_chain, of_a_million_terms_only_the_newest_are_kept)
{
    struct log_chain c = chain_of((struct log_position){9, 1}, 1000000);
    cr_expect_leq(c.count, LOG_CHAIN_MAX);
    cr_expect_leq(c.capacity, 2 * LOG_CHAIN_MAX);
    cr_expect_not(log_chain_lacks(&c, (struct log_position){1000007, 1000000}, entry),
                  "too far back to be known");
    struct log_position newer = {1000000, 999900};
    cr_expect(log_chain_lacks(&c, (struct log_position){1000007, 1000000}, newer));
    log_chain_close(&c);
}

Test(log_chain, what_nobody_asks_for_any_more_is_forgotten)
{
    struct log_chain c = chain_of((struct log_position){9, 1}, 100);
    log_chain_forget(&c, 98);
    cr_expect_eq(c.count, 2);
    log_chain_reset(&c);
    cr_expect_eq(c.count, 0);
    log_chain_close(&c);
}
