#include "sim/observe/voters.h"

#include <string.h>

#define NO_TALLY UINT32_MAX
#define TALLIES_MAX 64u /* of one candidate: terms that it has still to win, or to vote past */

struct vote {
    uint64_t term;
    node_id candidate;
};

struct voter {
    struct vote last, durable; /* its last vote; the last one that no crash undoes */
    uint32_t tally;            /* the first of those of votes for it, or NO_TALLY */
};

struct tally {
    uint64_t term;
    uint32_t count, weight;
    uint32_t next; /* of the same candidate, or NO_TALLY */
    /* the voters' bits follow */
};

static struct tally *tally_at(const struct voters *v, uint32_t index)
{
    return (struct tally *) (void *) ((unsigned char *) v->tallies
                                      + (size_t) v->tally_size * index);
}

static struct tally *find_tally(const struct voters *v, node_id candidate, uint64_t term)
{
    for (uint32_t at = v->members[candidate].tally; at != NO_TALLY; at = tally_at(v, at)->next)
        if (tally_at(v, at)->term == term)
            return tally_at(v, at);
    return NULL;
}

static struct tally *clear_tally(const struct voters *v, struct tally *t, uint64_t term,
                                 uint32_t next)
{
    memset(t, 0, v->tally_size);
    t->term = term;
    t->next = next;
    return t;
}

/* A candidate's tally that is needed no more: of a term that it has voted past for good, or of the
 * oldest one where it has very many. */
static struct tally *spare_tally(const struct voters *v, node_id candidate)
{
    struct tally *oldest = NULL;
    uint32_t count = 0;
    for (uint32_t at = v->members[candidate].tally; at != NO_TALLY; at = tally_at(v, at)->next) {
        struct tally *t = tally_at(v, at);
        if (oldest == NULL || t->term < oldest->term)
            oldest = t;
        count++;
    }
    if (oldest == NULL || oldest->term < v->members[candidate].durable.term || count == TALLIES_MAX)
        return oldest;
    return NULL;
}

/* Votes for a candidate are counted by term: it may be given some of a later one, where turns
 * decide, while it has still to win an earlier; and what it votes for itself in a later one, a
 * crash may undo. What it has voted past for good it cannot win. */
static struct tally *tally_of(struct voters *v, node_id candidate, uint64_t term)
{
    struct voter *c = &v->members[candidate];
    struct tally *t = find_tally(v, candidate, term);
    if (t != NULL || term < c->durable.term)
        return t;
    t = spare_tally(v, candidate);
    if (t != NULL)
        return clear_tally(v, t, term, t->next);
    if (!memory_reserve(v->memory, &v->tallies, &v->capacity, v->tally_size, v->count + 1)) {
        v->out_of_memory = true;
        return NULL;
    }
    t = clear_tally(v, tally_at(v, v->count), term, c->tally);
    c->tally = v->count++;
    return t;
}

static void count_vote(struct voters *v, node_id voter, uint64_t term, node_id candidate)
{
    struct tally *t = tally_of(v, candidate, term);
    if (t == NULL)
        return;
    uint64_t *words = (uint64_t *) (void *) (t + 1);
    uint64_t bit = UINT64_C(1) << (voter % 64);
    if (words[voter / 64] & bit)
        return;
    words[voter / 64] |= bit;
    t->count++;
    t->weight += v->scenario->weights == NULL ? 1 : v->scenario->weights[voter];
}

bool voters_vote(struct voters *v, node_id voter, uint64_t term, node_id candidate)
{
    struct vote *last = &v->members[voter].last;
    bool first = last->term != term || last->candidate == candidate;
    if (term >= last->term)
        *last = (struct vote){term, candidate};
    if (candidate < v->scenario->nodes)
        count_vote(v, voter, term, candidate);
    return first;
}

void voters_settle(struct voters *v, node_id member)
{
    v->members[member].durable = v->members[member].last;
}

void voters_forget_unsettled(struct voters *v, node_id member)
{
    v->members[member].last = v->members[member].durable;
}

bool voters_are_majority(struct voters *v, node_id candidate, uint64_t term)
{
    const struct tally *t = find_tally(v, candidate, term);
    if (t == NULL)
        return false;
    bool by_count = 2 * (uint64_t) t->count > v->scenario->nodes;
    bool by_weight = 2 * (uint64_t) t->weight > v->weight;
    v->counted = v->counted || (by_count && !by_weight);
    v->weighed = v->weighed || (by_weight && !by_count);
    return (by_count || by_weight) && !(v->counted && v->weighed);
}

bool voters_open(struct voters *v, const struct sim_memory *memory, const struct scenario *scenario)
{
    *v = (struct voters){.memory = memory, .scenario = scenario};
    v->tally_size
        = (uint32_t) (sizeof(struct tally) + (scenario->nodes + 63) / 64 * sizeof(uint64_t));
    for (node_id id = 0; id < scenario->nodes; id++)
        v->weight += scenario->weights == NULL ? 1 : scenario->weights[id];
    v->members = memory_zeroed(memory, scenario->nodes * sizeof *v->members);
    return v->members != NULL;
}

void voters_reset(struct voters *v)
{
    for (node_id id = 0; id < v->scenario->nodes; id++)
        v->members[id] = (struct voter){.last = {.candidate = NODE_NONE},
                                        .durable = {.candidate = NODE_NONE},
                                        .tally = NO_TALLY};
    v->count = 0;
    v->counted = v->weighed = v->out_of_memory = false;
}

void voters_close(struct voters *v)
{
    memory_release(v->memory, v->tallies, (size_t) v->capacity * v->tally_size);
    if (v->members != NULL)
        memory_release(v->memory, v->members, v->scenario->nodes * sizeof *v->members);
}
