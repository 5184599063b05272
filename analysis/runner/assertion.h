/* A broken invariant inside the engine tells where in the simulation it happened, and how to get
 * there again. */
#ifndef CONCLAVE_RUNNER_ASSERTION_H
#define CONCLAVE_RUNNER_ASSERTION_H

struct world;

/* The world that this thread is running, or NULL. */
void assertion_watch(const struct world *world);

#endif
