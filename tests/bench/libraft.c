/* The same work beside a rival: five Raft servers with 50 ms heartbeats in steady state, here and
 * in the cluster fixture of the C Raft library (Debian's libraft-dev), in one run. Prints simulated
 * hours a second and the ratio; says so where the library is not installed. */
#define _POSIX_C_SOURCE 200809L
#include <stdio.h>

#ifndef CONCLAVE_HAVE_LIBRAFT

int main(void)
{
    puts("libraft-dev is not installed: no comparison");
    return 0;
}

#else

#include <raft.h>
#include <raft/fixture.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analysis/runner/run_one.h"
#include "scenarios/language/language.h"

#define SERVERS 5
#define HOURS_OURS 2
#define MINUTES_RIVAL 10

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double) t.tv_sec + (double) t.tv_nsec * 1e-9;
}

static int apply(struct raft_fsm *fsm, const struct raft_buffer *buffer, void **result)
{
    (void) fsm;
    (void) buffer;
    *result = NULL;
    return 0;
}

static void require(int status)
{
    if (status != 0)
        exit(3);
}

static double rival(void)
{
    static struct raft_fixture fixture;
    struct raft_fsm fsms[SERVERS];
    struct raft_configuration configuration;
    memset(fsms, 0, sizeof fsms);
    for (unsigned i = 0; i < SERVERS; i++) {
        fsms[i].version = 1;
        fsms[i].apply = apply;
    }
    require(raft_fixture_initialize(&fixture));
    for (unsigned i = 0; i < SERVERS; i++)
        require(raft_fixture_grow(&fixture, &fsms[i]));
    require(raft_fixture_configuration(&fixture, SERVERS, &configuration));
    require(raft_fixture_bootstrap(&fixture, &configuration));
    raft_configuration_close(&configuration);
    require(raft_fixture_start(&fixture));
    for (unsigned i = 0; i < SERVERS; i++) {
        raft_set_heartbeat_timeout(raft_fixture_get(&fixture, i), 50);
        raft_set_election_timeout(raft_fixture_get(&fixture, i), 150);
        raft_fixture_set_network_latency(&fixture, i, 3);
        raft_fixture_set_disk_latency(&fixture, i, 0);
    }
    if (!raft_fixture_step_until_has_leader(&fixture, 60000))
        exit(3);
    double begun = now();
    raft_fixture_step_until_elapsed(&fixture, MINUTES_RIVAL * 60 * 1000);
    double took = now() - begun;
    raft_fixture_close(&fixture);
    return MINUTES_RIVAL / 60.0 / took;
}

static double ours(void)
{
    static const char text[] = "duration: 2h\ncluster: {nodes: 5}\nalgorithm: raft\n"
                               "raft: {heartbeat_interval: 50ms}\nnetwork: {latency: 3ms}\n";
    struct source source = {.name = "bench", .text = text, .length = sizeof text - 1};
    struct diagnostics d = {0};
    struct document *document = document_open(&source, &d);
    struct scenario *s = document_scenario(document, NULL, NULL, 0, NULL, &d);
    struct worker *w = worker_create(s, MEMORY_MAX_DEFAULT, NULL, 0);
    struct run_record record;
    double begun = now();
    if (!worker_run(w, 1, UINT64_MAX, &record))
        exit(3);
    double took = now() - begun;
    run_record_free(&record);
    worker_free(w);
    scenario_free(s);
    document_free(document);
    return HOURS_OURS / took;
}

int main(void)
{
    double us = ours(), them = rival();
    printf("steady 50 ms heartbeats, five servers, simulated hours a second:\n"
           "  conclave          %8.2f\n  libraft's fixture %8.2f\n  ratio             %8.1fx\n",
           us, them, us / them);
    return 0;
}

#endif
