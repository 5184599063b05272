/* An expression as a tree, between its parser (expression.c) and its evaluation (evaluate.c). */
#ifndef CONCLAVE_LANGUAGE_EXPRESSION_TREE_H
#define CONCLAVE_LANGUAGE_EXPRESSION_TREE_H

#include "scenarios/language/arena.h"
#include "scenarios/language/expression.h"

enum term_kind {
    TERM_NUMBER,
    TERM_METRIC,
    TERM_NEGATE,
    TERM_ADD,
    TERM_SUBTRACT,
    TERM_MULTIPLY,
    TERM_DIVIDE,
    TERM_LESS,
    TERM_LESS_EQUAL,
    TERM_GREATER,
    TERM_GREATER_EQUAL,
    TERM_EQUAL,
    TERM_NOT_EQUAL,
    TERM_NOT,
    TERM_AND,
    TERM_OR
};

/* What a number measures. A plain number goes with all but times. */
enum dimension {
    DIMENSION_PLAIN,
    DIMENSION_TIME,
    DIMENSION_RATIO,
    DIMENSION_COUNT,
    DIMENSION_PER_HOUR,
    DIMENSION_PER_SECOND,
    DIMENSION_TRUTH,  /* comparisons and what joins them */
    DIMENSION_UNKNOWN /* products and quotients */
};

struct term {
    enum term_kind kind;
    enum dimension dimension;
    double number;
    uint32_t metric; /* index into metric_infos */
    struct term *left, *right;
};

struct expression {
    struct arena arena;
    struct term *root; /* a truth */
};

static inline bool term_compares(const struct term *t)
{
    return t->kind >= TERM_LESS && t->kind <= TERM_NOT_EQUAL;
}

#endif
