#include "analysis/runner/plan.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define VARIANTS_MAX 100000u
#define RUNS_MAX (UINT64_C(1) << 40)

/* One --vary: a key and its values, cut at commas that stand in no bracket. */
struct variation {
    char *key;
    char **values;
    unsigned count;
};

static bool add_value(struct variation *v, const char *text, size_t length)
{
    char **values = realloc(v->values, (v->count + 1) * sizeof *values);
    if (values == NULL)
        return false;
    v->values = values;
    return (values[v->count] = strndup(text, length)) != NULL && ++v->count > 0;
}

static enum exit_status split(const char *text, struct variation *v)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text || equals[1] == '\0')
        return cli_fail(EXIT_USAGE,
                        "--vary needs KEY=V1,V2,…, as network.loss=0%%,1%%,5%%, not `%s`", text);
    v->key = strndup(text, (size_t) (equals - text));
    int depth = 0;
    const char *begin = equals + 1;
    for (const char *c = begin; v->key != NULL; c++) {
        depth += (*c == '(' || *c == '[' || *c == '{') - (*c == ')' || *c == ']' || *c == '}');
        if (*c != '\0' && (*c != ',' || depth > 0))
            continue;
        if (c == begin)
            return cli_fail(EXIT_USAGE, "--vary %s has an empty value", v->key);
        if (!add_value(v, begin, (size_t) (c - begin)))
            break;
        for (unsigned i = 0; i + 1 < v->count; i++)
            if (strcmp(v->values[i], v->values[v->count - 1]) == 0)
                return cli_fail(EXIT_USAGE, "--vary %s has the value %s twice", v->key,
                                v->values[i]);
        if (*c == '\0')
            return EXIT_WELL;
        begin = c + 1;
    }
    return cli_fail(EXIT_MACHINE, "out of memory");
}

static void free_variations(struct variation *all, unsigned count)
{
    for (unsigned i = 0; all != NULL && i < count; i++) {
        for (unsigned k = 0; k < all[i].count; k++)
            free(all[i].values[k]);
        free(all[i].values);
        free(all[i].key);
    }
    free(all);
}

/* "pre-vote", "network.loss=1%", or both with a comma between. */
static char *name_of(const char *variant, const struct override *more, unsigned count)
{
    char *name = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&name, &size);
    if (out == NULL)
        return NULL;
    fputs(variant == NULL ? "" : variant, out);
    for (unsigned i = 0; i < count; i++)
        fprintf(out, "%s%s=%s", variant == NULL && i == 0 ? "" : ", ", more[i].key, more[i].value);
    if (fclose(out) == 0)
        return name;
    free(name);
    return NULL;
}

static enum exit_status add_variant(const struct cli *cli, const struct loaded *loaded,
                                    const char *variant, const struct override *more,
                                    unsigned count, struct plan *plan)
{
    enum exit_status status;
    struct scenario **scenarios
        = realloc(plan->scenarios, (plan->variant_count + 1) * sizeof *scenarios);
    if (scenarios != NULL)
        plan->scenarios = scenarios;
    char **names = realloc(plan->names, (plan->variant_count + 1) * sizeof *names);
    if (names != NULL)
        plan->names = names;
    const char **bases = realloc(plan->bases, (plan->variant_count + 1) * sizeof *bases);
    if (bases != NULL)
        plan->bases = bases;
    char *name = name_of(variant, more, count);
    if (scenarios == NULL || names == NULL || bases == NULL || name == NULL) {
        free(name);
        return cli_fail(EXIT_MACHINE, "out of memory");
    }
    struct scenario *s = load_scenario(cli, loaded, variant, more, count, &status);
    if (s == NULL) {
        free(name);
        return status;
    }
    s->variant = name;
    plan->scenarios[plan->variant_count] = s;
    bases[plan->variant_count] = variant;
    plan->names[plan->variant_count++] = name;
    return EXIT_WELL;
}

/* Every combination of the variations' values, the last one changing fastest. */
static enum exit_status add_product(const struct cli *cli, const struct loaded *loaded,
                                    const char *variant, const struct variation *all,
                                    unsigned count, struct plan *plan)
{
    struct override *more = calloc(count + 1, sizeof *more);
    unsigned *at = calloc(count + 1, sizeof *at);
    enum exit_status status = EXIT_WELL;
    if (more == NULL || at == NULL)
        status = cli_fail(EXIT_MACHINE, "out of memory");
    for (bool done = false; status == EXIT_WELL && !done;) {
        for (unsigned i = 0; i < count; i++)
            more[i] = (struct override){.key = all[i].key, .value = all[i].values[at[i]]};
        status = plan->variant_count == VARIANTS_MAX
                     ? cli_fail(EXIT_USAGE, "--vary makes more than %u variants", VARIANTS_MAX)
                     : add_variant(cli, loaded, variant, more, count, plan);
        unsigned digit = count;
        while (digit > 0 && ++at[digit - 1] == all[digit - 1].count)
            at[--digit] = 0;
        done = digit == 0;
    }
    free(more);
    free(at);
    return status;
}

static enum exit_status add_variants(const struct cli *cli, const struct loaded *loaded,
                                     struct plan *plan)
{
    const struct option_value *vary = &cli->options[OPTION_VARY];
    struct variation *all = calloc(vary->count + 1, sizeof *all);
    enum exit_status status = all == NULL ? cli_fail(EXIT_MACHINE, "out of memory") : EXIT_WELL;
    for (unsigned i = 0; status == EXIT_WELL && i < vary->count; i++)
        status = split(vary->texts[i], &all[i]);
    unsigned variants = document_variant_count(loaded->document);
    const char *only = cli->options[OPTION_VARIANT].text;
    if (only != NULL || variants == 0) {
        if (status == EXIT_WELL)
            status = add_product(cli, loaded, only, all, vary->count, plan);
    } else {
        for (unsigned i = 0; status == EXIT_WELL && i < variants; i++)
            status = add_product(cli, loaded, document_variant_name(loaded->document, i), all,
                                 vary->count, plan);
    }
    free_variations(all, vary->count);
    return status;
}

/* ---- Shards ---------------------------------------------------------------------------------- */

static bool number_from(const char *variable, uint64_t *number)
{
    const char *text = getenv(variable);
    char *end = NULL;
    if (text == NULL || *text < '0' || *text > '9')
        return false;
    *number = strtoull(text, &end, 10);
    return *end == '\0';
}

/* --shard; or the place in a Slurm array, or in an indexed Kubernetes job. */
static enum exit_status choose_shard(const struct cli *cli, struct plan *plan)
{
    uint64_t first = 0;
    plan->shard = 0;
    plan->shard_count = 1;
    if (cli->options[OPTION_SHARD].given) {
        plan->shard = cli->options[OPTION_SHARD].number;
        plan->shard_count = cli->options[OPTION_SHARD].last;
        return EXIT_WELL;
    }
    if (number_from("SLURM_ARRAY_TASK_ID", &plan->shard)
        && number_from("SLURM_ARRAY_TASK_COUNT", &plan->shard_count)) {
        if (number_from("SLURM_ARRAY_TASK_MIN", &first) && plan->shard >= first)
            plan->shard -= first;
    } else if (!number_from("JOB_COMPLETION_INDEX", &plan->shard)
               || !number_from("JOB_COMPLETION_COUNT", &plan->shard_count)) {
        plan->shard = 0;
        plan->shard_count = 1;
    }
    if (plan->shard < plan->shard_count)
        return EXIT_WELL;
    return cli_fail(EXIT_USAGE,
                    "the environment says task %" PRIu64 " of %" PRIu64
                    "; number array tasks from 0, or give --shard",
                    plan->shard, plan->shard_count);
}

enum exit_status plan_make(const struct cli *cli, const struct loaded *loaded, uint64_t seeds,
                           struct plan *plan)
{
    const struct option_value *range = &cli->options[OPTION_SEEDS];
    *plan = (struct plan){.seed_first = 1, .seed_count = seeds};
    if (range->given) {
        plan->seed_first = range->number;
        plan->seed_count = range->last - range->number + 1;
    } else if (cli->options[OPTION_SEED].given) {
        plan->seed_first = cli->options[OPTION_SEED].number;
        plan->seed_count = 1;
    }
    enum exit_status status = choose_shard(cli, plan);
    if (status == EXIT_WELL)
        status = add_variants(cli, loaded, plan);
    if (status == EXIT_WELL && plan->seed_count > RUNS_MAX / plan->variant_count)
        status = cli_fail(EXIT_USAGE, "that is more than %" PRIu64 " runs", RUNS_MAX);
    if (status != EXIT_WELL)
        plan_free(plan);
    return status;
}

void plan_free(struct plan *plan)
{
    for (unsigned i = 0; i < plan->variant_count; i++) {
        scenario_free(plan->scenarios[i]);
        free(plan->names[i]);
    }
    free(plan->scenarios);
    free(plan->names);
    free(plan->bases);
    *plan = (struct plan){0};
}

uint64_t plan_run_count(const struct plan *plan)
{
    return plan->variant_count * plan->seed_count;
}

unsigned plan_variant(const struct plan *plan, uint64_t index)
{
    return (unsigned) (index / plan->seed_count);
}

uint64_t plan_seed(const struct plan *plan, uint64_t index)
{
    return plan->seed_first + index % plan->seed_count;
}

bool plan_is_mine(const struct plan *plan, uint64_t index)
{
    return index % plan->shard_count == plan->shard;
}

uint64_t plan_mine(const struct plan *plan, uint64_t n)
{
    return n * plan->shard_count + plan->shard;
}
