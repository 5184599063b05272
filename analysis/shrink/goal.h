/* What a run shows, and a smaller one must show too. */
#ifndef CONCLAVE_SHRINK_GOAL_H
#define CONCLAVE_SHRINK_GOAL_H

#include <stdio.h>

#include "analysis/runner/run_one.h"

enum goal_kind {
    GOAL_EXPRESSION,  /* holds */
    GOAL_VIOLATION,   /* of a promised property */
    GOAL_EXPECTATION, /* does not pass, for the same reason: false, or undecided */
    GOAL_NONE         /* the run shows nothing wrong */
};

struct goal {
    enum goal_kind kind;
    const struct expression *expression; /* borrowed */
    const char *text;                    /* of the expression or expectation; borrowed */
    uint32_t property;                   /* of the violation */
    enum truth truth;                    /* of the expectation */
};

/* What is wrong with a run: a broken promise before an expectation that did not pass. */
struct goal goal_of(const struct run_record *record);
/* Whether a run shows it. An expectation is looked for by its text among the run's. */
bool goal_met(const struct goal *goal, const struct run_record *record);
/* Whether it is about a rate or a share of the run: the duration belongs to it then. In a shorter
 * run one election would be as many an hour as in a storm. */
bool goal_is_rate(const struct goal *goal);
/* Its line of `expect:`. */
const char *goal_expectation(const struct goal *goal);
/* What the run shows, in a line, as "election_safety is broken at 4.312 s …". */
void goal_tell(FILE *out, const struct goal *goal, const struct run_record *record);

#endif
