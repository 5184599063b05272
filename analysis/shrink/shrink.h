/* Reduces a run that shows something to the smallest story that still shows it: faults frozen, then
 * taken away by halves (delta debugging: Zeller and Hildebrandt, TSE 28(2), 2002), then nodes,
 * time, settings, luck of single messages, and digits. */
#ifndef CONCLAVE_SHRINK_H
#define CONCLAVE_SHRINK_H

#include "analysis/failure.h"
#include "analysis/shrink/goal.h"
#include "analysis/shrink/story.h"

struct shrinker {
    struct story story;
    struct goal goal;
    FILE *steps;                  /* where each step is told, or NULL */
    uint64_t runs;                /* tried so far */
    uint64_t runs_max;            /* then it stops with what it has */
    const struct observer *watch; /* of the next attempts, or NULL */
    bool out_of_memory;
    char *text; /* of the last story that showed it; owned */
};

/* Makes `story` as small as it can. False when memory is out. */
bool shrink(struct shrinker *s);

/* ---- Between the passes ---------------------------------------------------------------------- */

/* Runs the story as it stands; true when it shows the goal, and `text` is it then. With `record`
 * not NULL the run is handed out, to be freed by the caller, whatever it showed. */
bool shrink_try(struct shrinker *s, struct run_record *record);
/* Takes away as many of the flags as can be while the goal shows: first all, then halves, then
 * smaller shares. Flags that are false already are left alone; it gives up where more than `most`
 * will stay. Returns how many it took. */
uint32_t shrink_flags(struct shrinker *s, bool **flags, uint32_t count, uint32_t most);
void shrink_tell(struct shrinker *s, const char *what);
/* Whether it must end: no runs or no memory left. */
bool shrink_is_over(const struct shrinker *s);

/* Passes; each leaves a story that shows the goal. */
void shrink_nodes(struct shrinker *s);
void shrink_time(struct shrinker *s);
void shrink_wait(struct shrinker *s);   /* until the first fault */
void shrink_luck(struct shrinker *s);   /* of single messages: luck.c */
void shrink_digits(struct shrinker *s); /* digits.c */

#endif
