/* An option that names another algorithm, which runs inside of the scenario's: reading it, and
 * building what the two are together once the cluster is known. */
#include <stdio.h>
#include <string.h>

#include "scenarios/language/catalog.h"
#include "scenarios/language/describe.h"
#include "scenarios/language/reader.h"

void guest_choices(char *text, size_t size, const struct algorithm *host)
{
    size_t used = 0;
    for (const struct algorithm *const *a = catalog(); *a != NULL && used + 1 < size; a++) {
        if (guest_refusal(host, *a) != NULL)
            continue;
        int length = snprintf(text + used, size - used, "%s%s", used > 0 ? ", " : "", (*a)->name);
        used += length > 0 ? (size_t) length : 0;
    }
}

static bool refuse_guest(struct reader *r, const struct field *field, const struct yaml *name,
                         const struct algorithm *guest)
{
    const struct algorithm *host = r->scenario->algorithm;
    char list[1024] = "";
    guest_choices(list, sizeof list, host);
    if (guest != NULL) {
        complain(r, name, arena_format(r->arena, "these can: %s", list),
                 "`%s` cannot run inside of `%s`: %s", guest->name, host->name,
                 guest_refusal(host, guest));
        return false;
    }
    for (uint32_t i = 0; field->choices[i] != NULL; i++)
        if (strcmp(field->choices[i], name->text) == 0) {
            complain(r, name, arena_format(r->arena, "write `%s` alone", name->text),
                     "`%s` is no algorithm that has options", name->text);
            return false;
        }
    struct names names = {0};
    char words[128] = "";
    size_t used = 0;
    for (uint32_t i = 0; field->choices[i] != NULL && used < sizeof words; i++) {
        names_add(&names, field->choices[i]);
        used += (size_t) snprintf(words + used, sizeof words - used, "%s%s", i > 0 ? ", " : "",
                                  field->choices[i]);
    }
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
        names_add(&names, (*a)->name);
    const char *nearest = did_you_mean(r, name->text, name->length, &names);
    complain(r, name,
             nearest != NULL ? nearest : arena_format(r->arena, "it may be %s, %s", words, list),
             "`%.80s` is none of %s, and no algorithm", name->text, words);
    return false;
}

/* `NAME`, with the options that the document has for it; or `{NAME: {OPTION: VALUE}}`. */
bool read_guest(struct reader *r, const struct field *field, const struct yaml *value,
                struct guest_option *into)
{
    const struct yaml *name = value, *section = NULL;
    bool alone = value->kind == YAML_SCALAR;
    *into = (struct guest_option){0};
    if (value->kind == YAML_MAP && value->count == 1) {
        name = value->entries[0].key;
        section = value->entries[0].value;
    } else if (!need_scalar(r, value,
                            "a word, or one algorithm: NAME or {NAME: {OPTION: VALUE}}")) {
        return false;
    }
    for (uint32_t i = 0; alone && field->choices[i] != NULL; i++)
        if (strcmp(field->choices[i], name->text) == 0) {
            into->choice = i;
            return true;
        }
    const struct algorithm *guest = catalog_find(name->text);
    if (guest == NULL || guest_refusal(r->scenario->algorithm, guest) != NULL)
        return refuse_guest(r, field, name, guest);
    if (alone)
        section = yaml_find(r->root, guest->name, NULL);
    if (section != NULL && yaml_is_empty(section))
        section = NULL;
    if (section != NULL && !need_kind(r, section, YAML_MAP, "a mapping of options"))
        return false;
    void *config = arena_take(r->arena, guest->config_size);
    if (config == NULL)
        return false;
    read_options(r, guest->options, guest->option_count, section, config, guest->name);
    if (alone)
        r->guest_by_name = guest;
    *into = (struct guest_option){.algorithm = guest, .config = config};
    return true;
}

struct guest_option *guest_of(const struct reader *r, const void *config)
{
    const struct algorithm *host = r->scenario->algorithm;
    const struct field *field = host != NULL ? guest_field(host) : NULL;
    if (field == NULL || config == NULL)
        return NULL;
    return guest_option_in(field, (void *) config);
}

/* ---- Once the cluster is known --------------------------------------------------------------- */

/* Where the guest's options are written; or what names it. */
static const struct yaml *place_of(const struct reader *r, const struct guest_option *guest,
                                   const char *option)
{
    const struct algorithm *host = r->scenario->algorithm;
    const struct yaml *section = yaml_find(r->root, host->name, NULL);
    const struct yaml *value = yaml_find(section, guest_field(host)->name, NULL);
    const struct yaml *options = NULL;
    if (value == NULL)
        return yaml_find(r->root, "algorithm", NULL);
    if (value->kind == YAML_MAP && value->count == 1)
        options = value->entries[0].value;
    else
        options = yaml_find(r->root, guest->algorithm->name, NULL);
    const struct yaml *at
        = option != NULL && options != NULL ? yaml_find(options, option, NULL) : NULL;
    return at != NULL ? at : value;
}

/* A count of votes that no group of this size can give. */
static const char *check_quorums(const struct guest_option *guest, uint32_t size,
                                 const char **option)
{
    const struct algorithm *a = guest->algorithm;
    for (uint32_t i = 0; i < a->option_count; i++) {
        if (a->options[i].type != FIELD_QUORUM)
            continue;
        const struct quorum_option *quorum
            = (const void *) ((const char *) guest->config + a->options[i].offset);
        if (quorum->rule != QUORUM_COUNT || quorum->count <= size)
            continue;
        *option = a->options[i].name;
        return "more than there are";
    }
    return NULL;
}

static bool check_guest(struct reader *r, const struct guest_option *guest, uint32_t size)
{
    const char *option = NULL;
    const char *wrong = check_quorums(guest, size, &option);
    if (wrong == NULL && guest->algorithm->check != NULL) {
        option = NULL;
        wrong = guest->algorithm->check(guest->config, size, &option);
    }
    if (wrong == NULL)
        return true;
    complain(r, place_of(r, guest, option), NULL,
             "among the %u members of a region, `%s`%s%s%s: %s", size, guest->algorithm->name,
             option != NULL ? ", `" : "", option != NULL ? option : "", option != NULL ? "`" : "",
             wrong);
    return false;
}

static bool check_guests(struct reader *r, const struct guest_groups *groups)
{
    const struct guest_option *cluster = guest_of(r, r->scenario->config);
    uint32_t last = 0;
    for (uint32_t group = 0; group < groups->group_count; group++) {
        uint32_t size = groups->first[group + 1] - groups->first[group];
        if (size > 0 && size != last && !check_guest(r, cluster, size))
            return false;
        last = size > 0 ? size : last;
    }
    for (node_id id = 0; id < r->scenario->nodes; id++) {
        struct guest_option *own = guest_of(r, r->config_of[id]);
        uint32_t group = groups->group_of[id];
        if (own == NULL)
            continue;
        own->groups = groups;
        if (!check_guest(r, own, groups->first[group + 1] - groups->first[group]))
            return false;
    }
    return true;
}

static struct guest_groups *make_groups(struct reader *r)
{
    const struct scenario *s = r->scenario;
    uint32_t *group_of = arena_array(r->arena, s->nodes, sizeof *group_of);
    node_id *members = arena_array(r->arena, s->nodes, sizeof *members);
    uint32_t *place = arena_array(r->arena, s->nodes, sizeof *place);
    uint32_t *first = arena_array(r->arena, (size_t) s->nodes + 2, sizeof *first);
    struct guest_groups *groups = arena_take(r->arena, sizeof *groups);
    if (group_of == NULL || members == NULL || place == NULL || first == NULL || groups == NULL)
        return NULL;
    s->algorithm->groups(s->config, s->nodes, s->region_of, group_of);
    guest_make_groups(groups, group_of, s->nodes, members, first, place);
    return groups;
}

static bool compose(struct reader *r, const struct algorithm *guest)
{
    struct scenario *s = r->scenario;
    const struct algorithm *host = s->algorithm;
    uint32_t kinds = host->message_count + guest->message_count;
    struct message_kind *messages = arena_array(r->arena, kinds, sizeof *messages);
    const char **timers
        = arena_array(r->arena, host->timer_count + guest->timer_count, sizeof *timers);
    struct algorithm *composed = arena_take(r->arena, sizeof *composed);
    if (messages == NULL || timers == NULL || composed == NULL)
        return false;
    *composed = guest_composed(host, guest, messages, timers);
    for (uint32_t i = host->message_count; i < kinds; i++) {
        messages[i].name = arena_format(r->arena, "%s.%s", guest->name, messages[i].name);
        if (messages[i].name == NULL)
            return false;
    }
    s->algorithm = composed;
    return true;
}

bool finish_guest(struct reader *r)
{
    struct guest_option *guest = guest_of(r, r->scenario->config);
    if (guest == NULL || guest->algorithm == NULL || !r->nodes_known)
        return true;
    struct guest_groups *groups = make_groups(r);
    if (groups == NULL)
        return false;
    guest->groups = groups;
    return check_guests(r, groups) && compose(r, guest->algorithm);
}
