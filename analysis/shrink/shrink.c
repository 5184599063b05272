#include "analysis/shrink/shrink.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/language.h"

#define EVENTS_MAX UINT64_C(20000000) /* of one attempt; more is no small story */
#define ROUNDS_MAX 4

bool shrink_is_over(const struct shrinker *s)
{
    return s->out_of_memory || s->runs >= s->runs_max;
}

static char *write_story(const struct story *story)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    story_write(out, story);
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

/* Whether the text is a scenario that shows the goal. A text that is no scenario (a fault that
 * names a node that is gone) shows nothing. */
static bool shows(struct shrinker *s, const char *text, struct run_record *record)
{
    struct diagnostics diagnostics = {0};
    struct source source = {s->story.scenario->file, text, strlen(text)};
    struct document *document = document_open(&source, &diagnostics);
    struct scenario *scenario
        = document == NULL ? NULL : document_scenario(document, NULL, NULL, 0, NULL, &diagnostics);
    struct worker *worker = scenario == NULL ? NULL
                                             : worker_create(scenario, MEMORY_MAX_DEFAULT, s->watch,
                                                             s->watch != NULL);
    bool met = false;
    if (worker != NULL && worker_run(worker, s->story.seed, EVENTS_MAX, record))
        met = record->result.status == WORLD_ENDED && goal_met(&s->goal, record);
    else if (scenario != NULL || diagnostics.out_of_memory)
        s->out_of_memory = true;
    record->scenario = NULL; /* it goes with this attempt */
    worker_free(worker);
    scenario_free(scenario);
    document_free(document);
    diagnostics_clear(&diagnostics);
    return met;
}

bool shrink_try(struct shrinker *s, struct run_record *record)
{
    struct run_record own = {0};
    struct run_record *into = record == NULL ? &own : record;
    *into = (struct run_record){0};
    if (shrink_is_over(s))
        return false;
    s->runs++;
    char *text = write_story(&s->story);
    if (text == NULL || s->story.arena.failed) {
        free(text);
        s->out_of_memory = true;
        return false;
    }
    bool met = shows(s, text, into);
    if (met) {
        free(s->text);
        s->text = text;
    } else {
        free(text);
    }
    if (record == NULL)
        run_record_free(&own);
    return met;
}

/* ---- Delta debugging ------------------------------------------------------------------------- */

/* Takes away the flags [from, to) that are set; back again when the goal does not show. */
static uint32_t take_away(struct shrinker *s, bool **flags, uint32_t from, uint32_t to)
{
    uint32_t taken = to - from;
    for (uint32_t i = from; i < to; i++)
        *flags[i] = false;
    if (shrink_try(s, NULL))
        return taken;
    for (uint32_t i = from; i < to; i++)
        *flags[i] = true;
    return 0;
}

/* Keeps in front the flags that are still set. */
static uint32_t gather_set(bool **flags, uint32_t count)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count; i++)
        if (*flags[i])
            flags[kept++] = flags[i];
    return kept;
}

uint32_t shrink_flags(struct shrinker *s, bool **flags, uint32_t count, uint32_t most)
{
    uint32_t all = gather_set(flags, count), left = all;
    for (uint32_t size = left; size > 0 && left > 0 && !shrink_is_over(s);) {
        uint32_t taken = 0;
        for (uint32_t from = 0; from < left; from += size)
            taken += take_away(s, flags, from, from + size < left ? from + size : left);
        left = gather_set(flags, left);
        bool stuck = taken == 0 && left / size > most; /* each share holds one that is needed */
        if (stuck || (size == 1 && taken == 0))
            break;
        size = size == 1 ? 1 : taken > 0 && size <= left ? size : (size + 1) / 2;
        size = size > left ? left : size;
    }
    return all - left;
}

/* ---- Telling --------------------------------------------------------------------------------- */

void shrink_tell(struct shrinker *s, const char *what)
{
    uint32_t faults = 0, settings = 0;
    if (s->steps == NULL)
        return;
    for (uint32_t i = 0; i < s->story.fault_count; i++)
        faults += s->story.faults[i].kept;
    for (uint32_t i = 0; i < s->story.setting_count; i++)
        settings += s->story.settings[i].kept;
    fprintf(s->steps, "%6" PRIu64 " runs: %5u faults, %3u nodes, %8.3f s, %3u settings  %s\n",
            s->runs, faults, s->story.nodes, (double) s->story.duration / 1e9, settings, what);
}

/* ---- Passes ---------------------------------------------------------------------------------- */

static void shrink_faults(struct shrinker *s)
{
    struct story *t = &s->story;
    bool **flags = arena_array(&t->arena, t->fault_count, sizeof *flags);
    for (uint32_t i = 0; flags != NULL && i < t->fault_count; i++)
        flags[i] = &t->faults[i].kept;
    if (flags != NULL && shrink_flags(s, flags, t->fault_count, UINT32_MAX) > 0)
        shrink_tell(s, "faults taken away");
}

/* The algorithm with its options and the network's latency are what the story is about. */
static bool is_subject(const struct story *t, const struct setting *setting)
{
    return strcmp(setting->section, "algorithm") == 0 || story_runs(t->scenario, setting->section)
           || (strcmp(setting->section, "network") == 0 && setting->key != NULL
               && strcmp(setting->key, "latency") == 0);
}

static void shrink_settings(struct shrinker *s)
{
    struct story *t = &s->story;
    uint32_t count = 0;
    bool **flags = arena_array(&t->arena, t->setting_count, sizeof *flags);
    for (uint32_t i = 0; flags != NULL && i < t->setting_count; i++)
        if (!is_subject(t, &t->settings[i]))
            flags[count++] = &t->settings[i].kept;
    if (flags != NULL && shrink_flags(s, flags, count, UINT32_MAX) > 0)
        shrink_tell(s, "settings taken away");
}

/* The faults as they came, in place of how they were drawn; or as they were, if that differs. */
static bool freeze(struct shrinker *s)
{
    struct story_copy before;
    struct run_record record;
    if (!shrink_try(s, &record) || !story_remember(&s->story, &before)) {
        run_record_free(&record);
        return false;
    }
    shrink_tell(s, "as it was");
    s->out_of_memory |= !story_freeze_faults(&s->story, &record);
    run_record_free(&record);
    if (shrink_try(s, NULL))
        shrink_tell(s, "faults frozen");
    else
        story_restore(&s->story, &before);
    return true;
}

bool shrink(struct shrinker *s)
{
    if (!freeze(s))
        return !s->out_of_memory;
    uint64_t before = 0;
    for (int round = 0; round < ROUNDS_MAX && !shrink_is_over(s); round++) {
        size_t size = strlen(s->text);
        if (size == before)
            break;
        before = size;
        shrink_faults(s);
        if (!goal_is_rate(&s->goal))
            shrink_time(s);
        shrink_settings(s);
        shrink_nodes(s);
        if (!goal_is_rate(&s->goal))
            shrink_wait(s);
        shrink_luck(s);
        shrink_digits(s);
    }
    return !s->out_of_memory;
}
