/* What happened in a window of one run, kept in memory to be drawn: as a space-time diagram or as
 * text. An observer gathers it; the drawing functions read it and the run's record. */
#ifndef CONCLAVE_TIMELINE_H
#define CONCLAVE_TIMELINE_H

#include <stdio.h>

#include "analysis/failure.h"
#include "analysis/runner/run_one.h"
#include "analysis/why/cause.h"

/* More records than this in a window are no picture any more. */
#define TIMELINE_RECORDS_MAX 500000u

struct timeline_record {
    struct record record; /* its body is NULL; see timeline_body() */
    size_t body;          /* offset of the body, or TIMELINE_NO_BODY */
};
#define TIMELINE_NO_BODY SIZE_MAX

struct timeline {
    const struct scenario *scenario;
    sim_ns from, to;                 /* both included */
    struct timeline_record *records; /* of the window, and sendings a window's length before it */
    unsigned char *bodies;
    size_t count, capacity, body_size, body_capacity;
    struct timeline_state *states; /* changes of every node's role, from the start of the run on */
    size_t state_count, state_capacity;
    bool out_of_memory, too_many;
};

/* What a node is from `at` on. */
struct timeline_state {
    sim_ns at;
    node_id node;
    enum role role;
    uint64_t term;
    bool running, paused;
};

/* Gathers into *t, whose scenario, from and to are set. *t must outlive it. */
struct observer timeline_observer(struct timeline *t);
/* Whether all was gathered; if not, *failure says why. */
bool timeline_gathered(const struct timeline *t, struct failure *failure);
void timeline_clear(struct timeline *t);

/* The record's message, or NULL. */
const void *timeline_body(const struct timeline *t, const struct timeline_record *r);
/* The sending that a delivery or loss goes back to, or NULL where it lies too far back. */
const struct timeline_record *timeline_sending(const struct timeline *t, uint64_t number);

/* Election `number` (from 1; 0: the first after the start of the run, or the start). NULL: the run
 * has no such election, and *failure says how many it has. */
const struct election_row *timeline_election(const struct run_result *result, uint64_t number,
                                             struct failure *failure);
/* The window around an election, with what led to it as *e explains it (or NULL). */
void timeline_around_election(const struct run_result *result, const struct election_row *row,
                              const struct explanation *e, sim_ns *from, sim_ns *to);

/* A lane for each node, time from left to right, messages as slanted lines, losses as crosses. */
void timeline_write_svg(FILE *out, const struct timeline *t, const struct run_record *run);
/* Trace-event JSON, as Perfetto and chrome://tracing open: a track for each node with its roles as
 * slices, messages as flow arrows between them, elections and faults as slices of their own. */
void timeline_write_perfetto(FILE *out, const struct timeline *t, const struct run_record *run);
/* A log with vector clocks, as ShiViz reads it from a file. False when memory is out. */
bool timeline_write_shiviz(FILE *out, const struct timeline *t);
/* One line for each record of the window. */
void timeline_write_text(FILE *out, const struct timeline *t);

#endif
