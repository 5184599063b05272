#include "scenarios/language/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/assert.h"

#define CALL_LENGTH_MAX 512 /* of uniform(5ms, 10ms) in a flow collection */

struct frame {
    struct yaml *node;
    struct yaml_entry *entries;
    uint32_t capacity;
    const struct yaml *key; /* read, its value is still to come */
};

struct builder {
    struct arena *arena;
    const struct source *source;
    size_t offset;  /* where in the source the text begins */
    size_t reached; /* where what was understood of it ends */
    struct diagnostics *diagnostics;
    struct frame frames[YAML_DEPTH_MAX];
    unsigned depth;
    const struct yaml *root;
    bool failed;
};

const char *yaml_line(const struct source *source, size_t offset, size_t *length)
{
    const char *text = source->text;
    if (offset > source->length)
        offset = source->length;
    size_t begin = offset, end = offset;
    while (begin > 0 && text[begin - 1] != '\n')
        begin--;
    while (end < source->length && text[end] != '\n' && text[end] != '\r')
        end++;
    *length = end - begin;
    return text + begin;
}

static void find_place(const struct source *source, size_t offset, unsigned *line, unsigned *column)
{
    *line = 1;
    *column = 1;
    for (size_t i = 0; i < offset && i < source->length; i++) {
        unsigned char c = (unsigned char) source->text[i];
        if (c == '\n') {
            ++*line;
            *column = 1;
        } else if ((c & 0xC0) != 0x80) {
            ++*column;
        }
    }
}

void yaml_complain_at(struct diagnostics *diagnostics, const struct source *source, size_t offset,
                      const char *suggestion, const char *format, ...)
{
    if (diagnostics->count == DIAGNOSTICS_MAX) { /* places cost time: spare it */
        diagnostics->omitted++;
        return;
    }
    unsigned line, column;
    find_place(source, offset, &line, &column);
    size_t length;
    const char *text = yaml_line(source, offset, &length);
    char message[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    diagnostics_add(diagnostics, source->name, line, column, text, length, suggestion, "%s",
                    message);
}

bool yaml_is_empty(const struct yaml *value)
{
    return value->kind == YAML_SCALAR && value->plain
           && (value->length == 0 || strcmp(value->text, "~") == 0
               || strcmp(value->text, "null") == 0);
}

const struct yaml *yaml_find(const struct yaml *map, const char *key, const struct yaml **key_node)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->count; i++) {
        if (strcmp(map->entries[i].key->text, key) != 0)
            continue;
        if (key_node != NULL)
            *key_node = map->entries[i].key;
        return map->entries[i].value;
    }
    return NULL;
}

static void refuse(struct builder *b, size_t offset, const char *message)
{
    b->failed = true;
    yaml_complain_at(b->diagnostics, b->source, offset, NULL, "%s", message);
}

/* ---- Text that libfyaml is not shown ------------------------------------------------------- */

/* Bytes of the UTF-8 character at text[0], or 0 when there is none. */
static size_t character_length(const unsigned char *text, size_t length)
{
    unsigned char c = text[0];
    if (c < 0x80)
        return 1;
    size_t bytes = c >= 0xF0 && c < 0xF5 ? 4 : c >= 0xE0 ? 3 : c >= 0xC2 ? 2 : 0;
    if (c >= 0xF5 || bytes == 0 || bytes > length)
        return 0;
    for (size_t i = 1; i < bytes; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && text[1] < 0xA0) || (c == 0xED && text[1] > 0x9F)
        || (c == 0xF0 && text[1] < 0x90) || (c == 0xF4 && text[1] > 0x8F))
        return 0;
    return bytes;
}

/* Whether the character at text[0] commands a terminal: those of ASCII but tabs and line ends, and
 * U+0080 to U+009F, of which some terminals take one for ESC and a bracket. */
static bool is_control(const unsigned char *text, size_t length)
{
    unsigned char c = text[0];
    if (c == 0xC2 && length > 1)
        return text[1] < 0xA0;
    return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7F;
}

static bool text_is_clean(struct builder *b)
{
    const struct source *source = b->source;
    if (source->length > YAML_LENGTH_MAX) {
        diagnostics_add(b->diagnostics, source->name, 0, 0, NULL, 0, NULL,
                        "scenario is larger than 1 MiB");
        return false;
    }
    bool indenting = true;
    for (size_t i = 0; i < source->length;) {
        unsigned char c = (unsigned char) source->text[i];
        size_t bytes
            = character_length((const unsigned char *) source->text + i, source->length - i);
        if (bytes == 0)
            refuse(b, i, "this is not UTF-8");
        else if (c == 0)
            refuse(b, i, "a NUL byte cannot stand in a scenario");
        else if (is_control((const unsigned char *) source->text + i, source->length - i))
            refuse(b, i, "a control character cannot stand in a scenario");
        else if (c == '\t' && indenting)
            refuse(b, i, "a tab cannot indent YAML; use spaces");
        if (b->failed)
            return false;
        indenting = c == '\n' || (indenting && c == ' ');
        i += bytes;
    }
    return true;
}

/* ---- Building the tree --------------------------------------------------------------------- */

static struct yaml *new_node(struct builder *b, struct fy_event *event, enum yaml_kind kind)
{
    struct yaml *node = arena_take(b->arena, sizeof *node);
    if (node == NULL) {
        b->failed = true;
        return NULL;
    }
    node->kind = kind;
    node->source = b->source;
    const struct fy_mark *mark = fy_event_start_mark(event);
    const struct fy_mark *end = fy_event_end_mark(event);
    node->line = 1;
    node->column = 1;
    node->begin = node->end = b->offset;
    if (mark != NULL) {
        node->begin = b->offset + mark->input_pos;
        node->line = (unsigned) mark->line + 1;
        node->column = (unsigned) mark->column + 1;
        if (mark->line == 0)
            node->column += (unsigned) b->offset;
    }
    node->end = end != NULL ? b->offset + end->input_pos : node->begin;
    return node;
}

/* Brackets that a text opens and does not close. */
static int open_brackets(const char *text, size_t length)
{
    int open = 0;
    for (size_t i = 0; i < length; i++)
        open += text[i] == '(' ? 1 : text[i] == ')' ? -1 : 0;
    return open;
}

/* In a flow collection a comma ends a value, also inside `uniform(5ms, 10ms)`: joins the pieces
 * again. True when `next` was the rest of `last`. */
static bool join(struct builder *b, const struct yaml_entry *last, const struct yaml *next)
{
    const struct yaml *value = last->value;
    if (value->kind != YAML_SCALAR || !value->plain || next->kind != YAML_SCALAR || !next->plain
        || open_brackets(value->text, value->length) <= 0)
        return false;
    if (next->end - value->begin > CALL_LENGTH_MAX)
        return false;
    struct yaml *joined = arena_take(b->arena, sizeof *joined);
    char *text = arena_text(b->arena, b->source->text + value->begin, next->end - value->begin);
    if (joined == NULL || text == NULL) {
        b->failed = true;
        return true;
    }
    *joined = *value;
    joined->end = next->end;
    joined->text = text;
    joined->length = next->end - value->begin;
    ((struct yaml_entry *) last)->value = joined;
    return true;
}

static void append(struct builder *b, struct frame *frame, const struct yaml *key,
                   const struct yaml *value)
{
    struct yaml *node = frame->node;
    if (node->count > 0) {
        struct yaml_entry *last = &frame->entries[node->count - 1];
        if (key == NULL ? join(b, last, value)
                        : value->kind == YAML_SCALAR && value->length == 0 && join(b, last, key))
            return;
    }
    if (node->count == frame->capacity) {
        uint32_t capacity = frame->capacity * 2 + 4;
        struct yaml_entry *entries = arena_array(b->arena, capacity, sizeof *entries);
        if (entries == NULL) {
            b->failed = true;
            return;
        }
        if (node->count > 0)
            memcpy(entries, frame->entries, node->count * sizeof *entries);
        frame->entries = entries;
        frame->capacity = capacity;
    }
    frame->entries[node->count++] = (struct yaml_entry){key, value};
    node->entries = frame->entries;
}

/* A value that is not there stands where its key does. */
static void place_behind(struct yaml *nothing, const struct yaml *key)
{
    nothing->line = key->line;
    nothing->column = key->column;
    nothing->begin = nothing->end = key->begin;
}

static void add(struct builder *b, struct yaml *node)
{
    if (b->depth == 0) {
        b->root = node;
        return;
    }
    struct frame *frame = &b->frames[b->depth - 1];
    if (frame->node->kind == YAML_LIST) {
        append(b, frame, NULL, node);
    } else if (frame->key == NULL) {
        if (node->kind != YAML_SCALAR)
            refuse(b, node->begin, "a key must be a word");
        else if (node->plain && strcmp(node->text, "<<") == 0)
            refuse(b, node->begin, "merge keys (`<<`) are not taken here; write the keys out");
        frame->key = node;
    } else {
        if (node->kind == YAML_SCALAR && node->length == 0 && node->plain)
            place_behind(node, frame->key);
        append(b, frame, frame->key, node);
        frame->key = NULL;
    }
}

static void open_collection(struct builder *b, struct fy_event *event, enum yaml_kind kind)
{
    struct yaml *node = new_node(b, event, kind);
    if (node == NULL)
        return;
    if (b->depth == YAML_DEPTH_MAX) {
        refuse(b, node->begin, "nested deeper than 64 levels");
        return;
    }
    if (b->depth > 0 && b->frames[b->depth - 1].node->kind == YAML_MAP
        && b->frames[b->depth - 1].key == NULL) {
        refuse(b, node->begin, "a key must be a word");
        return;
    }
    b->frames[b->depth++] = (struct frame){.node = node};
}

static int by_text_then_place(const void *a, const void *b)
{
    const struct yaml *left = *(const struct yaml *const *) a;
    const struct yaml *right = *(const struct yaml *const *) b;
    int order = strcmp(left->text, right->text);
    return order != 0 ? order : left->begin < right->begin ? -1 : left->begin > right->begin;
}

static void refuse_duplicates(struct builder *b, const struct yaml *map)
{
    if (map->count < 2)
        return;
    const struct yaml **keys = malloc(map->count * sizeof *keys);
    if (keys == NULL) {
        b->diagnostics->out_of_memory = true;
        b->failed = true;
        return;
    }
    for (uint32_t i = 0; i < map->count; i++)
        keys[i] = map->entries[i].key;
    qsort(keys, map->count, sizeof *keys, by_text_then_place);
    for (uint32_t i = 1; i < map->count; i++) {
        if (strcmp(keys[i - 1]->text, keys[i]->text) != 0)
            continue;
        b->failed = true;
        yaml_complain_at(b->diagnostics, keys[i]->source, keys[i]->begin, NULL,
                         "`%.80s` is given twice; first in line %u", keys[i]->text,
                         keys[i - 1]->line);
    }
    free(keys);
}

static void close_collection(struct builder *b, struct fy_event *event)
{
    sim_assert(b->depth > 0); /* the parser ends what it has begun */
    struct frame *frame = &b->frames[--b->depth];
    sim_assert(frame->node != NULL);
    const struct fy_mark *end = fy_event_end_mark(event);
    if (end != NULL && b->offset + end->input_pos > frame->node->end)
        frame->node->end = b->offset + end->input_pos;
    if (frame->node->kind == YAML_MAP)
        refuse_duplicates(b, frame->node);
    add(b, frame->node);
}

/* What an escape (`"\e"`) may put into a text: titles and names go to terminals. */
static bool has_control_character(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (text[i] == '\r' || is_control((const unsigned char *) text + i, length - i))
            return true;
    return false;
}

static void add_scalar(struct builder *b, struct fy_event *event)
{
    struct yaml *node = new_node(b, event, YAML_SCALAR);
    if (node == NULL)
        return;
    struct fy_token *token = event->scalar.value;
    size_t length = 0;
    const char *text = token != NULL ? fy_token_get_text(token, &length) : "";
    node->plain = token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN;
    if (text != NULL && memchr(text, '\0', length) != NULL) {
        refuse(b, node->begin, "a NUL byte cannot stand in a scenario");
        return;
    }
    if (text != NULL && has_control_character(text, length)) {
        refuse(b, node->begin, "a control character cannot stand in a scenario");
        return;
    }
    /* libfyaml says nothing when its memory is out: a plain scalar that is written has a text. */
    bool lost = node->plain && length == 0 && node->end > node->begin;
    node->text = text != NULL && !lost ? arena_text(b->arena, text, length) : NULL;
    node->length = length;
    if (node->text == NULL) {
        b->arena->failed = true;
        b->failed = true;
        return;
    }
    add(b, node);
}

static void refuse_properties(struct builder *b, const struct fy_token *anchor,
                              struct fy_token *tag)
{
    struct fy_token *token = anchor != NULL ? (struct fy_token *) anchor : tag;
    if (token == NULL)
        return;
    const struct fy_mark *mark = fy_token_start_mark(token);
    size_t at = b->offset + (mark != NULL ? mark->input_pos : 0);
    if (at > b->offset && (b->source->text[at - 1] == '&' || b->source->text[at - 1] == '!'))
        at--;
    refuse(b, at,
           anchor != NULL ? "anchors (`&name`) are not taken here; write the value out"
                          : "tags (`!name`) are not taken here");
}

static void take_event(struct builder *b, struct fy_event *event)
{
    switch (event->type) {
    case FYET_ALIAS: {
        const struct fy_mark *mark = fy_event_start_mark(event);
        size_t at = b->offset + (mark != NULL ? mark->input_pos : 0);
        refuse(b, at > b->offset && b->source->text[at - 1] == '*' ? at - 1 : at,
               "aliases (`*name`) are not taken here; write the value out");
        return;
    }
    case FYET_SCALAR:
        refuse_properties(b, event->scalar.anchor, event->scalar.tag);
        if (!b->failed)
            add_scalar(b, event);
        return;
    case FYET_SEQUENCE_START:
        refuse_properties(b, event->sequence_start.anchor, event->sequence_start.tag);
        if (!b->failed)
            open_collection(b, event, YAML_LIST);
        return;
    case FYET_MAPPING_START:
        refuse_properties(b, event->mapping_start.anchor, event->mapping_start.tag);
        if (!b->failed)
            open_collection(b, event, YAML_MAP);
        return;
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        close_collection(b, event);
        return;
    case FYET_DOCUMENT_START:
        if (b->root != NULL) {
            const struct fy_mark *mark = fy_event_start_mark(event);
            refuse(b, b->offset + (mark != NULL ? mark->input_pos : 0),
                   "a scenario is one YAML document; a second one begins here");
        }
        return;
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END:
        return;
    }
}

/* ---- libfyaml ------------------------------------------------------------------------------ */

/* Byte of a line and column, both from 1, in the text that was parsed. */
static size_t offset_of(const struct builder *b, int line, int column)
{
    size_t at = b->offset;
    for (; line > 1 && at < b->source->length; at++)
        line -= b->source->text[at] == '\n';
    for (; column > 1 && at < b->source->length && b->source->text[at] != '\n'; column--) {
        at++;
        while (at < b->source->length && ((unsigned char) b->source->text[at] & 0xC0) == 0x80)
            at++;
    }
    return at;
}

/* libfyaml ends without a word where its memory is out, and at some texts: `%YAML 9.9`. */
static void report_errors(struct builder *b, struct fy_diag *diag)
{
    void *state = NULL;
    const struct fy_diag_error *error = fy_diag_errors_iterate(diag, &state);
    if (error == NULL && errno == ENOMEM) {
        b->diagnostics->out_of_memory = true;
        return;
    }
    if (error == NULL) {
        refuse(b, b->reached, "this is not YAML, or of a version that is not known here");
        return;
    }
    /* What follows the first one only follows from it. */
    yaml_complain_at(b->diagnostics, b->source, offset_of(b, error->line, error->column), NULL,
                     "this is not YAML: %.200s", error->msg);
}

static void parse(struct builder *b, struct fy_parser *parser)
{
    struct fy_event *event;
    while (!b->failed && (event = fy_parser_parse(parser)) != NULL) {
        bool last = event->type == FYET_STREAM_END;
        const struct fy_mark *end = fy_event_end_mark(event);
        if (end != NULL)
            b->reached = b->offset + end->input_pos;
        take_event(b, event);
        fy_parser_event_free(parser, event);
        if (last)
            return;
    }
}

static void ignore_output(struct fy_diag *diag, void *user, const char *text, size_t length)
{
    (void) diag;
    (void) user;
    (void) text;
    (void) length;
}

const struct yaml *yaml_read(struct arena *arena, const struct source *source, size_t offset,
                             struct diagnostics *diagnostics)
{
    struct builder b = {.arena = arena,
                        .source = source,
                        .offset = offset,
                        .reached = offset,
                        .diagnostics = diagnostics};
    if (!text_is_clean(&b))
        return NULL;
    struct fy_diag_cfg diag_config;
    fy_diag_cfg_default(&diag_config);
    diag_config.fp = NULL;
    diag_config.output_fn = ignore_output;
    struct fy_diag *diag = fy_diag_create(&diag_config);
    if (diag == NULL) {
        diagnostics->out_of_memory = true;
        return NULL;
    }
    fy_diag_set_collect_errors(diag, true);
    struct fy_parse_cfg config
        = {.flags = FYPCF_QUIET | FYPCF_JSON_NONE | FYPCF_DEFAULT_VERSION_1_2, .diag = diag};
    struct fy_parser *parser = fy_parser_create(&config);
    if (parser == NULL
        || fy_parser_set_string(parser, source->text + offset, source->length - offset) != 0) {
        diagnostics->out_of_memory = true;
        b.failed = true;
    } else {
        errno = 0;
        parse(&b, parser);
        if (!b.failed && fy_parser_get_stream_error(parser)) {
            report_errors(&b, diag);
            b.failed = true;
        }
    }
    if (parser != NULL)
        fy_parser_destroy(parser);
    fy_diag_destroy(diag);
    if (arena->failed)
        diagnostics->out_of_memory = true;
    if (!b.failed && b.root == NULL) {
        struct yaml *nothing = arena_take(arena, sizeof *nothing);
        if (nothing == NULL) {
            diagnostics->out_of_memory = true;
            return NULL;
        }
        *nothing = (struct yaml){.plain = true,
                                 .source = source,
                                 .begin = offset,
                                 .end = offset,
                                 .line = 1,
                                 .column = (unsigned) offset + 1,
                                 .text = ""};
        return nothing;
    }
    return b.failed ? NULL : b.root;
}
