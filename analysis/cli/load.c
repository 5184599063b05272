#include "analysis/cli/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/cli/shipped.h"

#define SCENARIO_SIZE_MAX                                                                          \
    ((size_t) 16 << 20) /* the language's own limit is lower, and says why                         \
                         */

/* ---- Reading --------------------------------------------------------------------------------- */

static char *read_all(FILE *file, size_t *length)
{
    size_t capacity = 65536;
    char *text = malloc(capacity + 1);
    *length = 0;
    while (text != NULL) {
        size_t got = fread(text + *length, 1, capacity - *length, file);
        *length += got;
        if (*length < capacity || capacity >= SCENARIO_SIZE_MAX)
            break;
        char *grown = realloc(text, 2 * capacity + 1);
        if (grown == NULL)
            free(text);
        text = grown;
        capacity *= 2;
    }
    if (text != NULL)
        text[*length] = '\0';
    return text;
}

static bool is_directory(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

char *load_join(const char *folder, const char *name, const char *suffix)
{
    size_t size = strlen(folder) + strlen(name) + strlen(suffix) + 2;
    char *path = malloc(size);
    if (path != NULL)
        (void) snprintf(path, size, "%s/%s%s", folder, name, suffix);
    return path;
}

static const char *given_folder(void)
{
    const char *folder = getenv("CONCLAVE_SCENARIOS");
    return folder == NULL || *folder == '\0' ? NULL : folder;
}

/* The n-th place where the folder may be, from 0; NULL at the end. Owned by the caller. */
static char *place(unsigned n)
{
    static const char *const beside[] = {"../scenarios", "../share/conclave/scenarios"};
    char self[4096];
    if (n == 0)
        return strdup("scenarios");
    ssize_t length = n <= 2 ? readlink("/proc/self/exe", self, sizeof self - 1) : 0;
    if (length <= 0)
        return NULL;
    self[length] = '\0';
    char *slash = strrchr(self, '/');
    if (slash != NULL)
        *slash = '\0';
    return load_join(self, beside[n - 1], "");
}

char *load_scenarios_folder(void)
{
    char *path;
    if (given_folder() != NULL)
        return strdup(given_folder());
    for (unsigned n = 0; (path = place(n)) != NULL; n++) {
        if (is_directory(path))
            return path;
        free(path);
    }
    return NULL;
}

char *load_places_text(void)
{
    char *text = NULL, *path;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return NULL;
    if (given_folder() != NULL) {
        fprintf(out, "no scenarios in %s, which CONCLAVE_SCENARIOS names", given_folder());
    } else {
        fputs("no scenarios in ", out);
        for (unsigned n = 0; (path = place(n)) != NULL; n++) {
            fprintf(out, "%s%s", n == 0 ? "./" : ", ", path);
            free(path);
        }
        fputs("; CONCLAVE_SCENARIOS=FOLDER names another place", out);
    }
    if (fclose(out) == 0)
        return text;
    free(text);
    return NULL;
}

enum exit_status load_find_shipped(const char *name, char **found)
{
    *found = NULL;
    if (access(name, F_OK) == 0 || *name == '/' || strchr(name, '.') != NULL)
        return EXIT_WELL;
    errno = 0;
    char *folder = load_scenarios_folder();
    char *path = folder == NULL ? NULL : load_join(folder, name, ".yaml");
    bool out_of_memory = path == NULL && errno == ENOMEM;
    free(folder);
    if (out_of_memory)
        return cli_fail(EXIT_MACHINE, "out of memory");
    if (path != NULL && access(path, R_OK) == 0)
        *found = path;
    else
        free(path);
    return EXIT_WELL;
}

/* That there is no such file, and which shipped scenario is called almost so. */
static enum exit_status no_file(const char *path)
{
    char *folder = load_scenarios_folder();
    struct shipped all = shipped_names(folder);
    const char *near = nearest_name(path, strlen(path), (const char *const *) all.names, all.count);
    char *places = all.count == 0 ? load_places_text() : NULL;
    enum exit_status status
        = places != NULL
              ? cli_fail(EXIT_USAGE, "%s: %s; %s", path, strerror(ENOENT), places)
              : cli_fail(EXIT_USAGE,
                         "%s: %s%s%s%s; `conclave list scenarios` names the shipped ones", path,
                         strerror(ENOENT), near == NULL ? "" : "; did you mean `",
                         near == NULL ? "" : near, near == NULL ? "" : "`?");
    free(places);
    shipped_free(&all);
    free(folder);
    return status;
}

static enum exit_status read_text(const char *path, struct loaded *loaded)
{
    bool standard = strcmp(path, "-") == 0;
    if (!standard && is_directory(path))
        return cli_fail(EXIT_USAGE, "%s: is a directory; give a scenario file", path);
    FILE *file = standard ? stdin : fopen(path, "rb");
    if (file == NULL && errno == ENOENT)
        return no_file(path);
    if (file == NULL)
        return cli_fail(errno == ENOMEM ? EXIT_MACHINE : EXIT_USAGE, "%s: %s", path,
                        strerror(errno));
    errno = 0;
    loaded->text = read_all(file, &loaded->source.length);
    bool failed = ferror(file) != 0;
    if (!standard)
        (void) fclose(file);
    if (loaded->text == NULL)
        return cli_fail(EXIT_MACHINE, "out of memory");
    if (failed)
        return cli_fail(EXIT_MACHINE, "%s: %s", path, strerror(errno));
    return EXIT_WELL;
}

static enum exit_status status_of(const struct diagnostics *wrong)
{
    return wrong->out_of_memory ? EXIT_MACHINE : EXIT_USAGE;
}

/* A file of SQLite's begins with these bytes, the NUL included. */
static bool is_database(const struct loaded *loaded)
{
    static const char magic[] = "SQLite format 3";
    return loaded->source.length >= sizeof magic && memcmp(loaded->text, magic, sizeof magic) == 0;
}

static enum exit_status no_scenario(const char *path)
{
    return cli_fail(EXIT_USAGE,
                    "%s: is a database, not a scenario; of its runs `conclave replay %s N` runs "
                    "one again, and `conclave why` and `conclave timeline` show one with --run N",
                    path, path);
}

static enum exit_status report(struct diagnostics *diagnostics)
{
    enum exit_status status = status_of(diagnostics);
    diagnostics_print(diagnostics, stderr);
    if (diagnostics->out_of_memory)
        cli_fail(EXIT_MACHINE, "out of memory");
    diagnostics_clear(diagnostics);
    return status;
}

enum exit_status load_document_into(const char *path, struct loaded *loaded,
                                    struct diagnostics *wrong)
{
    *loaded = (struct loaded){0};
    enum exit_status status = load_find_shipped(path, &loaded->path);
    const char *name = loaded->path == NULL ? path : loaded->path;
    if (status == EXIT_WELL)
        status = read_text(name, loaded);
    if (status == EXIT_WELL && is_database(loaded))
        status = no_scenario(name);
    if (status != EXIT_WELL) {
        load_free(loaded);
        return status;
    }
    loaded->source.name = name;
    loaded->source.text = loaded->text;
    loaded->document = document_open(&loaded->source, wrong);
    if (loaded->document != NULL)
        return EXIT_WELL;
    load_free(loaded);
    return status_of(wrong);
}

enum exit_status load_document(const char *path, struct loaded *loaded)
{
    struct diagnostics wrong = {0};
    enum exit_status status = load_document_into(path, loaded, &wrong);
    return diagnostics_any(&wrong) ? report(&wrong) : status;
}

void load_free(struct loaded *loaded)
{
    if (loaded->document != NULL)
        document_free(loaded->document);
    free(loaded->text);
    free(loaded->path);
    *loaded = (struct loaded){0};
}

/* ---- Overrides ------------------------------------------------------------------------------- */

struct expression *load_expression(const char *text, enum exit_status *status)
{
    struct diagnostics diagnostics = {0};
    size_t length = strlen(text);
    struct expression *expression
        = expression_parse(text, length, "--for", 1, 1, text, length, &diagnostics);
    if (expression == NULL)
        *status = report(&diagnostics);
    return expression;
}

bool load_override(const char *text, const char *option, struct override *override)
{
    const char *equals = strchr(text, '=');
    if (equals == NULL || equals == text) {
        cli_fail(EXIT_USAGE, "%s needs KEY=VALUE, as raft.pre_vote=true, not `%s`", option, text);
        return false;
    }
    override->key = strndup(text, (size_t) (equals - text));
    override->value = equals + 1;
    if (override->key == NULL)
        cli_fail(EXIT_MACHINE, "out of memory");
    return override->key != NULL;
}

static struct override *gather(const struct cli *cli, const struct override *more,
                               unsigned more_count, unsigned *own, enum exit_status *status)
{
    const struct option_value *set = &cli->options[OPTION_SET];
    struct override *all = calloc(set->count + more_count + 1, sizeof *all);
    *own = 0;
    *status = all == NULL ? cli_fail(EXIT_MACHINE, "out of memory") : EXIT_WELL;
    while (*status == EXIT_WELL && *own < set->count) {
        if (load_override(set->texts[*own], "--set", &all[*own]))
            ++*own;
        else
            *status = EXIT_USAGE;
    }
    for (unsigned i = 0; all != NULL && i < more_count; i++)
        all[*own + i] = more[i];
    return all;
}

struct scenario *load_scenario_into(const struct cli *cli, const struct loaded *loaded,
                                    const char *variant, const struct override *more,
                                    unsigned more_count, struct diagnostics *wrong,
                                    enum exit_status *status)
{
    unsigned own;
    struct override *all = gather(cli, more, more_count, &own, status);
    struct scenario *scenario = NULL;
    const struct option_value *seed = &cli->options[OPTION_SEED];
    if (*status == EXIT_WELL) {
        scenario = document_scenario(loaded->document, variant, all, own + more_count,
                                     seed->given ? &seed->number : NULL, wrong);
        if (scenario == NULL)
            *status = status_of(wrong);
    }
    for (unsigned i = 0; i < own; i++)
        free((char *) (uintptr_t) all[i].key);
    free(all);
    return scenario;
}

struct scenario *load_scenario(const struct cli *cli, const struct loaded *loaded,
                               const char *variant, const struct override *more,
                               unsigned more_count, enum exit_status *status)
{
    struct diagnostics wrong = {0};
    struct scenario *scenario
        = load_scenario_into(cli, loaded, variant, more, more_count, &wrong, status);
    if (scenario == NULL && diagnostics_any(&wrong))
        *status = report(&wrong);
    return scenario;
}

struct scenario *load_if_right(const struct cli *cli, const struct loaded *loaded,
                               const char *variant)
{
    enum exit_status status;
    struct diagnostics wrong = {0};
    struct scenario *scenario = load_scenario_into(cli, loaded, variant, NULL, 0, &wrong, &status);
    diagnostics_clear(&wrong);
    return scenario;
}
