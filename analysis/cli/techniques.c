#include "analysis/cli/techniques.h"

#include <stdio.h>
#include <string.h>

#include "scenarios/language/catalog.h"

static const char *const state_words[] = {[TECHNIQUE_BY_OPTION] = "option",
                                          [TECHNIQUE_BUILT_IN] = "built in",
                                          [TECHNIQUE_UNFIT] = "does not fit",
                                          [TECHNIQUE_UNSAID] = "not said"};

/* "timeouts: phi_accrual", "built in: …", "does not fit: …" */
static void print_answer(const struct technique_answer *answer)
{
    if (answer->state == TECHNIQUE_BY_OPTION)
        printf("%s%s%s\n", answer->key, answer->word == NULL ? "" : ": ",
               answer->word == NULL ? "" : answer->word);
    else
        printf("%s%s%s\n", state_words[answer->state], answer->text == NULL ? "" : ": ",
               answer->text == NULL ? "" : answer->text);
}

static void put_answer(struct json *j, const struct technique_answer *answer)
{
    json_bool(j, "has", technique_is_there(answer->state));
    json_text(j, "state", state_words[answer->state]);
    json_text(j, "option", answer->key);
    json_text(j, "value", answer->word);
    json_text(j, "why", answer->text);
}

void techniques_print_of(const struct algorithm *a)
{
    for (const struct technique *t = techniques; t->name != NULL; t++) {
        struct technique_answer answer = technique_of(t, a);
        printf("  %-22s", t->name);
        print_answer(&answer);
    }
}

void techniques_put_of(struct json *j, const struct algorithm *a)
{
    json_begin(j, "techniques", '[');
    for (const struct technique *t = techniques; t->name != NULL; t++) {
        struct technique_answer answer = technique_of(t, a);
        json_begin(j, NULL, '{');
        json_text(j, "name", t->name);
        put_answer(j, &answer);
        json_end(j, '}');
    }
    json_end(j, ']');
}

static void put_algorithms(struct json *j, const struct technique *t)
{
    json_begin(j, "algorithms", '[');
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        struct technique_answer answer = technique_of(t, *a);
        json_begin(j, NULL, '{');
        json_text(j, "name", (*a)->name);
        put_answer(j, &answer);
        json_end(j, '}');
    }
    json_end(j, ']');
}

void technique_print(const struct technique *t)
{
    printf("%s (technique)\n\n%s.\n", t->name, t->about);
    if (t->source != NULL)
        printf("Source: %s\n", t->source);
    puts("\nAlgorithms");
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        struct technique_answer answer = technique_of(t, *a);
        printf("  %-24s", (*a)->name);
        print_answer(&answer);
    }
}

void technique_put(const struct technique *t)
{
    struct json j = {.out = stdout};
    json_begin(&j, NULL, '{');
    json_text(&j, "kind", "technique");
    json_text(&j, "name", t->name);
    json_text(&j, "about", t->about);
    json_text(&j, "source", t->source);
    put_algorithms(&j, t);
    json_end(&j, '}');
    putchar('\n');
}

void technique_put_holders(struct json *j, const struct technique *t)
{
    json_text(j, "source", t->source);
    put_algorithms(j, t);
}

/* The names of a state on lines of their own, as wide as a terminal. */
static void print_names(const struct technique *t, enum technique_state state)
{
    int column = 0;
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++) {
        if (technique_of(t, *a).state != state)
            continue;
        int length = (int) strlen((*a)->name);
        if (column == 0)
            column = printf("      %-14s", state_words[state]);
        else if (column + length + 2 > 98)
            column = printf(",\n%20s", "") - 2;
        else
            column += printf(", ");
        column += printf("%s", (*a)->name);
    }
    if (column > 0)
        putchar('\n');
}

void technique_print_holders(const struct technique *t)
{
    if (t->everywhere != NULL) {
        printf("      %-14s%s\n", "everywhere", t->everywhere);
        return;
    }
    for (int state = TECHNIQUE_BY_OPTION; state <= TECHNIQUE_UNSAID; state++)
        print_names(t, (enum technique_state) state);
}
