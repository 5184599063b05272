#include "analysis/shrink/goal.h"

#include <string.h>

#include "analysis/summary/format.h"
#include "scenarios/language/describe.h"
#include "sim/properties.h"

static const struct violation_row *promised(const struct run_record *record, uint32_t property)
{
    for (uint32_t i = 0; i < record->result.violation_count; i++) {
        const struct violation_row *v = &record->result.violations[i];
        if (v->promised && (property == 0 || v->property == property))
            return v;
    }
    return NULL;
}

struct goal goal_of(const struct run_record *record)
{
    const struct violation_row *broken = promised(record, 0);
    if (broken != NULL)
        return (struct goal){.kind = GOAL_VIOLATION, .property = broken->property};
    for (uint32_t i = 0; i < record->scenario->expectation_count; i++) {
        const struct expectation *e = &record->scenario->expectations[i];
        enum truth truth = record->expectations[i].truth;
        if (!e->sometimes && truth != TRUTH_TRUE)
            return (struct goal){.kind = GOAL_EXPECTATION,
                                 .text = e->text,
                                 .expression = e->expression,
                                 .truth = truth};
    }
    return (struct goal){.kind = GOAL_NONE};
}

bool goal_met(const struct goal *goal, const struct run_record *record)
{
    switch (goal->kind) {
    case GOAL_EXPRESSION:
        return expression_shows(goal->expression, record->result.metrics);
    case GOAL_VIOLATION:
        return promised(record, goal->property) != NULL;
    case GOAL_EXPECTATION:
        return expression_evaluate(goal->expression, record->result.metrics) == goal->truth;
    case GOAL_NONE:
        return false;
    }
    return false;
}

bool goal_is_rate(const struct goal *goal)
{
    return goal->expression != NULL
           && (expression_has_unit(goal->expression, UNIT_PER_HOUR)
               || expression_has_unit(goal->expression, UNIT_PER_SECOND)
               || expression_has_unit(goal->expression, UNIT_RATIO));
}

const char *goal_expectation(const struct goal *goal)
{
    return goal->kind == GOAL_VIOLATION ? "safety_violations == 0" : goal->text;
}

static void tell_value(FILE *out, const struct goal *goal, const struct run_record *record)
{
    double value;
    if (expression_value(goal->expression, record->result.metrics, &value)) {
        char figure[FIGURE_MAX];
        format_value(figure, goal->expression, value);
        fprintf(out, " (its left side is %s)", figure);
    }
}

void goal_tell(FILE *out, const struct goal *goal, const struct run_record *record)
{
    if (goal->kind == GOAL_VIOLATION) {
        const struct violation_row *v = promised(record, goal->property);
        char node[NODE_TEXT_MAX], other[NODE_TEXT_MAX];
        write_node(node, v->node, record->scenario->nodes);
        write_node(other, v->other_node, record->scenario->nodes);
        fprintf(out, "%s is broken at %.9g s: %s (%s", property_name(v->property),
                (double) v->at / 1e9, v->detail, node);
        if (v->other_node != NODE_NONE && v->other_node != v->node)
            fprintf(out, ", %s", other);
        fputc(')', out);
        return;
    }
    fprintf(out,
            goal->kind == GOAL_EXPRESSION ? "%s holds"
            : goal->truth == TRUTH_FALSE  ? "%s fails"
                                          : "%s cannot be decided",
            goal->text);
    tell_value(out, goal, record);
}
