/* The library's raft_io on the simulator: clock, random numbers, disk and completions. It behaves
 * as the library's own libuv implementation does, except that set_term and set_vote do not block
 * the process while the disk writes: what it sends waits instead. */
#include <string.h>

#include "analysis/foreign/libraft.h"
#include "analysis/foreign/libraft_server.h"

#define PAYLOAD 8u /* bytes of an entry, and of a snapshot */

/* ---- Memory ---------------------------------------------------------------------------------- */

static _Thread_local struct libraft_server *in_force;

void libraft_enter(struct libraft_server *s, struct node *self)
{
    sim_assert(in_force == NULL);
    in_force = s;
    s->self = self;
}

void libraft_leave(void)
{
    sim_assert(in_force != NULL);
    in_force->self = NULL;
    in_force = NULL;
}

static struct heap *heap(void)
{
    sim_assert(in_force != NULL);
    return &in_force->heap;
}

static void *take(void *unused, size_t size)
{
    (void) unused;
    return heap_take(heap(), size);
}

static void give(void *unused, void *block)
{
    (void) unused;
    heap_give(heap(), block);
}

static void *take_zeroed(void *unused, size_t count, size_t size)
{
    (void) unused;
    if (size > 0 && count > SIZE_MAX / size)
        return NULL;
    void *block = heap_take(heap(), count * size);
    return block == NULL ? NULL : memset(block, 0, count * size);
}

static void *resize(void *unused, void *old, size_t size)
{
    (void) unused;
    return heap_resize(heap(), old, size);
}

static void *take_aligned(void *unused, size_t alignment, size_t size)
{
    (void) unused;
    return alignment <= 16 ? heap_take(heap(), size) : NULL;
}

static void give_aligned(void *unused, size_t alignment, void *block)
{
    (void) unused;
    (void) alignment;
    heap_give(heap(), block);
}

void libraft_use_heaps(void)
{
    static struct raft_heap hooks = {.malloc = take,
                                     .free = give,
                                     .calloc = take_zeroed,
                                     .realloc = resize,
                                     .aligned_alloc = take_aligned,
                                     .aligned_free = give_aligned};
    raft_heap_set(&hooks);
}

/* ---- Disk ------------------------------------------------------------------------------------ */

/* Writes what the disk shall hold, and gives the number of the write. */
static uint32_t write_now(struct libraft_server *s)
{
    node_persist(s->self, &s->disk);
    s->unwritten = false;
    return ++s->writes;
}

/* What comes while the disk is at work goes with the next write, all together. */
static void write_soon(struct libraft_server *s)
{
    if (s->writes == s->writes_durable)
        (void) write_now(s);
    else
        s->unwritten = true;
}

/* ---- Requests -------------------------------------------------------------------------------- */

static struct libraft_request *wait_for(struct libraft_server *s, enum libraft_request_kind kind,
                                        void *request, uint32_t write)
{
    struct libraft_request *r = heap_take(&s->heap, sizeof *r);
    if (r == NULL)
        return NULL;
    struct libraft_queue *q = write > 0 ? &s->durable : &s->soon;
    *r = (struct libraft_request){.kind = kind, .write = write, .request = request};
    if (q->last == NULL)
        q->first = r;
    else
        q->last->next = r;
    q->last = r;
    return r;
}

static struct libraft_request pop(struct libraft_server *s, struct libraft_queue *q)
{
    struct libraft_request *first = q->first, copy = *first;
    q->first = first->next;
    if (q->first == NULL)
        q->last = NULL;
    heap_give(&s->heap, first);
    return copy;
}

static struct raft_snapshot *make_snapshot(struct libraft_server *s)
{
    struct raft_snapshot *snapshot = heap_take(&s->heap, sizeof *snapshot);
    if (snapshot == NULL)
        return NULL;
    *snapshot = (struct raft_snapshot){.index = s->snapshot.index,
                                       .term = s->snapshot.term,
                                       .configuration_index = 1,
                                       .n_bufs = 1};
    snapshot->bufs = heap_take(&s->heap, sizeof *snapshot->bufs);
    void *content = heap_take(&s->heap, PAYLOAD);
    if (snapshot->bufs == NULL || content == NULL
        || libraft_members(s, &snapshot->configuration) != 0)
        return NULL; /* the library gives up now, and its process ends */
    memset(content, 0, PAYLOAD);
    snapshot->bufs[0] = (struct raft_buffer){content, PAYLOAD};
    return snapshot;
}

static void complete(struct libraft_server *s, const struct libraft_request *r)
{
    switch (r->kind) {
    case REQUEST_SEND:
        if (r->callback.send != NULL)
            r->callback.send(r->request, 0);
        return;
    case REQUEST_APPEND:
        r->callback.append(r->request, 0);
        return;
    case REQUEST_SNAPSHOT_PUT:
        s->snapshot = r->snapshot;
        r->callback.snapshot_put(r->request, 0);
        return;
    case REQUEST_SNAPSHOT_GET: {
        struct raft_snapshot *snapshot = make_snapshot(s);
        r->callback.snapshot_get(r->request, snapshot, snapshot == NULL ? RAFT_NOMEM : 0);
        return;
    }
    }
    sim_unreachable();
}

void libraft_flush(struct libraft_server *s, uint32_t writes_before)
{
    while (s->soon.first != NULL && s->defect == DEFECT_NONE) {
        struct libraft_request r = pop(s, &s->soon);
        complete(s, &r);
    }
    if (s->writes == writes_before)
        return;
    struct libraft_synced m = {.writes = s->writes};
    node_send_after_sync(s->self, node_self(s->self), MESSAGE_SYNCED, &m);
}

void libraft_on_synced(struct libraft_server *s, uint32_t writes)
{
    if (writes > s->writes_durable)
        s->writes_durable = writes;
    while (s->durable.first != NULL && s->durable.first->write <= s->writes_durable
           && s->defect == DEFECT_NONE) {
        struct libraft_request r = pop(s, &s->durable);
        complete(s, &r);
    }
    if (s->unwritten && s->writes == s->writes_durable)
        (void) write_now(s);
}

/* ---- Entries --------------------------------------------------------------------------------- */

int libraft_members(struct libraft_server *s, struct raft_configuration *members)
{
    raft_configuration_init(members);
    for (node_id id = 0; id < node_count(s->self); id++) {
        char address[LIBRAFT_ADDRESS_MAX];
        libraft_address(id, address);
        int status = raft_configuration_add(members, id + 1, address, RAFT_VOTER);
        if (status != 0)
            return status;
    }
    return 0;
}

static size_t payload_size(const struct libraft_server *s, const struct disk_run *run)
{
    return disk_run_type(run) == RAFT_CHANGE ? (s->configuration.len + 7) / 8 * 8 : PAYLOAD;
}

/* The run that holds `index`, from `run` on. */
static const struct disk_run *run_at(const struct disk_run *run, uint32_t index)
{
    while (run->last < index)
        run++;
    return run;
}

struct raft_entry *libraft_make_entries(struct libraft_server *s, const struct disk_run *runs,
                                        uint32_t index, uint32_t count)
{
    size_t size = 0;
    const struct disk_run *run = runs;
    for (uint32_t i = 0; i < count; i++)
        size += payload_size(s, run = run_at(run, index + i));
    struct raft_entry *entries = heap_take(&s->heap, count * sizeof *entries);
    unsigned char *batch = heap_take(&s->heap, size);
    if (entries == NULL || batch == NULL) {
        heap_give(&s->heap, entries);
        heap_give(&s->heap, batch);
        return NULL;
    }
    memset(batch, 0, size);
    size_t at = 0;
    run = runs;
    for (uint32_t i = 0; i < count; i++) {
        run = run_at(run, index + i);
        bool change = disk_run_type(run) == RAFT_CHANGE;
        entries[i] = (struct raft_entry){
            .term = disk_run_term(run),
            .type = (unsigned short) disk_run_type(run),
            .buf = {batch + at, change ? s->configuration.len : PAYLOAD},
            .batch = batch,
        };
        if (change)
            memcpy(batch + at, s->configuration.base, s->configuration.len);
        at += payload_size(s, run);
    }
    return entries;
}

/* ---- raft_io --------------------------------------------------------------------------------- */

static int io_init(struct raft_io *io, raft_id id, const char *address)
{
    (void) io;
    (void) id;
    (void) address;
    return 0;
}

static void io_close(struct raft_io *io, raft_io_close_cb done)
{
    if (done != NULL)
        done(io);
}

static int io_load(struct raft_io *io, raft_term *term, raft_id *voted_for,
                   struct raft_snapshot **snapshot, raft_index *start_index,
                   struct raft_entry *entries[], size_t *n_entries)
{
    struct libraft_server *s = io->impl;
    const struct disk_log *d = &s->disk;
    uint32_t count = disk_log_entries(d);
    s->snapshot = (struct disk_position){d->snapshot_index, d->snapshot_term};
    *term = d->term;
    *voted_for = d->voted_for;
    *snapshot = d->snapshot_index == 0 ? NULL : make_snapshot(s);
    if (d->snapshot_index != 0 && *snapshot == NULL)
        return RAFT_NOMEM;
    *start_index = count > 0 ? d->first : d->snapshot_index + 1;
    *n_entries = count;
    *entries = count > 0 ? libraft_make_entries(s, d->runs, d->first, count) : NULL;
    return count > 0 && *entries == NULL ? RAFT_NOMEM : 0;
}

static int io_start(struct raft_io *io, unsigned msecs, raft_io_tick_cb tick,
                    raft_io_recv_cb receive)
{
    struct libraft_server *s = io->impl;
    s->tick = tick;
    s->receive = receive;
    s->tick_interval = s->config->tick > 0 ? s->config->tick : msecs * MILLISECOND;
    node_set_timer(s->self, 0,
                   s->tick_interval + node_random_range(s->self, s->config->tick_offset));
    return 0;
}

static int io_bootstrap(struct raft_io *io, const struct raft_configuration *members)
{
    struct libraft_server *s = io->impl;
    (void) members; /* all of them, as voters */
    if (s->disk.term != 0)
        return RAFT_CANTBOOTSTRAP;
    s->disk.term = 1;
    (void) disk_log_append(&s->disk, 1, RAFT_CHANGE);
    (void) write_now(s);
    return 0;
}

static int io_recover(struct raft_io *io, const struct raft_configuration *members)
{
    (void) io;
    (void) members;
    return RAFT_INVALID; /* an operator's command, which no scenario gives */
}

static int io_set_term(struct raft_io *io, raft_term term)
{
    struct libraft_server *s = io->impl;
    libraft_announce_term(s, term);
    s->disk.term = term;
    s->disk.voted_for = 0;
    s->metadata_write = write_now(s);
    return 0;
}

static int io_set_vote(struct raft_io *io, raft_id server)
{
    struct libraft_server *s = io->impl;
    s->disk.voted_for = (uint32_t) server;
    s->metadata_write = write_now(s);
    if (server != 0)
        libraft_announce_vote(s, (node_id) server - 1);
    return 0;
}

static int io_send(struct raft_io *io, struct raft_io_send *request, const struct raft_message *m,
                   raft_io_send_cb done)
{
    struct libraft_server *s = io->impl;
    struct libraft_request *r = wait_for(s, REQUEST_SEND, request, 0);
    if (r == NULL)
        return RAFT_NOMEM;
    r->callback.send = done;
    if (m->server_id == 0 || m->server_id > node_count(s->self))
        s->defect = DEFECT_UNKNOWN_PEER;
    else
        libraft_send(s, m);
    return 0;
}

static int io_append(struct raft_io *io, struct raft_io_append *request,
                     const struct raft_entry entries[], unsigned n, raft_io_append_cb done)
{
    struct libraft_server *s = io->impl;
    uint32_t before = disk_log_last(&s->disk).index;
    for (unsigned i = 0; i < n; i++)
        if (!disk_log_append(&s->disk, (uint32_t) entries[i].term, entries[i].type)) {
            disk_log_truncate(&s->disk, before + 1);
            return RAFT_NOSPACE;
        }
    struct libraft_request *r = wait_for(s, REQUEST_APPEND, request, s->writes + 1);
    if (r == NULL) {
        disk_log_truncate(&s->disk, before + 1);
        return RAFT_NOMEM;
    }
    r->callback.append = done;
    write_soon(s);
    return 0;
}

static int io_truncate(struct raft_io *io, raft_index from)
{
    struct libraft_server *s = io->impl;
    disk_log_truncate(&s->disk, (uint32_t) from);
    write_soon(s);
    return 0;
}

static int io_snapshot_put(struct raft_io *io, unsigned trailing,
                           struct raft_io_snapshot_put *request,
                           const struct raft_snapshot *snapshot, raft_io_snapshot_put_cb done)
{
    struct libraft_server *s = io->impl;
    struct libraft_request *r = wait_for(s, REQUEST_SNAPSHOT_PUT, request, s->writes + 1);
    if (r == NULL)
        return RAFT_NOMEM;
    r->callback.snapshot_put = done;
    r->snapshot = (struct disk_position){(uint32_t) snapshot->index, (uint32_t) snapshot->term};
    disk_log_snapshot(&s->disk, r->snapshot, trailing);
    write_soon(s);
    return 0;
}

static int io_snapshot_get(struct raft_io *io, struct raft_io_snapshot_get *request,
                           raft_io_snapshot_get_cb done)
{
    struct libraft_request *r = wait_for(io->impl, REQUEST_SNAPSHOT_GET, request, 0);
    if (r == NULL)
        return RAFT_NOMEM;
    r->callback.snapshot_get = done;
    return 0;
}

static raft_time io_time(struct raft_io *io)
{
    struct libraft_server *s = io->impl;
    return (raft_time) (node_monotonic(s->self) / MILLISECOND);
}

/* As the library's own: `max` is never drawn. */
static int io_random(struct raft_io *io, int min, int max)
{
    struct libraft_server *s = io->impl;
    return max <= min ? min : min + (int) node_random(s->self, (uint64_t) (max - min));
}

void libraft_io_init(struct libraft_server *s)
{
    s->io = (struct raft_io){.version = 1,
                             .impl = s,
                             .init = io_init,
                             .close = io_close,
                             .load = io_load,
                             .start = io_start,
                             .bootstrap = io_bootstrap,
                             .recover = io_recover,
                             .set_term = io_set_term,
                             .set_vote = io_set_vote,
                             .send = io_send,
                             .append = io_append,
                             .truncate = io_truncate,
                             .snapshot_put = io_snapshot_put,
                             .snapshot_get = io_snapshot_get,
                             .time = io_time,
                             .random = io_random};
}
