#include "analysis/foreign/register.h"

#include "scenarios/language/catalog.h"
#include "sim/assert.h"

#ifdef CONCLAVE_HAVE_LIBRAFT
#include "analysis/foreign/libraft.h"

static enum catalog_status register_libraft(void)
{
    libraft_use_heaps();
    return catalog_add(&libraft_algorithm);
}
#else
static enum catalog_status register_libraft(void)
{
    return catalog_add_absent(
        &(struct absent_algorithm){.name = "libraft",
                                   .title = "C Raft library",
                                   .why = "not built in: install Debian's libraft-dev"});
}
#endif

#ifdef CONCLAVE_HAVE_ETCD
#include "analysis/foreign/etcd_raft.h"

static enum catalog_status register_etcd_raft(void)
{
    return catalog_add(&etcd_raft_algorithm);
}

void foreign_run(void (*work)(void *context), void *context)
{
    etcd_raft_inside(work, context);
}
#else
static enum catalog_status register_etcd_raft(void)
{
    return catalog_add_absent(&(struct absent_algorithm){
        .name = "etcd_raft", .title = "etcd's raft", .why = "not built in: " CONCLAVE_ETCD_ABSENT});
}

void foreign_run(void (*work)(void *context), void *context)
{
    work(context);
}
#endif

void foreign_register(void)
{
    enum catalog_status status = register_libraft();
    sim_assert(status == CATALOG_ADDED);
    status = register_etcd_raft();
    sim_assert(status == CATALOG_ADDED);
}
