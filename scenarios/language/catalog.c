#include "scenarios/language/catalog.h"

#include <stdbool.h>
#include <string.h>

#define CATALOG_MAX 127u
#define ABSENT_MAX 15u

/* Set up once at the program's start, and only read from then on. */
static const struct algorithm *entries[CATALOG_MAX + 1];
static size_t entry_count;
static struct absent_algorithm absents[ABSENT_MAX + 1];
static size_t absent_count;

static void take_registry(void)
{
    while (algorithms[entry_count] != NULL && entry_count < CATALOG_MAX) {
        entries[entry_count] = algorithms[entry_count];
        entry_count++;
    }
}

const struct algorithm *const *catalog(void)
{
    return entry_count == 0 ? algorithms : entries;
}

const struct algorithm *catalog_find(const char *name)
{
    for (const struct algorithm *const *a = catalog(); *a != NULL; a++)
        if (strcmp((*a)->name, name) == 0)
            return *a;
    return NULL;
}

/* Small letters and digits alone count, so that Omni-Paxos and omni_paxos are the same. */
static bool is_same_word(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a == '-' || *a == '_' || *a == ' ')
            a++;
        int small = *a >= 'A' && *a <= 'Z' ? *a - 'A' + 'a' : *a;
        if (small != *b)
            return false;
        if (small == '\0')
            return true;
    }
}

const char *catalog_known_as(const char *name)
{
    static const struct {
        const char *word, *ours;
    } words[] = {
        {"etcd", "`etcd_raft`, or `raft` with etcd's rules"},
        {"consul", "`raft`"},
        {"dqlite", "`libraft`"},
        {"k8s", "`lease`"},
        {"kubernetes", "`lease`"},
        {"clientgo", "`lease`"},
        {"chubby", "`lease`"},
        {"ble", "`ballot_leader_election`"},
        {"omnipaxos", "`ballot_leader_election`"},
        {"vr", "`viewstamped_replication`"},
        {"vsr", "`viewstamped_replication`"},
        {"vrr", "`viewstamped_replication`"},
        {"fle", "`fast_leader_election`"},
        {"zab", "`fast_leader_election`"},
        {"zk", "`fast_leader_election` or `zookeeper_recipe`"},
        {"zookeeper", "`fast_leader_election` or `zookeeper_recipe`"},
        {"curator", "`zookeeper_recipe`"},
        {"kafka", "`kraft` or `kafka_controller`"},
        {"changroberts", "`ring`"},
        {"garciamolina", "`bully` or `invitation`"},
        {"keepalived", "`health_check`"},
        {"vrrp", "`health_check`"},
        {"operator", "`manual_failover`"},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (is_same_word(name, words[i].word))
            return words[i].ours;
    return NULL;
}

enum catalog_status catalog_add(const struct algorithm *algorithm)
{
    if (catalog_find(algorithm->name) != NULL)
        return CATALOG_NAME_TAKEN;
    if (entry_count == 0)
        take_registry();
    if (entry_count == CATALOG_MAX)
        return CATALOG_FULL;
    entries[entry_count++] = algorithm;
    return CATALOG_ADDED;
}

enum catalog_status catalog_add_absent(const struct absent_algorithm *absent)
{
    if (absent_count == ABSENT_MAX)
        return CATALOG_FULL;
    absents[absent_count++] = *absent;
    return CATALOG_ADDED;
}

const struct absent_algorithm *catalog_absent(void)
{
    return absents;
}
