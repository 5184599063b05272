/* Algorithms beside those of the registry. Criterion forks each test, so that what one adds is
 * gone. */
#include <criterion/criterion.h>
#include <string.h>

#include "scenarios/language/catalog.h"
#include "tests/language/reading.h"

static struct algorithm copy_of(const char *name, const char *new_name)
{
    struct algorithm copy = *catalog_find(name);
    copy.name = new_name;
    return copy;
}

Test(catalog, holds_the_registry)
{
    size_t count = 0;
    while (algorithms[count] != NULL)
        count++;
    for (size_t i = 0; i <= count; i++)
        cr_expect_eq(catalog()[i], algorithms[i]);
    cr_expect_null(catalog_find("no_such_algorithm"));
}

Test(catalog, an_added_algorithm_can_be_named_in_a_scenario)
{
    static struct algorithm mine;
    mine = copy_of("raft", "mine");
    cr_assert_eq(catalog_add(&mine), CATALOG_ADDED);
    struct reading r = read_right("duration: 5s\ncluster: {nodes: 3}\nalgorithm: mine\n"
                                  "mine: {election_timeout: 1s..2s}\n",
                                  NULL, NULL, 0);
    cr_expect_str_eq(r.scenario->algorithm->name, "mine");
    reading_close(&r);
}

Test(catalog, a_name_is_taken_once)
{
    static struct algorithm first, second;
    first = copy_of("raft", "bully");
    cr_expect_eq(catalog_add(&first), CATALOG_NAME_TAKEN);
    first = copy_of("raft", "mine");
    second = copy_of("ring", "mine");
    cr_expect_eq(catalog_add(&first), CATALOG_ADDED);
    cr_expect_eq(catalog_add(&second), CATALOG_NAME_TAKEN);
    cr_expect_eq(catalog_find("mine"), &first);
}

Test(catalog, a_full_catalog_says_so)
{
    static struct algorithm many[200];
    static char names[200][8];
    enum catalog_status status = CATALOG_ADDED;
    size_t added = 0;
    while (status == CATALOG_ADDED && added < 200) {
        (void) snprintf(names[added], sizeof names[added], "a%zu", added);
        many[added] = copy_of("raft", names[added]);
        status = catalog_add(&many[added++]);
    }
    cr_expect_eq(status, CATALOG_FULL);
    size_t count = 0;
    while (catalog()[count] != NULL)
        count++;
    cr_expect_eq(catalog()[count - 1], &many[added - 2]);
}
