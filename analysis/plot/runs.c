#include "analysis/plot/runs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Reading --------------------------------------------------------------------------------- */

static bool out_of_memory(struct failure *failure)
{
    return failure_set(failure, "out of memory");
}

static bool add_run(struct plot_runs *runs, unsigned *room, struct database_cursor *q)
{
    if (runs->count == *room) {
        unsigned more = *room == 0 ? 64 : *room * 2;
        struct plot_run *grown = realloc(runs->runs, more * sizeof *grown);
        if (grown == NULL)
            return false;
        runs->runs = grown;
        *room = more;
    }
    struct plot_run *r = &runs->runs[runs->count++];
    *r = (struct plot_run){.id = row_number(cursor_row(q), 0),
                           .seed = row_number(cursor_row(q), 1),
                           .scenario = strdup(row_text(cursor_row(q), 2)),
                           .variant = strdup(row_text(cursor_row(q), 3)),
                           .algorithm = strdup(row_text(cursor_row(q), 4)),
                           .group = groups_of(runs->groups, row_number(cursor_row(q), 0)),
                           .nodes = (unsigned) row_number(cursor_row(q), 5),
                           .duration = (double) row_number(cursor_row(q), 6) / 1e9};
    return r->scenario != NULL && r->variant != NULL && r->algorithm != NULL;
}

static bool load_runs(struct database *database, bool all, struct plot_runs *runs,
                      struct failure *failure)
{
    struct database_cursor *q = cursor_open(database,
                                            "SELECT id, seed, scenario, variant, algorithm, nodes,"
                                            " duration_ns FROM run ORDER BY id",
                                            failure);
    unsigned room = 0;
    bool good = q != NULL;
    while (good && cursor_next(q))
        if (all || groups_of(runs->groups, row_number(cursor_row(q), 0)) != GROUP_NONE)
            good = add_run(runs, &room, q) || out_of_memory(failure);
    return cursor_close(q, failure) && good;
}

static bool add_parameter(struct plot_run *run, const char *key, const char *value)
{
    struct plot_parameter *grown
        = realloc(run->parameters, (run->parameter_count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    run->parameters = grown;
    struct plot_parameter *p = &grown[run->parameter_count++];
    p->key = strdup(key);
    p->value = strdup(value);
    return p->key != NULL && p->value != NULL;
}

static bool load_parameters(struct database *database, struct plot_runs *runs,
                            struct failure *failure)
{
    struct database_cursor *q
        = cursor_open(database,
                      "SELECT run.id, j.key, coalesce(j.value, 'null') FROM run,"
                      " json_each(run.parameters) AS j ORDER BY run.id, j.key",
                      failure);
    bool good = q != NULL;
    while (good && cursor_next(q)) {
        struct plot_run *run = runs_find(runs, row_number(cursor_row(q), 0));
        good = run == NULL
               || add_parameter(run, row_text(cursor_row(q), 1), row_text(cursor_row(q), 2))
               || out_of_memory(failure);
    }
    return cursor_close(q, failure) && good;
}

/* A sweep writes what it varies into the variant's name, as KEY=VALUE. */
static bool named_in_variant(const struct plot_run *run, const char *key)
{
    const char *at = strstr(run->variant, key);
    return at != NULL && at[strlen(key)] == '=';
}

static struct plot_key *find_key(const struct plot_runs *runs, const char *key)
{
    for (unsigned k = 0; k < runs->key_count; k++)
        if (strcmp(runs->keys[k].key, key) == 0)
            return &runs->keys[k];
    return NULL;
}

static bool set_everywhere(const struct plot_runs *runs, const char *key)
{
    for (unsigned i = 0; i < runs->count; i++)
        if (runs_parameter(&runs->runs[i], key) == NULL)
            return false;
    return true;
}

/* A key that one run sets and another leaves out differs, too. */
static bool differs(const struct plot_runs *runs, const char *key)
{
    const char *first = runs_parameter(&runs->runs[0], key);
    for (unsigned i = 1; i < runs->count; i++) {
        const char *other = runs_parameter(&runs->runs[i], key);
        if ((first == NULL) != (other == NULL)
            || (first != NULL && other != NULL && strcmp(first, other) != 0))
            return true;
    }
    return false;
}

static bool collect_keys(struct plot_runs *runs)
{
    for (unsigned i = 0; i < runs->count; i++)
        for (unsigned p = 0; p < runs->runs[i].parameter_count; p++) {
            const char *key = runs->runs[i].parameters[p].key;
            struct plot_key *known = find_key(runs, key);
            bool swept = named_in_variant(&runs->runs[i], key);
            if (known != NULL) {
                known->swept |= swept;
                continue;
            }
            struct plot_key *grown = realloc(runs->keys, (runs->key_count + 1) * sizeof *grown);
            if (grown == NULL)
                return false;
            runs->keys = grown;
            grown[runs->key_count++] = (struct plot_key){.key = key,
                                                         .differs = differs(runs, key),
                                                         .swept = swept,
                                                         .everywhere = set_everywhere(runs, key)};
        }
    return true;
}

bool runs_load(struct database *database, const struct run_groups *groups, bool all,
               struct plot_runs *runs, struct failure *failure)
{
    *runs = (struct plot_runs){.groups = groups};
    if (!load_runs(database, all, runs, failure) || !load_parameters(database, runs, failure))
        return false;
    for (unsigned i = 1; i < runs->count; i++) {
        const struct plot_run *a = &runs->runs[0], *b = &runs->runs[i];
        runs->several_algorithms |= strcmp(a->algorithm, b->algorithm) != 0;
        runs->several_scenarios |= strcmp(a->scenario, b->scenario) != 0;
    }
    return collect_keys(runs) || out_of_memory(failure);
}

static void free_labels(struct plot_runs *runs)
{
    for (unsigned i = 0; i < runs->series_count; i++)
        free(runs->labels[i]);
    free(runs->labels);
    runs->labels = NULL;
    runs->series_count = 0;
}

void runs_free(struct plot_runs *runs)
{
    for (unsigned i = 0; i < runs->count; i++) {
        struct plot_run *r = &runs->runs[i];
        for (unsigned p = 0; p < r->parameter_count; p++) {
            free(r->parameters[p].key);
            free(r->parameters[p].value);
        }
        free(r->parameters);
        free(r->scenario);
        free(r->variant);
        free(r->algorithm);
    }
    free(runs->runs);
    free(runs->keys);
    free_labels(runs);
    *runs = (struct plot_runs){0};
}

struct plot_run *runs_find(const struct plot_runs *runs, int64_t id)
{
    unsigned low = 0, high = runs->count;
    while (low < high) {
        unsigned middle = low + (high - low) / 2;
        if (runs->runs[middle].id == id)
            return &runs->runs[middle];
        if (runs->runs[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const char *runs_parameter(const struct plot_run *run, const char *key)
{
    for (unsigned i = 0; i < run->parameter_count; i++)
        if (strcmp(run->parameters[i].key, key) == 0)
            return run->parameters[i].value;
    return NULL;
}

unsigned runs_varied(const struct plot_runs *runs, const char **keys, unsigned max)
{
    unsigned count = 0;
    for (int swept = 1; swept >= 0; swept--)
        for (unsigned k = 0; k < runs->key_count; k++)
            if (runs->keys[k].differs && runs->keys[k].everywhere
                && runs->keys[k].swept == (swept == 1) && count < max)
                keys[count++] = runs->keys[k].key;
    return count;
}

/* ---- Series ---------------------------------------------------------------------------------- */

static bool left_out(const char *key, const char *const *keys, unsigned key_count)
{
    for (unsigned i = 0; i < key_count; i++)
        if (strcmp(key, keys[i]) == 0)
            return true;
    return false;
}

static void add_part(FILE *out, bool *first, const char *text, size_t length)
{
    if (length == 0)
        return;
    fprintf(out, "%s%.*s", *first ? "" : ", ", (int) length, text);
    *first = false;
}

/* The variant's name without the KEY=VALUE parts that stand on an axis. */
static void write_variant(FILE *out, bool *first, const struct plot_run *run,
                          const char *const *keys, unsigned key_count)
{
    const char *at = run->variant;
    while (*at != '\0') {
        size_t skipped = 0;
        for (unsigned i = 0; i < run->parameter_count && skipped == 0; i++) {
            const struct plot_parameter *p = &run->parameters[i];
            size_t key = strlen(p->key), value = strlen(p->value);
            if (left_out(p->key, keys, key_count) && strncmp(at, p->key, key) == 0 && at[key] == '='
                && strncmp(at + key + 1, p->value, value) == 0)
                skipped = key + 1 + value;
        }
        if (skipped == 0) {
            const char *end = strstr(at, ", ");
            size_t length = end == NULL ? strlen(at) : (size_t) (end - at);
            size_t prefix = strncmp(at, "algorithm=", 10) == 0 ? 10 : 0;
            add_part(out, first, at + prefix, length - prefix);
            at += length;
        } else {
            at += skipped;
        }
        at += strncmp(at, ", ", 2) == 0 ? 2 : 0;
    }
}

/* `all`: also the settings that a variant's name does not tell, for there is another of the name.
 */
static void write_label(FILE *out, const struct plot_runs *runs, const struct plot_run *run,
                        const char *const *keys, unsigned key_count, bool all)
{
    bool first = true;
    char text[24];
    unsigned number
        = all && run->group != GROUP_NONE ? groups_text_number(runs->groups, run->group) : 0;
    if (runs->several_scenarios)
        add_part(out, &first, run->scenario, groups_title_length(runs->groups, run->scenario));
    if (number > 0)
        add_part(out, &first, text, (size_t) snprintf(text, sizeof text, "text %u", number));
    if (runs->several_algorithms && strstr(run->variant, run->algorithm) == NULL)
        add_part(out, &first, run->algorithm, strlen(run->algorithm));
    bool bare = first;
    if (*run->variant != '\0')
        write_variant(out, &first, run, keys, key_count);
    for (unsigned i = 0; (all || *run->variant == '\0') && i < run->parameter_count; i++) {
        const struct plot_parameter *p = &run->parameters[i];
        if (left_out(p->key, keys, key_count) || !find_key(runs, p->key)->differs
            || strcmp(p->key, "algorithm") == 0 || named_in_variant(run, p->key))
            continue;
        add_part(out, &first, p->key, strlen(p->key));
        fprintf(out, "=%s", p->value);
    }
    if (bare && first)
        fputs(run->algorithm, out);
}

static char *label_of(const struct plot_runs *runs, const struct plot_run *run,
                      const char *const *keys, unsigned key_count, bool all)
{
    char *label = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&label, &size);
    if (out == NULL)
        return NULL;
    write_label(out, runs, run, keys, key_count, all);
    if (fclose(out) == 0)
        return label;
    free(label);
    return NULL;
}

/* Whether a series may hold both: they differ in nothing but what stands on an axis. */
static bool belong(const struct plot_runs *runs, const struct plot_run *a, const struct plot_run *b,
                   const char *const *keys, unsigned key_count)
{
    if (a->group == b->group || a->group == GROUP_NONE || b->group == GROUP_NONE)
        return true;
    const struct run_group *x = &runs->groups->groups[a->group];
    const struct run_group *y = &runs->groups->groups[b->group];
    if (strcmp(x->text, y->text) != 0
        || (strcmp(a->algorithm, b->algorithm) != 0 && !left_out("algorithm", keys, key_count)))
        return false;
    for (unsigned k = 0; k < runs->key_count; k++) {
        const char *key = runs->keys[k].key;
        const char *left = runs_parameter(a, key), *right = runs_parameter(b, key);
        if (!left_out(key, keys, key_count)
            && ((left == NULL) != (right == NULL)
                || (left != NULL && right != NULL && strcmp(left, right) != 0)))
            return false;
    }
    return true;
}

static bool add_label(struct plot_runs *runs, char *label)
{
    char **grown
        = label == NULL ? NULL : realloc(runs->labels, (runs->series_count + 1) * sizeof *grown);
    if (grown == NULL) {
        free(label);
        return false;
    }
    runs->labels = grown;
    grown[runs->series_count++] = label;
    return true;
}

/* Puts every run into the series of its label. False in *clear when a series holds runs that do not
 * belong together. */
static bool sort_by_label(struct plot_runs *runs, const char *const *keys, unsigned key_count,
                          bool all, bool *clear)
{
    const struct plot_run **firsts = calloc(runs->count + 1, sizeof *firsts);
    bool good = firsts != NULL;
    free_labels(runs);
    *clear = true;
    for (unsigned i = 0; good && i < runs->count; i++) {
        struct plot_run *run = &runs->runs[i];
        char *label = label_of(runs, run, keys, key_count, all);
        unsigned at = 0;
        while (label != NULL && at < runs->series_count && strcmp(runs->labels[at], label) != 0)
            at++;
        run->series = at;
        if (label == NULL || at == runs->series_count) {
            good = label != NULL && add_label(runs, label);
            firsts[at] = run;
        } else {
            *clear = *clear && belong(runs, firsts[at], run, keys, key_count);
            free(label);
        }
    }
    free(firsts);
    return good;
}

bool runs_group(struct plot_runs *runs, const char *const *keys, unsigned key_count)
{
    bool clear = true;
    return sort_by_label(runs, keys, key_count, false, &clear)
           && (clear || sort_by_label(runs, keys, key_count, true, &clear));
}

void runs_short_title(char text[SHORT_TITLE_MAX], const char *title)
{
    static const char more[] = "…";
    size_t length = strlen(title);
    if (length >= SHORT_TITLE_MAX) {
        length = SHORT_TITLE_MAX - sizeof more;
        while (length > 0
               && ((unsigned char) title[length] & 0xc0) == 0x80) /* inside a character */
            length--;
        memcpy(text + length, more, sizeof more);
    } else {
        text[length] = '\0';
    }
    memcpy(text, title, length);
}

char *runs_title(const struct plot_runs *runs)
{
    char *title = NULL;
    size_t size = 0;
    char scenario[SHORT_TITLE_MAX];
    FILE *out = open_memstream(&title, &size);
    if (out == NULL)
        return NULL;
    runs_short_title(scenario, runs->runs[0].scenario);
    fprintf(out, "%s (%u run%s)", runs->several_scenarios ? "Several scenarios" : scenario,
            runs->count, runs->count == 1 ? "" : "s");
    if (fclose(out) == 0)
        return title;
    free(title);
    return NULL;
}
