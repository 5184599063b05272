#include "analysis/cli/describe_json.h"

#include "analysis/cli/techniques.h"
#include "analysis/json.h"
#include "scenarios/language/catalog.h"
#include "scenarios/language/describe.h"
#include "sim/guest.h"

static struct json begin(const char *kind, const char *name)
{
    struct json j = {.out = stdout};
    json_begin(&j, NULL, '{');
    json_text(&j, "kind", kind);
    json_text(&j, "name", name);
    return j;
}

static void end(struct json *j)
{
    json_end(j, '}');
    putc('\n', j->out);
}

/* default null: must be given; "": nothing. */
static void put_typed(struct json *j, const char *type, const struct field *f)
{
    json_text(j, "type", type);
    json_text(j, "default", f->default_text);
    json_text(j, "about", f->about);
    json_text(j, "source", f->source);
}

static void put_field_parts(struct json *j, const struct field *f)
{
    char type[256];
    field_write_type(type, sizeof type, f);
    put_typed(j, type, f);
}

static void put_fields(struct json *j, const char *key, const struct field *fields, uint32_t count)
{
    json_begin(j, key, '[');
    for (uint32_t i = 0; i < count; i++) {
        json_begin(j, NULL, '{');
        json_text(j, "name", fields[i].name);
        put_field_parts(j, &fields[i]);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_set(struct json *j, const char *key, uint32_t set,
                    const struct property_info *infos)
{
    json_begin(j, key, '[');
    for (; infos->name != NULL; infos++)
        if (set & infos->bit)
            json_text(j, NULL, infos->name);
    json_end(j, ']');
}

void describe_json_algorithm(const struct algorithm *a)
{
    struct json j = begin("algorithm", a->name);
    json_text(&j, "title", a->title);
    json_text(&j, "about", a->about);
    json_text(&j, "source", a->source);
    json_text(&j, "tolerates", a->tolerates);
    put_fields(&j, "options", a->options, a->option_count);
    json_begin(&j, "guests", '[');
    for (const struct algorithm *const *g = catalog(); guest_field(a) != NULL && *g != NULL; g++)
        if (guest_refusal(a, *g) == NULL)
            json_text(&j, NULL, (*g)->name);
    json_end(&j, ']');
    json_begin(&j, "messages", '[');
    for (uint32_t i = 0; i < a->message_count; i++) {
        const struct message_kind *m = &a->messages[i];
        json_begin(&j, NULL, '{');
        json_text(&j, "name", m->name);
        json_bool(&j, "for_election", m->for_election);
        json_begin(&j, "fields", '[');
        for (uint32_t k = 0; k < m->field_count; k++)
            json_text(&j, NULL, m->fields[k].name);
        json_end(&j, ']');
        json_end(&j, '}');
    }
    json_end(&j, ']');
    techniques_put_of(&j, a);
    put_set(&j, "promises", a->promises, property_infos);
    put_set(&j, "assumes", a->assumptions, assumption_infos);
    end(&j);
}

void describe_json_fault(const struct fault_kind *f)
{
    static const char *const lasts[] = {"instant", "while", "either"};
    struct json j = begin("fault", f->name);
    json_text(&j, "about", f->about);
    json_text(&j, "lasts", lasts[f->duration]);
    json_text(&j, "example", f->example);
    put_fields(&j, "takes", f->fields, f->field_count);
    end(&j);
}

void describe_json_distribution(const struct distribution_info *d)
{
    struct json j = begin("distribution", d->name);
    json_text(&j, "about", d->about);
    json_begin(&j, "parameters", '[');
    for (uint32_t i = 0; i < d->parameter_count; i++)
        json_text(&j, NULL, d->parameters[i].name);
    json_end(&j, ']');
    end(&j);
}

void describe_json_metric(const struct metric_info *m)
{
    static const char *const units[] = {"s", "1", "share", "1/h", "1/s"};
    struct json j = begin("metric", m->name);
    json_text(&j, "unit", units[m->unit]);
    json_bool(&j, "less_is_better", m->less_is_better);
    json_text(&j, "about", m->about);
    json_text(&j, "definition", m->definition);
    end(&j);
}

void describe_json_property(const struct property_info *p)
{
    struct json j = begin("property", p->name);
    json_text(&j, "about", p->about);
    json_text(&j, "source", p->source);
    end(&j);
}

void describe_json_key(const char *path, const char *takes, const struct field *key)
{
    struct json j = begin("key", path);
    put_typed(&j, takes, key);
    end(&j);
}

void describe_json_scenario(const struct scenario *s, const struct document *document)
{
    struct json j = begin("scenario", s->title);
    json_text(&j, "file", s->file);
    json_text(&j, "about", s->about);
    json_text(&j, "algorithm", s->algorithm->name);
    json_begin(&j, "variants", '[');
    for (unsigned i = 0; i < document_variant_count(document); i++)
        json_text(&j, NULL, document_variant_name(document, i));
    json_end(&j, ']');
    end(&j);
}

static void put_key(void *context, const char *path, const char *takes, const struct field *key)
{
    struct json *j = context;
    json_begin(j, NULL, '{');
    json_text(j, "name", path);
    put_typed(j, takes, key);
    json_end(j, '}');
}

void describe_json_language(void)
{
    struct json j = {.out = stdout};
    json_begin(&j, NULL, '[');
    language_visit_keys(put_key, &j);
    json_end(&j, ']');
    putc('\n', j.out);
}
