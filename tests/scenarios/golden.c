/* The trace hashes are what they were. A hash that moves is a change of behaviour, and the commit
 * that moves it says which event changed.
 *
 * GOLDEN_REWRITE=1 build/test_scenarios --filter 'golden*' writes tests/scenarios/golden.txt anew.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/hashes/hashes.h"

static const char golden_path[] = "tests/scenarios/golden.txt";

static char *whole_file(const char *path)
{
    static const size_t size = 1 << 18;
    char *text = calloc(1, size);
    FILE *file = fopen(path, "r");
    if (file != NULL) {
        text[fread(text, 1, size - 1, file)] = '\0';
        fclose(file);
    }
    return text;
}

static char *hashes_with(enum scheduler_structure structure)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    hashes_write(out, structure);
    fclose(out);
    return text;
}

static void is_as_written(const char *now)
{
    char *expected = whole_file(golden_path);
    const char *then_at = expected, *now_at = now;
    while (*now_at != '\0' || *then_at != '\0') {
        size_t now_length = strcspn(now_at, "\n"), then_length = strcspn(then_at, "\n");
        cr_assert(now_length == then_length && memcmp(now_at, then_at, now_length) == 0,
                  "is %.*s, was %.*s", (int) now_length, now_at, (int) then_length, then_at);
        now_at += now_length + (now_at[now_length] == '\n');
        then_at += then_length + (then_at[then_length] == '\n');
    }
    free(expected);
}

Test(golden, trace_hashes_are_what_they_were)
{
    char *now = hashes_with(SCHEDULER_AUTO);
    if (getenv("GOLDEN_REWRITE") != NULL) {
        FILE *file = fopen(golden_path, "w");
        cr_assert_not_null(file);
        fputs(now, file);
        fclose(file);
    }
    is_as_written(now);
    free(now);
}

Test(golden, trace_hashes_are_the_same_with_a_sorted_array_for_the_events)
{
    char *now = hashes_with(SCHEDULER_SORTED_ARRAY);
    is_as_written(now);
    free(now);
}

Test(golden, trace_hashes_are_the_same_with_a_heap_for_the_events)
{
    char *now = hashes_with(SCHEDULER_HEAP);
    is_as_written(now);
    free(now);
}
