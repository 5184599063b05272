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
