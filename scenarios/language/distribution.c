/* `uniform(5ms, 10ms)`, `5ms..10ms`, `5ms`, `empirical(FILE)`. */
#define _POSIX_C_SOURCE 200809L

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scenarios/language/reader.h"
#include "scenarios/language/units.h"

struct slice {
    const char *text;
    size_t length;
};

static struct slice trimmed(const char *text, size_t length)
{
    while (length > 0 && (*text == ' ' || *text == '\n' || *text == '\r' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && strchr(" \r\n\t", text[length - 1]) != NULL)
        length--;
    return (struct slice){text, length};
}

/* ---- Files of samples ---------------------------------------------------------------------- */

/* Opens a regular file below the folder, following no links; -1 with *why. `path` is cut up. */
static int open_below(const char *folder, char *path, const char **why)
{
    int directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0) {
        *why = strerror(errno);
        return -1;
    }
    char *part = path;
    for (char *slash; (slash = strchr(part, '/')) != NULL; part = slash + 1) {
        *slash = '\0';
        int next = openat(directory, part, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        *why = strerror(errno);
        close(directory);
        if (next < 0)
            return -1;
        directory = next;
    }
    int file = openat(directory, part, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    *why = strerror(errno);
    close(directory);
    struct stat status;
    if (file >= 0 && (fstat(file, &status) != 0 || !S_ISREG(status.st_mode))) {
        *why = "it is no regular file";
        close(file);
        return -1;
    }
    return file;
}

/* The whole of a file; NULL with *why. */
static char *read_all(struct arena *arena, int file, size_t *length, const char **why)
{
    char *text = arena_take(arena, YAML_LENGTH_MAX + 1);
    *length = 0;
    while (text != NULL && *length <= YAML_LENGTH_MAX) {
        ssize_t count = read(file, text + *length, YAML_LENGTH_MAX + 1 - *length);
        if (count == 0)
            return text;
        if (count < 0 && errno != EINTR) {
            *why = strerror(errno);
            return NULL;
        }
        *length += count > 0 ? (size_t) count : 0;
    }
    *why = text == NULL ? "there is no memory for it" : "it is larger than 1 MiB";
    return NULL;
}

static bool path_is_inside(const char *path)
{
    if (path[0] == '/' || path[0] == '\0')
        return false;
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

static const char *folder_of_scenario(struct reader *r)
{
    const char *file = r->scenario->file;
    const char *slash = strrchr(file, '/');
    if (slash == NULL)
        return ".";
    return slash == file ? "/" : arena_text(r->arena, file, (size_t) (slash - file));
}

static int by_size(const void *a, const void *b)
{
    int64_t left = *(const int64_t *) a, right = *(const int64_t *) b;
    return (left > right) - (left < right);
}

static bool read_samples(struct reader *r, const struct yaml *at, const char *path,
                         const struct slice *text, struct distribution *into)
{
    uint32_t lines = 1;
    for (size_t i = 0; i < text->length; i++)
        lines += text->text[i] == '\n';
    int64_t *table = arena_array(r->arena, lines, sizeof *table);
    if (table == NULL)
        return false;
    uint32_t count = 0, line = 0;
    for (const char *next = text->text, *end = next + text->length; next < end;) {
        const char *stop = memchr(next, '\n', (size_t) (end - next));
        stop = stop != NULL ? stop : end;
        struct slice sample = trimmed(next, (size_t) (stop - next));
        next = stop + 1;
        line++;
        const char *why;
        if (sample.length == 0 || sample.text[0] == '#')
            continue;
        if (!read_duration(sample.text, sample.length, &table[count++], &why)) {
            complain(r, at, NULL, "%.200s, line %u: `%.*s` %s", path, line,
                     (int) (sample.length < 40 ? sample.length : 40), sample.text, why);
            return false;
        }
    }
    if (count == 0) {
        complain(r, at, NULL, "%.200s has no samples; write one duration a line", path);
        return false;
    }
    qsort(table, count, sizeof *table, by_size);
    into->table = table;
    into->table_count = count;
    return true;
}

static bool read_sample_file(struct reader *r, const struct yaml *at, struct slice name,
                             struct distribution *into)
{
    char *path = arena_text(r->arena, name.text, name.length);
    char *parts = arena_text(r->arena, name.text, name.length);
    const char *folder = folder_of_scenario(r);
    if (path == NULL || parts == NULL || folder == NULL)
        return false;
    if (!path_is_inside(path)) {
        complain(r, at, NULL,
                 "`%.200s` is not read: only files below the scenario's folder are, by a path "
                 "without `..`",
                 path);
        return false;
    }
    const char *why = NULL;
    int file = open_below(folder, parts, &why);
    if (file < 0) {
        complain(r, at, NULL, "cannot read `%.200s`: %s", path, why);
        return false;
    }
    struct slice text;
    text.text = read_all(r->arena, file, &text.length, &why);
    close(file);
    if (text.text == NULL) {
        complain(r, at, NULL, "cannot read `%.200s`: %s", path, why);
        return false;
    }
    return read_samples(r, at, path, &text, into);
}

/* ---- Calls --------------------------------------------------------------------------------- */

static const struct distribution_info *find_distribution(struct slice name, uint32_t *kind)
{
    for (uint32_t i = 0; i < DISTRIBUTION_KIND_COUNT; i++)
        if (strlen(distribution_infos[i].name) == name.length
            && memcmp(distribution_infos[i].name, name.text, name.length) == 0) {
            *kind = i;
            return &distribution_infos[i];
        }
    return NULL;
}

static bool read_parameter(struct reader *r, const struct yaml *at, struct slice text,
                           const struct distribution_parameter *parameter,
                           struct distribution *into, int64_t *value)
{
    const char *why = NULL;
    bool good = false;
    switch (parameter->type) {
    case PARAMETER_DURATION:
        good = read_duration(text.text, text.length, value, &why);
        break;
    case PARAMETER_NUMBER:
        good = read_fixed(text.text, text.length, value, &why);
        break;
    case PARAMETER_FILE:
        return read_sample_file(r, at, text, into);
    }
    if (!good)
        complain(r, at, NULL, "%s `%.*s` %s", parameter->name,
                 (int) (text.length < 80 ? text.length : 80), text.text, why);
    return good;
}

static void describe_call(const struct distribution_info *info, char *text, size_t size)
{
    snprintf(text, size, "%s(", info->name);
    for (uint32_t i = 0; i < info->parameter_count; i++) {
        size_t used = strlen(text);
        snprintf(text + used, size - used, "%s%s", i > 0 ? ", " : "", info->parameters[i].name);
    }
    size_t used = strlen(text);
    snprintf(text + used, size - used, ")");
}

static bool read_call(struct reader *r, const struct yaml *value, struct slice name,
                      struct slice inside, struct distribution *into)
{
    uint32_t kind = 0;
    const struct distribution_info *info = find_distribution(name, &kind);
    if (info == NULL) {
        struct names names = {0};
        for (uint32_t i = 0; i < DISTRIBUTION_KIND_COUNT; i++)
            names_add(&names, distribution_infos[i].name);
        complain(r, value, did_you_mean(r, name.text, name.length, &names),
                 "unknown distribution `%.*s`", (int) (name.length < 80 ? name.length : 80),
                 name.text);
        return false;
    }
    struct distribution read = {.kind = kind};
    uint32_t count = inside.length > 0;
    for (size_t i = 0; i < inside.length; i++)
        count += inside.text[i] == ',';
    if (count != info->parameter_count) {
        char call[128];
        describe_call(info, call, sizeof call);
        complain(r, value, NULL, "`%s` takes %u parameters, not %u", call, info->parameter_count,
                 count);
        return false;
    }
    int64_t *parameters[] = {&read.a, &read.b};
    for (uint32_t i = 0; i < count; i++) {
        const char *comma = memchr(inside.text, ',', inside.length);
        size_t length = comma != NULL ? (size_t) (comma - inside.text) : inside.length;
        if (!read_parameter(r, value, trimmed(inside.text, length), &info->parameters[i], &read,
                            parameters[i]))
            return false;
        inside.text += length + (comma != NULL);
        inside.length -= length + (comma != NULL);
    }
    *into = read;
    return true;
}

bool read_distribution(struct reader *r, const struct yaml *value, struct distribution *into)
{
    if (!need_scalar(r, value, "a duration or a distribution"))
        return false;
    const char *open = memchr(value->text, '(', value->length);
    if (open != NULL) {
        const char *close = value->text + value->length - 1;
        if (*close != ')') {
            complain(r, value, NULL, "`%.80s` has no closing parenthesis", value->text);
            return false;
        }
        if (!read_call(r, value, trimmed(value->text, (size_t) (open - value->text)),
                       trimmed(open + 1, (size_t) (close - open - 1)), into))
            return false;
    } else {
        struct sim_range range;
        const char *why;
        if (!read_range(value->text, value->length, &range, &why)) {
            complain(r, value, NULL, "`%.80s` %s", value->text, why);
            return false;
        }
        *into = (struct distribution){.kind = range.min == range.max ? DISTRIBUTION_CONSTANT
                                                                     : DISTRIBUTION_UNIFORM,
                                      .a = range.min,
                                      .b = range.min == range.max ? 0 : range.max};
    }
    const char *wrong = distribution_check(into);
    if (wrong != NULL)
        complain(r, value, NULL, "`%.80s`: %s", value->text, wrong);
    return wrong == NULL;
}
