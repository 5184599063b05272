#include "algorithms/circuit_breaker.h"

const char *breaker_check(const struct breaker_options *o, const char **option)
{
    *option = "breaker_elections";
    if (o->elections > BREAKER_ELECTIONS_MAX)
        return "must be at most 100";
    *option = "breaker_window";
    if (o->elections > 0 && o->window <= 0)
        return "must be longer than nothing";
    *option = "breaker_cool_down";
    if (o->elections > 0 && o->cool_down <= 0)
        return "must be longer than nothing";
    *option = NULL;
    return NULL;
}

sim_ns breaker_delay(const struct breaker_options *o)
{
    return o->elections == 0 ? 0 : sim_times(o->cool_down, 4);
}

void breaker_begin(struct circuit_breaker *b, const struct breaker_options *options, sim_ns *room)
{
    *b = (struct circuit_breaker){.options = options, .seen = room};
}

static void open(struct circuit_breaker *b, sim_ns now)
{
    b->state = BREAKER_OPEN;
    b->open_until = sim_add(now, b->options->cool_down);
}

/* What is seen while it is open or half open belongs to the storm that opened it. */
void breaker_election(struct circuit_breaker *b, sim_ns now)
{
    uint32_t limit = b->options->elections;
    if (limit == 0 || b->state != BREAKER_CLOSED)
        return;
    b->seen[b->next] = now;
    b->next = (b->next + 1) % limit;
    b->count += b->count < limit;
    sim_ns oldest = b->seen[b->next];
    if (b->count == limit && now - oldest <= b->options->window)
        open(b, now);
}

sim_ns breaker_wait(struct circuit_breaker *b, sim_ns now)
{
    if (b->options->elections == 0)
        return 0;
    switch (b->state) {
    case BREAKER_CLOSED:
        return 0;
    case BREAKER_OPEN:
        if (now < b->open_until)
            return b->open_until - now;
        b->state = BREAKER_HALF_OPEN;
        return 0;
    case BREAKER_HALF_OPEN: /* the one that was let through came to nothing */
        open(b, now);
        return b->options->cool_down;
    }
    sim_unreachable();
}

void breaker_leader(struct circuit_breaker *b, sim_ns now)
{
    bool tried = b->state == BREAKER_HALF_OPEN;
    if (!tried && !(b->state == BREAKER_OPEN && now >= b->open_until))
        return;
    b->state = BREAKER_CLOSED;
    b->count = b->next = 0;
}
