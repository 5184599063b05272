#include "tests/hashes/hashes.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/language.h"
#include "sim/guest.h"
#include "sim/world.h"

#define FILES_MAX 200
#define TEXT_MAX_LENGTH ((size_t) 1 << 16)
#define SWARM_SEEDS 60
#define FOREIGN "real" /* scenarios of libraries that are not ours, and not everywhere */

static void *resize(void *context, void *old, size_t old_size, size_t new_size)
{
    (void) context;
    (void) old_size;
    if (new_size > 0)
        return realloc(old, new_size);
    free(old);
    return NULL;
}

static enum scheduler_structure queue; /* of all the runs that are under way */

static uint64_t hash_of(const struct scenario *scenario)
{
    const struct sim_memory memory = {.resize = resize};
    const struct world_options options = {.structure = queue};
    struct world *world = world_create(&memory, scenario, NULL, 0, &options);
    if (world == NULL)
        abort();
    world_reset(world, scenario->seed);
    (void) world_run(world, SIM_FOREVER, UINT64_MAX);
    uint64_t hash = world_finish(world)->trace_hash;
    world_destroy(world);
    return hash;
}

static void hash_one(const struct document *document, const char *variant,
                     const struct override *override, const char *name, FILE *out)
{
    struct diagnostics wrong = {0};
    struct scenario *s
        = document_scenario(document, variant, override, override != NULL, NULL, &wrong);
    if (s == NULL) {
        diagnostics_print(&wrong, stderr);
        abort();
    }
    fprintf(out, "%016" PRIx64 " %s%s%s%s%s\n", hash_of(s), name, variant != NULL ? ", " : "",
            variant != NULL ? variant : "", override != NULL ? ", seed " : "",
            override != NULL ? override->value : "");
    scenario_free(s);
}

static struct document *open_text(const char *name, const char *text)
{
    struct diagnostics wrong = {0};
    const struct source source = {name, text, strlen(text)};
    struct document *document = document_open(&source, &wrong);
    if (document == NULL) {
        diagnostics_print(&wrong, stderr);
        abort();
    }
    return document;
}

static struct document *open_file(const char *name, char *text)
{
    char path[400];
    (void) snprintf(path, sizeof path, "scenarios/%s", name);
    FILE *file = fopen(path, "r");
    if (file == NULL)
        abort();
    size_t length = fread(text, 1, TEXT_MAX_LENGTH - 1, file);
    text[length] = '\0';
    fclose(file);
    return open_text(path, text);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static void hash_file(const char *name, FILE *out)
{
    char *text = malloc(TEXT_MAX_LENGTH);
    if (text == NULL)
        abort();
    struct document *document = open_file(name, text);
    hash_one(document, NULL, NULL, name, out);
    for (unsigned i = 0; i < document_variant_count(document); i++)
        hash_one(document, document_variant_name(document, i), NULL, name, out);
    document_free(document);
    free(text);
}

/* Names of what lies in a folder below scenarios/ and ends in `ending`, sorted; each is the
 * caller's. */
static size_t names_in(const char *folder, const char *ending, char *names[FILES_MAX])
{
    char path[300];
    (void) snprintf(path, sizeof path, "scenarios/%s", folder);
    DIR *directory = opendir(path);
    struct dirent *e;
    size_t count = 0;
    while (directory != NULL && (e = readdir(directory)) != NULL && count < FILES_MAX) {
        const char *dot = strrchr(e->d_name, '.');
        if (strcmp(dot == NULL ? "" : dot, ending) == 0)
            names[count++] = strdup(e->d_name);
    }
    if (directory != NULL)
        closedir(directory);
    qsort(names, count, sizeof *names, by_name);
    return count;
}

static size_t hash_folder(const char *folder, FILE *out)
{
    char *names[FILES_MAX], path[300];
    size_t count = names_in(folder, ".yaml", names);
    for (size_t i = 0; i < count; i++) {
        (void) snprintf(path, sizeof path, "%s%s%s", folder, *folder == '\0' ? "" : "/", names[i]);
        hash_file(path, out);
        free(names[i]);
    }
    return count;
}

/* The shipped scenarios, then the groups in folders of their own. */
static void hash_files(FILE *out)
{
    char *folders[FILES_MAX];
    if (hash_folder("", out) == 0)
        abort();
    size_t count = names_in("", "", folders);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(folders[i], FOREIGN) != 0)
            (void) hash_folder(folders[i], out);
        free(folders[i]);
    }
}

/* Each fault's own example, in a cluster where there is something to lose. */
static void hash_fault(const struct algorithm *a, const struct fault_kind *f, FILE *out)
{
    char yaml[600], name[200];
    (void) snprintf(yaml, sizeof yaml,
                    "duration: 40s\nsettle: 10s\nseed: 7\ncluster: {nodes: 5}\n"
                    "algorithm: %s\nnetwork: {latency: 'exponential(5ms)', loss: 1%%}\n"
                    "disk: {sync: 'lognormal(1ms, 0.5)'}\nclock: {drift: 100ppm}\n"
                    "workload: {interval: 100ms, guard: fencing}\n"
                    "faults:\n  - %s\n  - {at: 15s, for: 3s, crash: leader}\n",
                    a->name, f->example);
    (void) snprintf(name, sizeof name, "%s under %s", a->name, f->name);
    struct document *document = open_text(name, yaml);
    hash_one(document, NULL, NULL, name, out);
    document_free(document);
}

/* An algorithm inside of another one, through crashes, a lost region, a partition and a slow disk.
 */
static void hash_guest(const struct algorithm *host, const struct algorithm *guest, FILE *out)
{
    char yaml[900], name[200];
    (void) snprintf(
        yaml, sizeof yaml,
        "duration: 60s\nsettle: 20s\nseed: 7\n"
        "cluster: {nodes: 9, regions: {a: [n1, n2, n3], b: [n4, n6, n8], c: [n5, n7]}}\n"
        "algorithm: %s\n%s: {%s: %s}\n"
        "network: {latency: 'exponential(2ms)', loss: 1%%}\n"
        "disk: {sync: 'lognormal(1ms, 0.5)'}\nclock: {drift: 100ppm}\n"
        "faults:\n  - {at: 20s, for: 5s, crash: leader}\n  - {at: 30s, for: 5s, crash: b}\n"
        "  - {at: 40s, for: 5s, partition: [a, [n4, n6, n8, n5, n7, n9]]}\n"
        "  - {at: 50s, for: 100ms, crash: all}\n",
        host->name, host->name, guest_field(host)->name, guest->name);
    (void) snprintf(name, sizeof name, "%s of regions by %s", host->name, guest->name);
    struct document *document = open_text(name, yaml);
    hash_one(document, NULL, NULL, name, out);
    document_free(document);
}

static void hash_guests(FILE *out)
{
    for (const struct algorithm *const *host = algorithms; *host != NULL; host++)
        for (const struct algorithm *const *a = algorithms; *a != NULL; a++)
            if (guest_field(*host) != NULL && guest_refusal(*host, *a) == NULL)
                hash_guest(*host, *a, out);
}

/* All algorithms, options and kinds of fault in mixtures that nobody thought of. */
static void hash_swarm(FILE *out)
{
    char *text = malloc(TEXT_MAX_LENGTH);
    if (text == NULL)
        abort();
    struct document *document = open_file("swarm.yaml", text);
    for (unsigned seed = 1; seed <= SWARM_SEEDS; seed++) {
        char number[20];
        (void) snprintf(number, sizeof number, "%u", seed);
        hash_one(document, NULL, &(struct override){"seed", number}, "swarm.yaml", out);
    }
    document_free(document);
    free(text);
}

void hashes_write(FILE *out, enum scheduler_structure structure)
{
    queue = structure;
    hash_files(out);
    for (const struct algorithm *const *a = algorithms; *a != NULL; a++)
        for (const struct fault_kind *const *f = fault_kinds; *f != NULL; f++)
            hash_fault(*a, *f, out);
    hash_guests(out);
    hash_swarm(out);
}
