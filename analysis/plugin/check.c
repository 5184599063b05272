/* Whether the tables of an algorithm that somebody else built can be relied on. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/plugin/plugin.h"
#include "scenarios/language/describe.h"
#include "scenarios/language/language.h"
#include "sim/distribution.h"

#define TABLE_MAX 1000u
#define KINDS_MAX 256u /* a message in flight keeps its kind in a byte */
#define PARTS_MAX 64u  /* of a message, as the trace hash reads it */

static char *say(const char *format, ...) __attribute__((format(printf, 1, 2)));

static char *say(const char *format, ...)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL)
        return strdup("out of memory");
    va_list arguments;
    va_start(arguments, format);
    vfprintf(out, format, arguments);
    va_end(arguments);
    if (fclose(out) == 0)
        return text;
    free(text);
    return strdup("out of memory");
}

/* ---- Names ----------------------------------------------------------------------------------- */

struct clash {
    const char *name;
    bool found;
};

static void look_at_key(void *context, const char *path, const char *takes, const struct field *key)
{
    struct clash *clash = context;
    size_t length = strlen(clash->name);
    (void) key;
    (void) takes;
    if (strncmp(path, clash->name, length) == 0 && (path[length] == '\0' || path[length] == '.'))
        clash->found = true;
}

static bool is_word(const char *name)
{
    size_t length = strlen(name);
    return length > 0 && name[0] >= 'a' && name[0] <= 'z'
           && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

static char *check_names(const struct algorithm *a)
{
    struct clash clash = {.name = a->name};
    if (!is_word(a->name))
        return say("its name `%.40s` is no word of lower-case letters, digits and _", a->name);
    language_visit_keys(look_at_key, &clash);
    if (clash.found)
        return say("its name `%s` is a key of every scenario; choose another", a->name);
    if (a->title == NULL || a->about == NULL || a->source == NULL)
        return say("title, about and source must be given; source may say \"own\"");
    return NULL;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

/* Bytes that a value takes; 0: no type that an option or a message can have. */
static size_t size_of(enum field_type type)
{
    switch (type) {
    case FIELD_BOOL:
        return sizeof(bool);
    case FIELD_COUNT:
    case FIELD_NODE:
    case FIELD_FACTOR:
    case FIELD_CHOICE:
        return sizeof(uint32_t);
    case FIELD_TERM:
    case FIELD_DURATION:
    case FIELD_SIGNED:
    case FIELD_RATE:
    case FIELD_DRIFT:
        return sizeof(uint64_t);
    case FIELD_RANGE:
        return sizeof(struct sim_range);
    case FIELD_QUORUM:
        return sizeof(struct quorum_option);
    case FIELD_COUNTS:
        return sizeof(struct counts_option);
    case FIELD_DISTRIBUTION:
        return sizeof(struct distribution);
    case FIELD_NODES:
    case FIELD_GROUPS:
    case FIELD_ALGORITHM: /* a plug-in can be a guest (sim/guest.h), no host */
        return 0;
    }
    return 0;
}

static bool fits_message(enum field_type type)
{
    return size_of(type) <= sizeof(uint64_t) && size_of(type) > 0;
}

static char *check_option(const struct algorithm *a, uint32_t index)
{
    const struct field *f = &a->options[index];
    if (f->name == NULL || !is_word(f->name))
        return say("option no. %u has no name, or one that is no word", index + 1);
    for (uint32_t i = 0; i < index; i++)
        if (strcmp(a->options[i].name, f->name) == 0)
            return say("it has two options `%s`", f->name);
    size_t size = size_of(f->type);
    if (size == 0)
        return say("option `%s` has a type that options cannot have", f->name);
    if (f->offset > a->config_size || size > a->config_size - f->offset)
        return say("option `%s` lies outside of the config_size of %u bytes", f->name,
                   a->config_size);
    if ((f->type == FIELD_CHOICE || f->type == FIELD_COUNTS)
        && (f->choices == NULL || f->choices[0] == NULL))
        return say("option `%s` is a choice without words to choose from", f->name);
    if (f->default_text == NULL || *f->default_text == '\0')
        return say("option `%s` has no default", f->name);
    return f->about == NULL ? say("option `%s` has no about", f->name) : NULL;
}

static char *check_message(const struct algorithm *a, uint32_t index)
{
    const struct message_kind *m = &a->messages[index];
    uint32_t parts = 0;
    if (m->name == NULL || *m->name == '\0')
        return say("message no. %u has no name", index + 1);
    if (m->size > MESSAGE_BODY_MAX)
        return say("message `%s` has %u bytes; at most %u fit", m->name, m->size, MESSAGE_BODY_MAX);
    if (m->field_count > 0 && m->fields == NULL)
        return say("message `%s` has %u fields, but no table of them", m->name, m->field_count);
    for (uint32_t i = 0; i < m->field_count; i++) {
        const struct field *f = &m->fields[i];
        if (f->name == NULL || !fits_message(f->type))
            return say("field no. %u of message `%s` has no name, or a type that messages cannot "
                       "have",
                       i + 1, m->name);
        size_t size = size_of(f->type);
        if (f->offset > m->size || size > m->size - f->offset)
            return say("field `%s` lies outside of message `%s`", f->name, m->name);
        parts += size > sizeof(uint32_t) ? 2 : 1;
    }
    return parts > PARTS_MAX ? say("message `%s` has too many fields", m->name) : NULL;
}

static char *check_timers(const struct algorithm *a)
{
    if (a->timer_count > 0 && a->timers == NULL)
        return say("it has %u timers, but no names for them", a->timer_count);
    for (uint32_t i = 0; i < a->timer_count; i++)
        if (a->timers[i] == NULL)
            return say("timer no. %u has no name", i + 1);
    return NULL;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static char *check_callbacks(const struct algorithm *a)
{
    const struct {
        bool given;
        const char *name;
    } needed[] = {{a->state_size != NULL, "state_size"},
                  {a->on_start != NULL, "on_start"},
                  {a->on_message != NULL, "on_message"},
                  {a->on_timer != NULL, "on_timer"},
                  {a->view != NULL, "view"}};
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (!needed[i].given)
            return say("it has no %s()", needed[i].name);
    return NULL;
}

static char *check_sizes(const struct algorithm *a)
{
    if (a->option_count > TABLE_MAX || a->timer_count > TABLE_MAX || a->message_count > KINDS_MAX)
        return say("its table counts %u options, %u messages and %u timers: that cannot be",
                   a->option_count, a->message_count, a->timer_count);
    if ((a->option_count > 0 && a->options == NULL)
        || (a->message_count > 0 && a->messages == NULL))
        return say("it counts options or messages, but has no table of them");
    return NULL;
}

char *plugin_check_table(const struct algorithm *a)
{
    if (a->name == NULL)
        return say("it has no name");
    char *wrong = check_names(a);
    if (wrong == NULL)
        wrong = check_callbacks(a);
    if (wrong == NULL)
        wrong = check_sizes(a);
    if (wrong == NULL)
        wrong = check_timers(a);
    for (uint32_t i = 0; wrong == NULL && i < a->option_count; i++)
        wrong = check_option(a, i);
    for (uint32_t i = 0; wrong == NULL && i < a->message_count; i++)
        wrong = check_message(a, i);
    return wrong;
}

/* A cluster of three with nothing said is what everybody tries first. */
char *plugin_check_defaults(const struct algorithm *a)
{
    char *text = say("duration: 1s\ncluster: {nodes: 3}\nalgorithm: %s\n", a->name);
    if (text == NULL)
        return say("out of memory");
    struct source source = {.name = a->name, .text = text, .length = strlen(text)};
    struct diagnostics d = {0};
    struct document *document = document_open(&source, &d);
    struct scenario *s
        = document == NULL ? NULL : document_scenario(document, NULL, NULL, 0, NULL, &d);
    char *wrong = NULL;
    if (s == NULL && d.count > 0 && strcmp(d.items[0].file, a->name) != 0)
        wrong = say("the default of option `%s` is wrong: %s", d.items[0].file, d.items[0].message);
    else if (s == NULL)
        wrong = say("with its defaults and three nodes: %s",
                    d.count > 0 ? d.items[0].message : "out of memory");
    scenario_free(s);
    if (document != NULL)
        document_free(document);
    diagnostics_clear(&d);
    free(text);
    return wrong;
}
