#include "analysis/foreign/heap.h"

#include <criterion/criterion.h>
#include <string.h>

static _Alignas(16) unsigned char block[4096];
static struct heap heap;

static void fresh(void)
{
    heap_init(&heap, block, sizeof block);
}

TestSuite(heap, .init = fresh);

Test(heap, what_it_gives_is_aligned_and_apart)
{
    unsigned char *a = heap_take(&heap, 24), *b = heap_take(&heap, 1);
    cr_assert(a != NULL && b != NULL);
    cr_expect_eq((size_t) a % 16, 0);
    cr_expect_eq((size_t) b % 16, 0);
    cr_expect(b >= a + 24 || a >= b + 1);
}

Test(heap, a_returned_block_is_given_again)
{
    void *a = heap_take(&heap, 100);
    heap_give(&heap, a);
    cr_expect_eq(heap_take(&heap, 90), a);
    cr_expect_eq(heap.taken, heap.taken_most);
}

Test(heap, a_full_one_refuses_and_counts_it)
{
    cr_assert_null(heap_take(&heap, sizeof block));
    while (heap_take(&heap, 200) != NULL)
        continue;
    cr_expect_eq(heap.refused, 2);
    cr_expect_leq(heap.used, sizeof block);
}

Test(heap, a_grown_block_keeps_what_it_held)
{
    char *text = heap_take(&heap, 16);
    strcpy(text, "term and vote");
    text = heap_resize(&heap, text, 500);
    cr_assert_not_null(text);
    cr_expect_str_eq(text, "term and vote");
    cr_expect_eq(heap_resize(&heap, text, 10), text, "a smaller one needs no new place");
    cr_expect_null(heap_resize(&heap, text, sizeof block));
    cr_expect_str_eq(text, "term and vote", "what could not grow is as it was");
}

Test(heap, giving_nothing_back_is_fine)
{
    heap_give(&heap, NULL);
    cr_expect_eq(heap.taken, 0);
}
