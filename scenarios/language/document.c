/* A document read once; scenarios made from it, a tree with overrides grafted on for each. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/draw.h"

struct variant {
    const char *name;
    const struct yaml *set; /* mapping of dotted keys, or NULL */
};

struct document {
    struct arena arena;
    struct source source; /* a copy: its text ends in NUL */
    const struct yaml *root;
    struct variant *variants;
    uint32_t variant_count;
    struct draws draws;
    const char **algorithms; /* that the document or a variant names */
    uint32_t algorithm_count;
};

/* What a scenario is made with, beside the document. */
struct making {
    const struct variant *variant; /* or NULL */
    const struct override *overrides;
    uint32_t override_count;
    uint64_t seed; /* of what is drawn */
};

/* What a scenario_free() frees; the scenario is its first member. */
struct scenario_owner {
    struct scenario scenario;
    struct arena arena;
    const struct yaml *tree;
    const struct document *document;
    struct making making; /* its overrides are in the arena */
};

/* ---- Variants ------------------------------------------------------------------------------ */

static bool read_variant(struct reader *r, const struct document *d, const struct yaml *item,
                         struct variant *into)
{
    const struct yaml *key = NULL;
    if (!need_kind(r, item, YAML_MAP, "a variant: {name: NAME, set: {KEY: VALUE}}"))
        return false;
    for (uint32_t i = 0; i < item->count; i++) {
        key = item->entries[i].key;
        if (strcmp(key->text, "name") != 0 && strcmp(key->text, "set") != 0) {
            complain(r, key, NULL, "a variant has `name` and `set`, no `%.80s`", key->text);
            return false;
        }
    }
    const struct yaml *name = yaml_find(item, "name", NULL);
    if (name == NULL) {
        complain(r, item, NULL, "a variant needs a `name`");
        return false;
    }
    if (!need_scalar(r, name, "a name"))
        return false;
    if (name->length == 0) {
        complain(r, name, NULL, "a variant's name cannot be empty");
        return false;
    }
    for (uint32_t i = 0; i < d->variant_count; i++)
        if (strcmp(d->variants[i].name, name->text) == 0) {
            complain(r, name, NULL, "two variants are named `%.80s`", name->text);
            return false;
        }
    *into = (struct variant){.name = name->text, .set = yaml_find(item, "set", NULL)};
    return into->set == NULL || need_kind(r, into->set, YAML_MAP, "dotted keys with values");
}

#define VARIANTS_MAX 1000u

static bool read_variants(struct reader *r, struct document *d)
{
    const struct yaml *list = yaml_find(d->root, "variants", NULL);
    if (list == NULL)
        return true;
    if (!need_kind(r, list, YAML_LIST, "a list of variants"))
        return false;
    if (list->count > VARIANTS_MAX) {
        complain(r, list, NULL, "at most %u variants are taken", VARIANTS_MAX);
        return false;
    }
    d->variants = arena_array(&d->arena, list->count, sizeof *d->variants);
    bool good = d->variants != NULL;
    for (uint32_t i = 0; d->variants != NULL && i < list->count; i++) {
        if (read_variant(r, d, list->entries[i].value, &d->variants[d->variant_count]))
            d->variant_count++;
        else
            good = false;
    }
    return good;
}

static void note_algorithm(struct document *d, const struct yaml *name)
{
    if (name != NULL && name->kind == YAML_SCALAR)
        d->algorithms[d->algorithm_count++] = name->text;
}

static bool note_algorithms(struct document *d)
{
    d->algorithms = arena_array(&d->arena, d->variant_count + 1, sizeof *d->algorithms);
    if (d->algorithms == NULL)
        return false;
    note_algorithm(d, yaml_find(d->root, "algorithm", NULL));
    for (uint32_t i = 0; i < d->variant_count; i++)
        note_algorithm(d, yaml_find(d->variants[i].set, "algorithm", NULL));
    return true;
}

static bool read_document(struct document *d, struct diagnostics *diagnostics)
{
    struct reader r = {.arena = &d->arena, .diagnostics = diagnostics};
    d->root = yaml_read(&d->arena, &d->source, 0, diagnostics);
    if (d->root == NULL)
        return false;
    r.root = d->root;
    if (yaml_is_empty(d->root)) {
        complain(&r, d->root, "`conclave list scenarios` names examples", "the scenario is empty");
        return false;
    }
    return need_kind(&r, d->root, YAML_MAP, "a scenario, a mapping of keys") && read_variants(&r, d)
           && read_draws(&r, &d->draws) && note_algorithms(d);
}

struct document *document_open(const struct source *source, struct diagnostics *diagnostics)
{
    struct document *d = calloc(1, sizeof *d);
    if (d == NULL) {
        diagnostics->out_of_memory = true;
        return NULL;
    }
    d->source = *source;
    if (source->length <= YAML_LENGTH_MAX)
        d->source.text = arena_text(&d->arena, source->text, source->length);
    bool good = d->source.text != NULL && read_document(d, diagnostics);
    if (d->arena.failed)
        diagnostics->out_of_memory = true;
    if (good && !d->arena.failed)
        return d;
    document_free(d);
    return NULL;
}

void document_free(struct document *document)
{
    if (document == NULL)
        return;
    arena_free(&document->arena);
    free(document);
}

unsigned document_variant_count(const struct document *document)
{
    return document->variant_count;
}

const char *document_variant_name(const struct document *document, unsigned index)
{
    sim_assert(index < document->variant_count);
    return document->variants[index].name;
}

/* ---- Grafting overrides onto the tree ------------------------------------------------------ */

/* One change of the tree: where it is written, for messages, and what it sets. */
struct change {
    const struct yaml *key; /* dotted */
    const struct yaml *value;
};

static struct yaml *copy_node(struct reader *r, const struct yaml *node, uint32_t room)
{
    struct yaml *copy = arena_take(r->arena, sizeof *copy);
    struct yaml_entry *entries
        = arena_array(r->arena, (size_t) node->count + room, sizeof *entries);
    if (copy == NULL || entries == NULL)
        return NULL;
    *copy = *node;
    if (node->count > 0)
        memcpy(entries, node->entries, node->count * sizeof *entries);
    copy->entries = entries;
    return copy;
}

/* The part of a dotted key that begins at `from`, as a key of its own. */
static const struct yaml *part_of_key(struct reader *r, const struct yaml *key, size_t from,
                                      size_t length)
{
    struct yaml *part = arena_take(r->arena, sizeof *part);
    char *text = arena_text(r->arena, key->text + from, length);
    if (part == NULL || text == NULL)
        return NULL;
    *part = *key;
    part->kind = YAML_SCALAR;
    part->text = text;
    part->length = length;
    part->begin += from;
    part->column += (unsigned) from;
    return part;
}

/* Bytes of the key's next part. What a node overrides is named with a dot itself:
 * cluster.overrides.n4.raft.pre_vote has four parts. */
static size_t part_length(const struct yaml *key, size_t from, unsigned depth)
{
    const char *rest = key->text + from;
    const char *dot = strchr(rest, '.');
    if (dot == NULL || (depth == 3 && strncmp(key->text, "cluster.overrides.", 18) == 0))
        return key->length - from;
    return (size_t) (dot - rest);
}

static const struct yaml *empty_map(struct reader *r, const struct yaml *place)
{
    struct yaml *map = arena_take(r->arena, sizeof *map);
    if (map == NULL)
        return NULL;
    *map = *place;
    map->kind = YAML_MAP;
    map->entries = NULL;
    map->count = 0;
    return map;
}

/* Index of the entry that a part of a key names; node->count for a new key of a mapping; false
 * with a diagnostic. */
static bool find_entry(struct reader *r, const struct yaml *node, const struct yaml *part,
                       uint32_t *index)
{
    if (node->kind == YAML_MAP) {
        for (*index = 0; *index < node->count; ++*index)
            if (strcmp(node->entries[*index].key->text, part->text) == 0)
                break;
        return true;
    }
    char *end;
    unsigned long number = strtoul(part->text, &end, 10);
    bool digits = part->length > 0 && part->length < 8 && *end == '\0' && part->text[0] >= '0'
                  && part->text[0] <= '9';
    if (node->kind == YAML_LIST && digits && number < node->count) {
        *index = (uint32_t) number;
        return true;
    }
    if (node->kind == YAML_LIST)
        complain(r, part, NULL, "`%.80s` is no place in this list of %u; count from 0", part->text,
                 node->count);
    else
        complain(r, part, NULL, "nothing stands below a single value, also no `%.80s`", part->text);
    return false;
}

/* The tree with the change made below `node`; NULL with a diagnostic. Shares all that is the
 * same. */
static const struct yaml *graft(struct reader *r, const struct yaml *node,
                                const struct change *change, size_t from, unsigned depth)
{
    size_t length = part_length(change->key, from, depth);
    const struct yaml *part = part_of_key(r, change->key, from, length);
    if (part == NULL)
        return NULL;
    if (length == 0 || depth >= YAML_DEPTH_MAX) {
        complain(r, part, NULL, "`%.80s` is no dotted path of a key", change->key->text);
        return NULL;
    }
    if (yaml_is_empty(node))
        node = empty_map(r, part);
    uint32_t index;
    if (node == NULL || !find_entry(r, node, part, &index))
        return NULL;
    bool last = from + length == change->key->length;
    const struct yaml *value = change->value;
    if (!last) {
        const struct yaml *below
            = index < node->count ? node->entries[index].value : empty_map(r, part);
        value = below != NULL ? graft(r, below, change, from + length + 1, depth + 1) : NULL;
    }
    struct yaml *copy = value != NULL ? copy_node(r, node, 1) : NULL;
    if (copy == NULL)
        return NULL;
    struct yaml_entry *entry = (struct yaml_entry *) &copy->entries[index];
    entry->value = value;
    /* Above what is set a key keeps its own place, so that other errors there point at the file. */
    if (index == node->count) {
        entry->key = part;
        copy->count++;
    } else if (last && node->kind == YAML_MAP) {
        entry->key = part;
    }
    return copy;
}

static bool apply(struct reader *r, const struct change *change)
{
    if (strcmp(change->key->text, "variants") == 0
        || strncmp(change->key->text, "variants.", 9) == 0) {
        complain(r, change->key, NULL, "variants cannot be overridden");
        return false;
    }
    const struct yaml *root = graft(r, r->root, change, 0, 0);
    if (root != NULL)
        r->root = root;
    return root != NULL;
}

/* `--set KEY=VALUE` as a source of its own, so that messages show it. */
static bool read_override(struct reader *r, const struct override *o, struct change *change)
{
    struct source *source = arena_take(r->arena, sizeof *source);
    struct yaml *key = arena_take(r->arena, sizeof *key);
    char *text = arena_format(r->arena, "%s=%s", o->key, o->value);
    if (source == NULL || key == NULL || text == NULL)
        return false;
    size_t length = strlen(o->key);
    *source = (struct source){"--set", text, strlen(text)};
    *key = (struct yaml){.plain = true,
                         .source = source,
                         .end = length,
                         .line = 1,
                         .column = 1,
                         .text = arena_text(r->arena, o->key, length),
                         .length = length};
    change->key = key;
    change->value
        = key->text != NULL ? yaml_read(r->arena, source, length + 1, r->diagnostics) : NULL;
    return change->value != NULL;
}

/* ---- Parameters: what was changed, as JSON ------------------------------------------------- */

struct parameter {
    const char *key, *value;
    size_t value_length;
};

static void write_json_text(char **at, const char *text, size_t length)
{
    char *out = *at;
    *out++ = '"';
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char) text[i];
        if (c == '"' || c == '\\') {
            *out++ = '\\';
            *out++ = (char) c;
        } else if (c < 0x20 || c == 0x7F) {
            out += sprintf(out, "\\u%04x", c);
        } else {
            *out++ = (char) c;
        }
    }
    *out++ = '"';
    *at = out;
}

static struct parameter parameter_of(const struct change *change)
{
    const struct yaml *value = change->value;
    struct parameter p = {change->key->text, value->text, value->length};
    if (value->kind != YAML_SCALAR) {
        p.value = value->source->text + value->begin;
        p.value_length = value->end - value->begin;
        while (p.value_length > 0 && strchr(" \r\n", p.value[p.value_length - 1]) != NULL)
            p.value_length--;
    }
    return p;
}

static const char *write_parameters(struct reader *r, const struct change *changes,
                                    uint32_t change_count)
{
    struct parameter *parameters = arena_array(r->arena, change_count, sizeof *parameters);
    if (parameters == NULL)
        return NULL;
    uint32_t count = 0;
    size_t size = 3;
    for (uint32_t i = 0; i < change_count; i++) {
        uint32_t at = 0;
        while (at < count && strcmp(parameters[at].key, changes[i].key->text) != 0)
            at++;
        parameters[at] = parameter_of(&changes[i]);
        count += at == count;
    }
    for (uint32_t i = 0; i < count; i++)
        size += 6 * (strlen(parameters[i].key) + parameters[i].value_length) + 8;
    char *text = arena_take(r->arena, size), *at = text;
    if (text == NULL)
        return NULL;
    *at++ = '{';
    for (uint32_t i = 0; i < count; i++) {
        if (i > 0)
            *at++ = ',';
        write_json_text(&at, parameters[i].key, strlen(parameters[i].key));
        *at++ = ':';
        write_json_text(&at, parameters[i].value, parameters[i].value_length);
    }
    *at++ = '}';
    *at = '\0';
    return text;
}

/* ---- Scenarios ----------------------------------------------------------------------------- */

static bool apply_all(struct reader *r, const struct document *d, const struct making *making)
{
    const struct yaml *set = making->variant != NULL ? making->variant->set : NULL;
    uint32_t set_count = set != NULL ? set->count : 0;
    struct change *changes = arena_array(
        r->arena, (size_t) d->draws.count + set_count + making->override_count, sizeof *changes);
    if (changes == NULL)
        return false;
    bool good = true;
    uint32_t count = 0;
    r->all_algorithms = draws_algorithm(&d->draws);
    for (uint32_t i = 0; i < d->draws.count; i++) {
        const struct draw *draw = &d->draws.items[i];
        changes[count] = (struct change){draw->key, draw_choice(draw, making->seed)};
        good &= apply(r, &changes[count++]);
    }
    for (uint32_t i = 0; i < set_count; i++) {
        changes[count] = (struct change){set->entries[i].key, set->entries[i].value};
        good &= apply(r, &changes[count++]);
    }
    for (uint32_t i = 0; i < making->override_count; i++) {
        if (!read_override(r, &making->overrides[i], &changes[count])) {
            good = false;
            continue;
        }
        r->all_algorithms |= strcmp(making->overrides[i].key, "algorithm") == 0;
        good &= apply(r, &changes[count++]);
    }
    r->scenario->parameters = write_parameters(r, changes, count);
    return good && r->scenario->parameters != NULL;
}

/* Errors in the order of the text, those of `--set` last. */
static void sort_diagnostics(struct diagnostics *d, const char *file, unsigned from)
{
    for (unsigned i = from + 1; i < d->count; i++)
        for (unsigned j = i; j > from; j--) {
            struct diagnostic *a = &d->items[j - 1], *b = &d->items[j];
            bool a_here = a->file != NULL && strcmp(a->file, file) == 0;
            bool b_here = b->file != NULL && strcmp(b->file, file) == 0;
            bool wrong = a_here == b_here
                             ? a->line > b->line || (a->line == b->line && a->column > b->column)
                             : b_here;
            if (!wrong || !b_here)
                break;
            struct diagnostic moved = *a;
            *a = *b;
            *b = moved;
        }
}

static const struct variant *find_variant(const struct document *d, const char *name,
                                          struct diagnostics *diagnostics)
{
    const char **names = calloc(d->variant_count + 1u, sizeof *names);
    for (uint32_t i = 0; i < d->variant_count; i++) {
        if (strcmp(d->variants[i].name, name) == 0) {
            free(names);
            return &d->variants[i];
        }
        if (names != NULL)
            names[i] = d->variants[i].name;
    }
    const char *nearest
        = names != NULL ? nearest_name(name, strlen(name), names, d->variant_count) : NULL;
    char suggestion[160];
    if (nearest != NULL)
        snprintf(suggestion, sizeof suggestion, "did you mean `%.120s`?", nearest);
    diagnostics_add(diagnostics, d->source.name, 0, 0, NULL, 0, nearest != NULL ? suggestion : NULL,
                    "there is no variant `%.80s`", name);
    free(names);
    return NULL;
}

static const char *title_of_file(const char *file)
{
    const char *slash = strrchr(file, '/');
    return slash != NULL && slash[1] != '\0' ? slash + 1 : file;
}

static bool fill(struct reader *r, const struct document *d, const struct making *making)
{
    *r->scenario
        = (struct scenario){.title = title_of_file(d->source.name),
                            .about = "",
                            .file = d->source.name,
                            .text = d->source.text,
                            .variant = making->variant != NULL ? making->variant->name : ""};
    bool good = apply_all(r, d, making);
    if (!begin_cluster(r))
        return false;
    read_map(r, r->root, &scenario_keys, r->scenario, take_algorithm_section);
    check_scenario(r);
    if (!finish_configs(r) || !good)
        return false;
    bool wrong = r->diagnostics->count + r->diagnostics->omitted != r->errors_before;
    return wrong || finish_guest(r);
}

/* So that it can be made again for another seed. */
static bool remember(struct scenario_owner *owner, const struct document *document,
                     const struct making *making)
{
    struct override *copies = arena_array(&owner->arena, making->override_count, sizeof *copies);
    for (uint32_t i = 0; copies != NULL && i < making->override_count; i++) {
        const struct override *o = &making->overrides[i];
        copies[i].key = arena_text(&owner->arena, o->key, strlen(o->key));
        copies[i].value = arena_text(&owner->arena, o->value, strlen(o->value));
    }
    owner->document = document;
    owner->making = *making;
    owner->making.overrides = copies;
    return !owner->arena.failed;
}

static struct scenario *make(const struct document *document, const struct making *making,
                             struct diagnostics *diagnostics)
{
    unsigned before = diagnostics->count + diagnostics->omitted, from = diagnostics->count;
    struct scenario_owner *owner = calloc(1, sizeof *owner);
    if (owner == NULL) {
        diagnostics->out_of_memory = true;
        return NULL;
    }
    struct reader r = {.arena = &owner->arena,
                       .diagnostics = diagnostics,
                       .scenario = &owner->scenario,
                       .root = document->root,
                       .errors_before = before,
                       .other_algorithms = document->algorithms,
                       .other_algorithm_count = document->algorithm_count};
    bool good = remember(owner, document, making) && fill(&r, document, making);
    if (owner->arena.failed)
        diagnostics->out_of_memory = true;
    owner->tree = r.root;
    sort_diagnostics(diagnostics, document->source.name, from);
    if (good && !diagnostics->out_of_memory && diagnostics->count + diagnostics->omitted == before)
        return &owner->scenario;
    scenario_free(&owner->scenario);
    return NULL;
}

struct scenario *document_scenario(const struct document *document, const char *variant_name,
                                   const struct override *overrides, unsigned override_count,
                                   const uint64_t *seed, struct diagnostics *diagnostics)
{
    struct making making = {.overrides = overrides, .override_count = override_count};
    if (variant_name != NULL) {
        making.variant = find_variant(document, variant_name, diagnostics);
        if (making.variant == NULL)
            return NULL;
    }
    making.seed = seed != NULL ? *seed
                               : draw_seed(document->root,
                                           making.variant != NULL ? making.variant->set : NULL,
                                           overrides, override_count);
    return make(document, &making, diagnostics);
}

struct scenario *scenario_of_seed(const struct scenario *scenario, uint64_t seed,
                                  struct diagnostics *diagnostics)
{
    const struct scenario_owner *owner = (const struct scenario_owner *) scenario;
    struct making making = owner->making;
    making.seed = seed;
    struct scenario *made = make(owner->document, &making, diagnostics);
    if (made != NULL)
        made->variant = scenario->variant;
    return made;
}

bool scenario_draws(const struct scenario *scenario)
{
    return ((const struct scenario_owner *) scenario)->document->draws.count > 0;
}

const struct yaml *scenario_tree(const struct scenario *scenario)
{
    return ((const struct scenario_owner *) scenario)->tree;
}

void scenario_free(struct scenario *scenario)
{
    if (scenario == NULL)
        return;
    struct scenario_owner *owner = (struct scenario_owner *) scenario;
    free_expectations(scenario);
    arena_free(&owner->arena);
    free(owner);
}
