#include "sim/observe/log_chain.h"

#include <string.h>

struct link {
    uint64_t term;
    struct log_position before;
    bool known;
};

void log_chain_open(struct log_chain *c, const struct sim_memory *memory)
{
    *c = (struct log_chain){.memory = memory};
}

void log_chain_reset(struct log_chain *c)
{
    c->count = 0;
    c->out_of_memory = false;
}

void log_chain_close(struct log_chain *c)
{
    memory_release(c->memory, c->links, (size_t) c->capacity * sizeof(struct link));
}

/* How many of the first `count` links are of this term or of an earlier one. Looked for from the
 * newest on: that is mostly it. */
static uint32_t links_up_to(const struct log_chain *c, uint32_t count, uint64_t term)
{
    const struct link *links = c->links;
    while (count > 0 && links[count - 1].term > term)
        count--;
    return count;
}

static void drop_oldest(struct log_chain *c, uint32_t dropped)
{
    struct link *links = c->links;
    c->count -= dropped;
    memmove(links, links + dropped, c->count * sizeof *links);
}

void log_chain_note(struct log_chain *c, uint64_t term, struct log_position before)
{
    if (c->count == LOG_CHAIN_MAX)
        drop_oldest(c, LOG_CHAIN_MAX / 2);
    if (!memory_reserve(c->memory, &c->links, &c->capacity, sizeof(struct link), c->count + 1)) {
        c->out_of_memory = true;
        return;
    }
    struct link *links = c->links;
    uint32_t at = links_up_to(c, c->count, term);
    if (at > 0 && links[at - 1].term == term) {
        links[at - 1].known = false;
        return;
    }
    memmove(links + at + 1, links + at, (c->count - at) * sizeof *links);
    links[at] = (struct link){term, before, before.term < term};
    c->count++;
}

void log_chain_forget(struct log_chain *c, uint64_t term)
{
    uint32_t forgotten = links_up_to(c, c->count, term);
    if (forgotten > 0)
        drop_oldest(c, forgotten);
}

bool log_chain_lacks(const struct log_chain *c, struct log_position last, struct log_position entry)
{
    const struct link *links = c->links;
    uint32_t count = c->count;
    while (last.term > entry.term) {
        count = links_up_to(c, count, last.term);
        if (count == 0 || links[count - 1].term != last.term || !links[count - 1].known)
            return false;
        last = links[count - 1].before;
    }
    return last.term < entry.term || last.index < entry.index;
}
