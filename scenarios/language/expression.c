/* Recursive descent, loosest first: or, and, not, comparison, + -, * /, unary minus. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/language/expression_tree.h"

#define TERMS_MAX 1000 /* bounds the recursion over the tree */
#define DEPTH_MAX 64

struct parser {
    struct expression *expression;
    const char *text;
    size_t length, at;
    unsigned terms, depth;
    bool failed;
    const char *file, *line_text;
    unsigned line, column;
    size_t line_length;
    struct diagnostics *diagnostics;
};

static struct term *parse_or(struct parser *p);

static void fail(struct parser *p, size_t at, const char *suggestion, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Only the first mistake is told: the others may follow from it. */
static void fail(struct parser *p, size_t at, const char *suggestion, const char *format, ...)
{
    if (p->failed)
        return;
    p->failed = true;
    char message[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    unsigned column = p->column;
    for (size_t i = 0; i < at && i < p->length; i++)
        column += ((unsigned char) p->text[i] & 0xC0) != 0x80;
    diagnostics_add(p->diagnostics, p->file, p->line, column, p->line_text, p->line_length,
                    suggestion, "%s", message);
}

/* ---- Words --------------------------------------------------------------------------------- */

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const struct parser *p, size_t ahead)
{
    if (p->at + ahead < p->length)
        return p->text[p->at + ahead];
    return '\0';
}

static void skip_space(struct parser *p)
{
    while (p->at < p->length && strchr(" \t\r\n", p->text[p->at]) != NULL)
        p->at++;
}

/* Bytes of the name at p->at: letters, digits, dots. */
static size_t word_length(const struct parser *p)
{
    size_t length = 0;
    if (!is_letter(peek(p, 0)))
        return 0;
    while (is_letter(peek(p, length)) || is_digit(peek(p, length)) || peek(p, length) == '.')
        length++;
    return length;
}

static bool take_word(struct parser *p, const char *word)
{
    skip_space(p);
    size_t length = word_length(p);
    if (length != strlen(word) || memcmp(p->text + p->at, word, length) != 0)
        return false;
    p->at += length;
    return true;
}

static bool take_sign(struct parser *p, const char *sign)
{
    skip_space(p);
    size_t length = strlen(sign);
    if (p->length - p->at < length || memcmp(p->text + p->at, sign, length) != 0)
        return false;
    p->at += length;
    return true;
}

/* ---- The tree ------------------------------------------------------------------------------ */

static struct term *new_term(struct parser *p, struct term term)
{
    if (++p->terms > TERMS_MAX) {
        fail(p, p->at, NULL, "this expression has more than %d parts", TERMS_MAX);
        return NULL;
    }
    struct term *t = arena_take(&p->expression->arena, sizeof *t);
    if (t == NULL) {
        p->failed = true;
        p->diagnostics->out_of_memory = true;
        return NULL;
    }
    *t = term;
    return t;
}

static const char *const dimension_names[]
    = {"a plain number",    "a time",  "a share",  "a count", "a rate per hour",
       "a rate per second", "a truth", "a product"};

static bool is_zero(const struct term *t)
{
    return t->kind == TERM_NUMBER && t->number == 0;
}

/* Whether two numbers measure the same, so that they can be compared or added. */
static bool match(const struct term *a, const struct term *b)
{
    if (a->dimension == b->dimension || a->dimension == DIMENSION_UNKNOWN
        || b->dimension == DIMENSION_UNKNOWN || is_zero(a) || is_zero(b))
        return true;
    if (a->dimension == DIMENSION_PLAIN)
        return b->dimension != DIMENSION_TIME;
    return b->dimension == DIMENSION_PLAIN && a->dimension != DIMENSION_TIME;
}

static struct term *join(struct parser *p, size_t at, enum term_kind kind, struct term *a,
                         struct term *b)
{
    if (a == NULL || b == NULL)
        return NULL;
    bool logic = kind == TERM_AND || kind == TERM_OR;
    for (int i = 0; i < 2; i++) {
        const struct term *side = i == 0 ? a : b;
        if (logic != (side->dimension == DIMENSION_TRUTH)) {
            fail(p, at, NULL,
                 logic ? "`and` and `or` join comparisons" : "a comparison is no number");
            return NULL;
        }
    }
    struct term t = {.kind = kind, .left = a, .right = b};
    if (logic) {
        t.dimension = DIMENSION_TRUTH;
    } else if (kind == TERM_MULTIPLY || kind == TERM_DIVIDE) {
        t.dimension = b->dimension == DIMENSION_PLAIN ? a->dimension
                      : a->dimension == DIMENSION_PLAIN && kind == TERM_MULTIPLY
                          ? b->dimension
                          : DIMENSION_UNKNOWN;
    } else if (!match(a, b)) {
        fail(p, at, NULL, "%s and %s do not go together", dimension_names[a->dimension],
             dimension_names[b->dimension]);
        return NULL;
    } else {
        t.dimension = a->dimension == DIMENSION_PLAIN ? b->dimension : a->dimension;
    }
    if (term_compares(&t))
        t.dimension = DIMENSION_TRUTH;
    return new_term(p, t);
}

/* ---- Numbers and metrics ------------------------------------------------------------------- */

struct number_unit {
    const char *name;
    double size;
    enum dimension dimension;
};
static const struct number_unit number_units[]
    = {{"ns", 1e-9, DIMENSION_TIME},    {"us", 1e-6, DIMENSION_TIME}, {"ms", 1e-3, DIMENSION_TIME},
       {"s", 1, DIMENSION_TIME},        {"m", 60, DIMENSION_TIME},    {"h", 3600, DIMENSION_TIME},
       {"d", 86400, DIMENSION_TIME},    {"%", 0.01, DIMENSION_RATIO}, {"/h", 1, DIMENSION_PER_HOUR},
       {"/s", 1, DIMENSION_PER_SECOND}, {"x", 1, DIMENSION_PLAIN}};

/* Bytes of what directly follows a number and could be its unit. */
static size_t unit_length(const struct parser *p)
{
    if (peek(p, 0) == '%')
        return 1;
    size_t length = peek(p, 0) == '/' ? 1 : 0;
    while (is_letter(peek(p, length)))
        length++;
    return length == 1 && peek(p, 0) == '/' ? 0 : length;
}

static const struct number_unit *take_unit(struct parser *p)
{
    static const struct number_unit none = {"", 1, DIMENSION_PLAIN};
    size_t length = unit_length(p);
    if (length == 0)
        return &none;
    for (size_t i = 0; i < sizeof number_units / sizeof *number_units; i++)
        if (strlen(number_units[i].name) == length
            && memcmp(number_units[i].name, p->text + p->at, length) == 0) {
            p->at += length;
            return &number_units[i];
        }
    if (peek(p, 0) == '/')
        return &none; /* a division by a metric */
    fail(p, p->at, NULL, "there is no unit `%.*s`; numbers are in ns us ms s m h d %% /h /s",
         (int) (length < 40 ? length : 40), p->text + p->at);
    return NULL;
}

/* Digits and at most one point, so that no locale matters: both parts are whole numbers. */
static struct term *parse_number(struct parser *p)
{
    double number = 0, place = 1;
    bool point = false;
    size_t begin = p->at;
    for (; is_digit(peek(p, 0)) || (!point && peek(p, 0) == '.' && is_digit(peek(p, 1))); p->at++) {
        if (peek(p, 0) == '.') {
            point = true;
            continue;
        }
        number = number * 10 + (peek(p, 0) - '0');
        place = point ? place * 10 : place;
    }
    if (p->at - begin > 30) {
        fail(p, begin, NULL, "this number has too many digits");
        return NULL;
    }
    const struct number_unit *unit = take_unit(p);
    if (unit == NULL)
        return NULL;
    /* One rounding each: 99.9% is the double nearest to 999/1000, as a metric's would be. */
    double value
        = unit->size < 1 ? number / (place * (1 / unit->size)) : number * unit->size / place;
    return new_term(
        p, (struct term){.kind = TERM_NUMBER, .dimension = unit->dimension, .number = value});
}

static enum dimension dimension_of(enum metric_unit unit)
{
    switch (unit) {
    case UNIT_SECONDS:
        return DIMENSION_TIME;
    case UNIT_COUNT:
        return DIMENSION_COUNT;
    case UNIT_RATIO:
        return DIMENSION_RATIO;
    case UNIT_PER_HOUR:
        return DIMENSION_PER_HOUR;
    case UNIT_PER_SECOND:
        return DIMENSION_PER_SECOND;
    }
    return DIMENSION_UNKNOWN;
}

static void fail_unknown_metric(struct parser *p, size_t length)
{
    const char *names[256];
    size_t count = 0;
    for (uint32_t i = 0; i < metric_count() && count < 256; i++)
        names[count++] = metric_infos[i].name;
    const char *word = p->text + p->at;
    const char *nearest = nearest_name(word, length, names, count);
    char suggestion[128] = "`conclave list metrics` names them";
    if (nearest != NULL)
        snprintf(suggestion, sizeof suggestion, "did you mean `%.80s`?", nearest);
    fail(p, p->at, suggestion, "unknown metric `%.*s`", (int) (length < 80 ? length : 80), word);
}

static struct term *parse_metric(struct parser *p)
{
    size_t length = word_length(p);
    uint32_t metric = metric_find(p->text + p->at, length);
    if (metric == UINT32_MAX) {
        fail_unknown_metric(p, length);
        return NULL;
    }
    p->at += length;
    return new_term(p, (struct term){.kind = TERM_METRIC,
                                     .metric = metric,
                                     .dimension = dimension_of(metric_infos[metric].unit)});
}

/* ---- Levels of the grammar ----------------------------------------------------------------- */

static bool enter(struct parser *p)
{
    if (++p->depth > DEPTH_MAX)
        fail(p, p->at, NULL, "nested deeper than %d levels", DEPTH_MAX);
    return !p->failed;
}

static struct term *parse_unary(struct parser *p)
{
    struct term *t = NULL;
    if (!enter(p))
        return NULL;
    skip_space(p);
    size_t at = p->at;
    if (take_sign(p, "(")) {
        t = parse_or(p);
        if (!p->failed && !take_sign(p, ")"))
            fail(p, p->at, NULL, "expected `)`");
    } else if (take_sign(p, "-")) {
        t = parse_unary(p);
        if (t != NULL && t->dimension == DIMENSION_TRUTH)
            fail(p, at, NULL, "a comparison is no number");
        else if (t != NULL)
            t = new_term(p,
                         (struct term){.kind = TERM_NEGATE, .dimension = t->dimension, .left = t});
    } else if (is_digit(peek(p, 0))) {
        t = parse_number(p);
    } else if (word_length(p) > 0) {
        t = parse_metric(p);
    } else if (p->at >= p->length) {
        fail(p, p->at, NULL, "the expression ends where a number or a metric is expected");
    } else {
        fail(p, p->at, NULL, "expected a number or a metric");
    }
    p->depth--;
    return p->failed ? NULL : t;
}

static struct term *parse_product(struct parser *p)
{
    struct term *t = parse_unary(p);
    while (!p->failed) {
        skip_space(p);
        size_t at = p->at;
        if (take_sign(p, "*"))
            t = join(p, at, TERM_MULTIPLY, t, parse_unary(p));
        else if (take_sign(p, "/"))
            t = join(p, at, TERM_DIVIDE, t, parse_unary(p));
        else
            break;
    }
    return t;
}

static struct term *parse_sum(struct parser *p)
{
    struct term *t = parse_product(p);
    while (!p->failed) {
        skip_space(p);
        size_t at = p->at;
        if (take_sign(p, "+"))
            t = join(p, at, TERM_ADD, t, parse_product(p));
        else if (take_sign(p, "-"))
            t = join(p, at, TERM_SUBTRACT, t, parse_product(p));
        else
            break;
    }
    return t;
}

static const struct {
    const char *sign;
    enum term_kind kind;
} signs[] = {{"<=", TERM_LESS_EQUAL}, {">=", TERM_GREATER_EQUAL}, {"==", TERM_EQUAL},
             {"!=", TERM_NOT_EQUAL},  {"<", TERM_LESS},           {">", TERM_GREATER}};

static bool take_comparison(struct parser *p, enum term_kind *kind)
{
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (take_sign(p, signs[i].sign)) {
            *kind = signs[i].kind;
            return true;
        }
    return false;
}

static struct term *parse_comparison(struct parser *p)
{
    struct term *t = parse_sum(p);
    if (p->failed)
        return NULL;
    skip_space(p);
    size_t at = p->at;
    enum term_kind kind;
    if (take_comparison(p, &kind)) {
        t = join(p, at, kind, t, parse_sum(p));
        skip_space(p);
        at = p->at;
        if (!p->failed && take_comparison(p, &kind))
            fail(p, at, NULL, "join two comparisons by `and`");
    } else if (take_sign(p, "=")) {
        fail(p, at, "did you mean `==`?", "unknown sign `=`");
    }
    return p->failed ? NULL : t;
}

static struct term *parse_not(struct parser *p)
{
    skip_space(p);
    size_t at = p->at;
    if (!take_word(p, "not"))
        return parse_comparison(p);
    struct term *t = enter(p) ? parse_not(p) : NULL;
    p->depth--;
    if (t == NULL)
        return NULL;
    if (t->dimension != DIMENSION_TRUTH) {
        fail(p, at, NULL, "`not` needs a comparison");
        return NULL;
    }
    return new_term(p, (struct term){.kind = TERM_NOT, .dimension = DIMENSION_TRUTH, .left = t});
}

static struct term *parse_and(struct parser *p)
{
    struct term *t = parse_not(p);
    for (size_t at = p->at; !p->failed && take_word(p, "and"); at = p->at)
        t = join(p, at, TERM_AND, t, parse_not(p));
    return t;
}

static struct term *parse_or(struct parser *p)
{
    struct term *t = parse_and(p);
    for (size_t at = p->at; !p->failed && take_word(p, "or"); at = p->at)
        t = join(p, at, TERM_OR, t, parse_and(p));
    return t;
}

struct expression *expression_parse(const char *text, size_t length, const char *file,
                                    unsigned line, unsigned column, const char *line_text,
                                    size_t line_length, struct diagnostics *diagnostics)
{
    struct expression *expression = calloc(1, sizeof *expression);
    if (expression == NULL) {
        diagnostics->out_of_memory = true;
        return NULL;
    }
    struct parser p = {.expression = expression,
                       .text = text,
                       .length = length,
                       .file = file,
                       .line = line,
                       .column = column,
                       .line_text = line_text,
                       .line_length = line_length,
                       .diagnostics = diagnostics};
    expression->root = parse_or(&p);
    skip_space(&p);
    if (!p.failed && p.at < p.length)
        fail(&p, p.at, NULL, "the expression is over before this");
    if (!p.failed && expression->root->dimension != DIMENSION_TRUTH)
        fail(&p, 0, NULL, "nothing is compared here; write as `%.*s > 0`",
             (int) (length < 60 ? length : 60), text);
    if (!p.failed)
        return expression;
    expression_free(expression);
    return NULL;
}

void expression_free(struct expression *expression)
{
    if (expression == NULL)
        return;
    arena_free(&expression->arena);
    free(expression);
}

/* ---- The grammar, for people ----------------------------------------------------------------- */

static void add_word(char *text, size_t size, const char *word)
{
    size_t used = strlen(text);
    snprintf(text + used, size - used, "%s%s", used > 0 ? " " : "", word);
}

void expression_visit_grammar(expression_visitor *visitor, void *context)
{
    char comparisons[64] = "", units[64] = "";
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        add_word(comparisons, sizeof comparisons, signs[i].sign);
    for (size_t i = 0; i < sizeof number_units / sizeof *number_units; i++)
        add_word(units, sizeof units, number_units[i].name);
    visitor(context, "or", "one of the two holds");
    visitor(context, "and", "both hold; binds tighter than `or`");
    visitor(context, "not", "it does not hold; before a comparison");
    visitor(context, comparisons,
            "two numbers of the same kind: times with times, shares with "
            "shares; one comparison each, joined by `and`");
    visitor(context, "+ - * /", "as in arithmetic; * and / bind tighter");
    visitor(context, "( )", "what is inside goes first");
    visitor(context, units,
            "units of numbers, written right behind them; a plain number goes with "
            "all but times");
    visitor(context, "names",
            "metrics: `conclave list metrics`. Of a measure with many values, "
            ".mean .p50 .p99 .max and the like are its mean and quantiles");
}
