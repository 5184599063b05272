/* Finds libconclave_etcd.so, and calls into it. Go's runtime comes with it: threads of its own, and
 * a garbage collector, which no run shall have that does not ask for this algorithm. */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "analysis/foreign/etcd_raft.h"
#include "analysis/foreign/etcd_raft_server.h"

#define PATH_SIZE 4096

static struct {
    pthread_once_t once;
    const char *wrong;
    etcd_create_function create;
    etcd_call_function call;
    etcd_free_function free;
    etcd_inside_function inside; /* NULL: not loaded */
} library = {.once = PTHREAD_ONCE_INIT};

/* The node on whose behalf this thread is inside the library. */
static _Thread_local struct node *in_force;

static uint64_t draw(void)
{
    sim_assert(in_force != NULL);
    return node_random(in_force, UINT64_C(1) << 63);
}

/* POSIX has it that a function's address fits where dlsym() gives an object's. */
static bool find(void *file, const char *name, void *function)
{
    void *address = dlsym(file, name);
    memcpy(function, &address, sizeof address);
    return address != NULL;
}

/* Beside the program, as built, or in the place where it is installed to. */
static void *open_library(void)
{
    static const char *const places[] = {"", CONCLAVE_ETCD_FROM_BIN "/"};
    char program[PATH_SIZE], path[2 * PATH_SIZE];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return NULL;
    program[length] = '\0';
    *(strrchr(program, '/') + 1) = '\0';
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        (void) snprintf(path, sizeof path, "%s%slibconclave_etcd.so", program, places[i]);
        if (access(path, R_OK) == 0)
            return dlopen(path, RTLD_NOW | RTLD_LOCAL);
    }
    return NULL;
}

static void load(void)
{
    etcd_sizes_function sizes;
    etcd_open_function open;
    void *file = open_library();
    library.wrong
        = "libconclave_etcd.so, which belongs to it, is not beside the program, or cannot be "
          "loaded: build and install again";
    if (file == NULL || !find(file, "conclave_etcd_sizes", &sizes)
        || !find(file, "conclave_etcd_open", &open)
        || !find(file, "conclave_etcd_create", &library.create)
        || !find(file, "conclave_etcd_call", &library.call)
        || !find(file, "conclave_etcd_free", &library.free))
        return;
    library.wrong = "libconclave_etcd.so is of another version of the program: build again";
    if (sizes() != ETCD_SIZES)
        return;
    open(draw);
    library.wrong = NULL;
    (void) find(file, "conclave_etcd_inside", &library.inside);
}

void etcd_raft_inside(void (*work)(void *context), void *context)
{
    if (library.inside == NULL)
        work(context);
    else
        library.inside(work, context);
}

const char *etcd_raft_load(void)
{
    (void) pthread_once(&library.once, load);
    return library.wrong;
}

static void keep(struct etcd_raft_server *s, const struct etcd_call *answer)
{
    if (answer->failed) {
        bool log_lost = strstr(answer->why, "Was the raft log") != NULL;
        s->defect = log_lost ? DEFECT_LOG_LOST : DEFECT_PANIC;
        return;
    }
    s->state = answer->state;
    s->lead = answer->lead;
    s->transferee = answer->transferee;
    s->live_term = answer->term;
}

bool etcd_raft_create(struct etcd_raft_server *s, struct node *self, struct etcd_call *answer)
{
    const struct etcd_raft_config *c = s->config;
    struct etcd_config config = {.id = node_self(self) + 1,
                                 .members = node_count(self),
                                 .election_ticks = c->election_ticks,
                                 .heartbeat_ticks = c->heartbeat_ticks,
                                 .snapshot_count = c->snapshot_count,
                                 .snapshot_catch_up = c->snapshot_catch_up,
                                 .pre_vote = c->pre_vote,
                                 .check_quorum = c->check_quorum};
    sim_assert(in_force == NULL && library.wrong == NULL);
    in_force = self;
    s->handle = library.create(&config, &s->disk.log, s->disk.commit, answer);
    in_force = NULL;
    keep(s, answer);
    return !answer->failed;
}

void etcd_raft_ask(struct etcd_raft_server *s, struct node *self, struct etcd_call *call)
{
    sim_assert(in_force == NULL && s->handle != 0);
    in_force = self;
    library.call(s->handle, call);
    in_force = NULL;
    keep(s, call);
}

void etcd_raft_free(struct etcd_raft_server *s)
{
    if (s->handle != 0)
        library.free(s->handle);
    s->handle = 0;
}
