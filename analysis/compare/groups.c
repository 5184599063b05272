#include "analysis/compare/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/diagnostic.h"

/* ---- Reading --------------------------------------------------------------------------------- */

static const char runs_sql[]
    = "WITH setting AS (SELECT parameters AS raw, (SELECT group_concat(key || '=' || value,"
      " char(10)) FROM (SELECT key, ifnull(value, 'null') AS value FROM json_each(parameters)"
      " ORDER BY key, id)) AS text FROM (SELECT DISTINCT parameters FROM run))"
      " SELECT run.id, seed, scenario, scenario_text, variant, algorithm, ifnull(setting.text, '')"
      " FROM run JOIN setting ON raw = parameters ORDER BY run.id";

static const char *text_of(const struct database_row *row, int column)
{
    const char *text = row_text(row, column);
    return text == NULL ? "" : text;
}

/* Whether the scenario has a key `draw`, at the beginning of a line as all of its keys. */
static bool draws(const char *scenario)
{
    return strncmp(scenario, "draw:", 5) == 0 || strstr(scenario, "\ndraw:") != NULL;
}

static bool is_of(const struct run_group *g, const struct database_row *row)
{
    bool alike = g->drawn
                 || (strcmp(g->settings, text_of(row, 6)) == 0
                     && strcmp(g->algorithm, text_of(row, 5)) == 0);
    return alike && strcmp(g->variant, text_of(row, 4)) == 0
           && strcmp(g->scenario, text_of(row, 2)) == 0 && strcmp(g->text, text_of(row, 3)) == 0;
}

static bool add_group(struct run_groups *g, const struct database_row *row)
{
    struct run_group *grown = realloc(g->groups, (g->count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    g->groups = grown;
    struct run_group *new = &grown[g->count++];
    bool drawn = draws(text_of(row, 3));
    *new = (struct run_group){.scenario = strdup(text_of(row, 2)),
                              .text = strdup(text_of(row, 3)),
                              .variant = strdup(text_of(row, 4)),
                              .algorithm = strdup(drawn ? "drawn" : text_of(row, 5)),
                              .settings = strdup(drawn ? "" : text_of(row, 6)),
                              .drawn = drawn};
    return new->scenario != NULL &&new->text != NULL &&new->variant != NULL &&new->algorithm
           != NULL &&new->settings != NULL;
}

/* Most runs are of the same group as the one before. */
static bool find_group(struct run_groups *g, const struct database_row *row, uint32_t *last)
{
    if (*last < g->count && is_of(&g->groups[*last], row))
        return true;
    for (*last = 0; *last < g->count; ++*last)
        if (is_of(&g->groups[*last], row))
            return true;
    return add_group(g, row);
}

static bool add_run(struct run_groups *g, const struct database_row *row, uint32_t group)
{
    if ((g->run_count & (g->run_count - 1)) == 0) {
        size_t room = g->run_count == 0 ? 1 : 2 * g->run_count;
        struct grouped_run *grown = realloc(g->runs, room * sizeof *grown);
        if (grown == NULL)
            return false;
        g->runs = grown;
    }
    g->runs[g->run_count++]
        = (struct grouped_run){row_number(row, 0), (uint64_t) row_number(row, 1), group};
    return true;
}

static bool read_runs(struct database *database, struct run_groups *g, struct failure *failure)
{
    struct database_cursor *q = cursor_open(database, runs_sql, failure);
    uint32_t group = 0;
    bool good = q != NULL;
    while (good && cursor_next(q)) {
        const struct database_row *row = cursor_row(q);
        good = (find_group(g, row, &group) && add_run(g, row, group))
               || failure_set(failure, "out of memory");
    }
    return cursor_close(q, failure) && good;
}

/* ---- What counts ----------------------------------------------------------------------------- */

static int by_group_and_seed(const void *a, const void *b)
{
    const struct grouped_run *x = a, *y = b;
    if (x->group != y->group)
        return x->group < y->group ? -1 : 1;
    if (x->seed != y->seed)
        return x->seed < y->seed ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static int by_id(const void *a, const void *b)
{
    const struct grouped_run *x = a, *y = b;
    return (x->id > y->id) - (x->id < y->id);
}

static void leave_out_twice(struct run_groups *g)
{
    size_t kept = 0;
    if (g->run_count == 0)
        return;
    qsort(g->runs, g->run_count, sizeof *g->runs, by_group_and_seed);
    for (size_t i = 0; i < g->run_count; i++) {
        const struct grouped_run *last = kept == 0 ? NULL : &g->runs[kept - 1], *run = &g->runs[i];
        if (last != NULL && last->group == run->group && last->seed == run->seed
            && !g->groups[run->group].drawn)
            g->groups[run->group].twice++;
        else
            g->runs[kept++] = *run;
    }
    g->run_count = kept;
    qsort(g->runs, g->run_count, sizeof *g->runs, by_id);
    for (size_t i = 0; i < g->run_count; i++)
        g->groups[g->runs[i].group].runs++;
}

/* ---- Names ----------------------------------------------------------------------------------- */

/* Whether the line "key=value" is one of the group's settings. */
static bool has_setting(const struct run_group *g, const char *line, size_t length)
{
    for (const char *at = g->settings; *at != '\0';) {
        size_t own = strcspn(at, "\n");
        if (own == length && strncmp(at, line, length) == 0)
            return true;
        at += own + (at[own] == '\n');
    }
    return false;
}

size_t groups_title_length(const struct run_groups *g, const char *title)
{
    size_t length = strcspn(title, ",:");
    for (uint32_t i = 0; i < g->count; i++)
        if (strcmp(g->groups[i].scenario, title) != 0
            && strncmp(g->groups[i].scenario, title, length) == 0)
            return strlen(title);
    return length;
}

unsigned groups_text_number(const struct run_groups *g, uint32_t group)
{
    const struct run_group *own = &g->groups[group];
    unsigned number = 1;
    bool several = false;
    for (uint32_t i = 0; i < g->count; i++) {
        const struct run_group *other = &g->groups[i];
        bool new = true;
        if (strcmp(other->scenario, own->scenario) != 0 || strcmp(other->text, own->text) == 0)
            continue;
        several = true;
        for (uint32_t k = 0; k < i; k++)
            new = new &&strcmp(g->groups[k].text, other->text) != 0;
        number += new &&other < own;
    }
    return several ? number : 0;
}

static void put_part(FILE *out, const char *text, size_t length)
{
    fprintf(out, "%s%.*s", ftell(out) > 0 && length > 0 ? ", " : "", (int) length, text);
}

static void put_scenario(FILE *out, const struct run_groups *g, const struct run_group *own)
{
    bool several = false;
    for (uint32_t i = 0; i < g->count; i++)
        several = several || strcmp(g->groups[i].scenario, own->scenario) != 0;
    unsigned text = groups_text_number(g, (uint32_t) (own - g->groups));
    if (several)
        put_part(out, own->scenario, groups_title_length(g, own->scenario));
    if (text > 0)
        fprintf(out, "%stext %u", ftell(out) > 0 ? ", " : "", text);
}

static bool is_alike(const struct run_group *a, const struct run_group *b)
{
    return strcmp(a->variant, b->variant) == 0 && strcmp(a->scenario, b->scenario) == 0
           && strcmp(a->text, b->text) == 0;
}

/* The algorithm and the settings, where groups of the same variant differ in them. */
static void put_differences(FILE *out, const struct run_groups *g, const struct run_group *own)
{
    bool algorithm = false;
    for (uint32_t i = 0; i < g->count; i++)
        algorithm = algorithm
                    || (is_alike(own, &g->groups[i])
                        && strcmp(g->groups[i].algorithm, own->algorithm) != 0);
    if (algorithm)
        put_part(out, own->algorithm, strlen(own->algorithm));
    for (const char *at = own->settings; *at != '\0';) {
        size_t length = strcspn(at, "\n");
        bool differs = false;
        for (uint32_t i = 0; i < g->count; i++)
            differs = differs
                      || (is_alike(own, &g->groups[i]) && !has_setting(&g->groups[i], at, length));
        if (differs && strncmp(at, "algorithm=", 10) != 0)
            put_part(out, at, length);
        at += length + (at[length] == '\n');
    }
}

static bool name_group(const struct run_groups *g, struct run_group *own)
{
    size_t size = 0;
    FILE *out = open_memstream(&own->name, &size);
    if (out == NULL)
        return false;
    put_scenario(out, g, own);
    put_part(out, own->variant, strlen(own->variant));
    put_differences(out, g, own);
    if (ftell(out) == 0 && g->count > 1)
        fputs("(nothing set)", out);
    return fclose(out) == 0;
}

/* ---- Choosing -------------------------------------------------------------------------------- */

static bool is_called(const struct run_group *group, const char *name)
{
    return strcmp(group->name, name) == 0 || strcmp(group->variant, name) == 0;
}

static bool fail_unknown(const struct run_groups *g, const char *name, struct failure *failure)
{
    const char **names = calloc(g->count + 1, sizeof *names);
    if (names == NULL)
        return failure_set(failure, "out of memory");
    for (uint32_t i = 0; i < g->count; i++)
        names[i] = g->groups[i].name;
    const char *near = nearest_name(name, strlen(name), names, g->count);
    failure_set_user(failure, "no variant is called `%s`; %s `%s`", name,
                     near == NULL ? "the first is" : "did you mean",
                     near != NULL    ? near
                     : g->count == 0 ? ""
                                     : names[0]);
    free(names);
    return false;
}

static void free_group(struct run_group *group)
{
    free(group->name);
    free(group->scenario);
    free(group->text);
    free(group->variant);
    free(group->algorithm);
    free(group->settings);
}

static bool choose(struct run_groups *g, const char *const *wanted, struct failure *failure)
{
    for (const char *const *name = wanted; *name != NULL; name++) {
        uint32_t i = 0;
        while (i < g->count && !is_called(&g->groups[i], *name))
            i++;
        if (i == g->count)
            return fail_unknown(g, *name, failure);
    }
    uint32_t *places = calloc(g->count + 1, sizeof *places), count = 0;
    if (places == NULL)
        return failure_set(failure, "out of memory");
    for (uint32_t i = 0; i < g->count; i++) {
        const char *const *name = wanted;
        while (*name != NULL && !is_called(&g->groups[i], *name))
            name++;
        places[i] = *name == NULL ? GROUP_NONE : count;
        if (*name == NULL)
            free_group(&g->groups[i]);
        else
            g->groups[count++] = g->groups[i];
    }
    size_t kept = 0;
    for (size_t i = 0; i < g->run_count; i++)
        if (places[g->runs[i].group] != GROUP_NONE)
            g->runs[kept++]
                = (struct grouped_run){g->runs[i].id, g->runs[i].seed, places[g->runs[i].group]};
    g->count = count;
    g->run_count = kept;
    free(places);
    return true;
}

/* ---- All of it ------------------------------------------------------------------------------- */

bool groups_read(struct database *database, const char *const *wanted, struct run_groups *g,
                 struct failure *failure)
{
    *g = (struct run_groups){0};
    if (!read_runs(database, g, failure))
        return false;
    leave_out_twice(g);
    for (uint32_t i = 0; i < g->count; i++)
        if (!name_group(g, &g->groups[i]))
            return failure_set(failure, "out of memory");
    if (wanted != NULL && *wanted != NULL && g->count > 0 && !choose(g, wanted, failure))
        return false;
    for (uint32_t i = 0; i < g->count; i++)
        g->twice += g->groups[i].twice;
    return true;
}

void groups_free(struct run_groups *g)
{
    for (uint32_t i = 0; i < g->count; i++)
        free_group(&g->groups[i]);
    free(g->groups);
    free(g->runs);
    *g = (struct run_groups){0};
}

uint32_t groups_of(const struct run_groups *g, int64_t run)
{
    size_t low = 0, high = g->run_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (g->runs[middle].id == run)
            return g->runs[middle].group;
        if (g->runs[middle].id < run)
            low = middle + 1;
        else
            high = middle;
    }
    return GROUP_NONE;
}
