/* Trace hashes of fixed runs: every shipped scenario with each variant, and every algorithm under
 * every kind of fault. A hash that moves is a change of behaviour, and the commit that moves it
 * says which event changed.
 *
 * GOLDEN_REWRITE=1 build/test_scenarios --filter 'golden*' writes tests/scenarios/golden.txt anew.
 */
#include <criterion/criterion.h>
#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/scenarios/running.h"

#define FILES_MAX 100
static const char golden_path[] = "tests/scenarios/golden.txt";

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void hash_file(const char *name, FILE *out)
{
    char path[300];
    struct running r;
    (void) snprintf(path, sizeof path, "scenarios/%s", name);
    running_open_file(&r, path, NULL, NULL, 0);
    unsigned variants = document_variant_count(r.document);
    running_run(&r, r.scenario->seed);
    fprintf(out, "%016" PRIx64 " %s\n", r.record.result.trace_hash, name);
    running_close(&r);
    for (unsigned i = 0; i < variants; i++) {
        char variant[100];
        running_open_file(&r, path, NULL, NULL, 0);
        (void) snprintf(variant, sizeof variant, "%s", document_variant_name(r.document, i));
        running_close(&r);
        running_open_file(&r, path, variant, NULL, 0);
        running_run(&r, r.scenario->seed);
        fprintf(out, "%016" PRIx64 " %s, %s\n", r.record.result.trace_hash, name, variant);
        running_close(&r);
    }
}

static void hash_files(FILE *out)
{
    char *names[FILES_MAX];
    size_t count = 0;
    DIR *folder = opendir("scenarios");
    struct dirent *e;
    cr_assert_not_null(folder);
    while ((e = readdir(folder)) != NULL)
        if (strstr(e->d_name, ".yaml") != NULL && count < FILES_MAX)
            names[count++] = strdup(e->d_name);
    closedir(folder);
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++) {
        hash_file(names[i], out);
        free(names[i]);
    }
}

#define SWARM_SEEDS 60

/* All algorithms, options and kinds of fault in mixtures that nobody thought of. */
static void hash_swarm(FILE *out)
{
    for (unsigned seed = 1; seed <= SWARM_SEEDS; seed++) {
        char text[20];
        struct running r;
        const struct override override = {"seed", text};
        (void) snprintf(text, sizeof text, "%u", seed);
        running_open_file(&r, "scenarios/swarm.yaml", NULL, &override, 1);
        running_run(&r, seed);
        fprintf(out, "%016" PRIx64 " swarm.yaml, seed %u\n", r.record.result.trace_hash, seed);
        running_close(&r);
    }
}

/* Each fault's own example, in a cluster where there is something to lose. */
static void hash_faults(FILE *out)
{
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++)
        for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++) {
            char yaml[600];
            struct running r;
            (void) snprintf(yaml, sizeof yaml,
                            "duration: 40s\nsettle: 10s\nseed: 7\ncluster: {nodes: 5}\n"
                            "algorithm: %s\nnetwork: {latency: 'exponential(5ms)', loss: 1%%}\n"
                            "disk: {sync: 'lognormal(1ms, 0.5)'}\nclock: {drift: 100ppm}\n"
                            "workload: {interval: 100ms, guard: fencing}\n"
                            "faults:\n  - %s\n  - {at: 15s, for: 3s, crash: leader}\n",
                            (*a)->name, (*f)->example);
            running_open(&r, yaml, NULL, 0);
            running_run(&r, r.scenario->seed);
            fprintf(out, "%016" PRIx64 " %s under %s\n", r.record.result.trace_hash, (*a)->name,
                    (*f)->name);
            running_close(&r);
        }
}

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

Test(golden, trace_hashes_are_what_they_were)
{
    char *now = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&now, &size);
    hash_files(out);
    hash_faults(out);
    hash_swarm(out);
    fclose(out);
    if (getenv("GOLDEN_REWRITE") != NULL) {
        FILE *file = fopen(golden_path, "w");
        cr_assert_not_null(file);
        fputs(now, file);
        fclose(file);
    }
    char *expected = whole_file(golden_path), *then_at = expected, *now_at = now;
    while (*now_at != '\0' || *then_at != '\0') {
        size_t now_length = strcspn(now_at, "\n"), then_length = strcspn(then_at, "\n");
        cr_assert(now_length == then_length && memcmp(now_at, then_at, now_length) == 0,
                  "is %.*s, was %.*s", (int) now_length, now_at, (int) then_length, then_at);
        now_at += now_length + (now_at[now_length] == '\n');
        then_at += then_length + (then_at[then_length] == '\n');
    }
    free(expected);
    free(now);
}
