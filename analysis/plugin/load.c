/* dlopen(), and what can go wrong with it. */
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/plugin/plugin.h"
#include "scenarios/language/catalog.h"
#include "sim/guest.h"
#include "sim/plugin.h"

#define PLUGIN_ALGORITHMS_MAX 64u

/* Where added algorithms came from. Set up once at the program's start, only read from then on. */
static struct origin {
    const struct algorithm *algorithm;
    const char *file;
} origins[PLUGIN_ALGORITHMS_MAX];
static size_t origin_count;

const char *plugin_file_of(const struct algorithm *algorithm)
{
    for (size_t i = 0; i < origin_count; i++)
        if (origins[i].algorithm == algorithm)
            return origins[i].file;
    return NULL;
}

const char *plugin_file_of_scenario(const struct scenario *scenario)
{
    const char *file = plugin_file_of(scenario->algorithm);
    return file != NULL ? file : plugin_file_of(guest_in(scenario->algorithm, scenario->config));
}

/* "FILE: ", then what is wrong; `owned` is freed. */
static bool refuse(struct failure *failure, const char *path, const char *name, char *owned)
{
    (void) failure_set_user(failure, "%s: algorithm `%s` cannot be taken: %s", path,
                            name == NULL ? "" : name, owned == NULL ? "out of memory" : owned);
    free(owned);
    return false;
}

/* Without a slash the dynamic linker would look everywhere but here. */
static void *open_library(const char *path)
{
    if (strchr(path, '/') != NULL)
        return dlopen(path, RTLD_NOW | RTLD_LOCAL);
    size_t length = strlen(path);
    char *here = malloc(length + 3);
    if (here == NULL)
        return NULL;
    (void) snprintf(here, length + 3, "./%s", path);
    void *library = dlopen(here, RTLD_NOW | RTLD_LOCAL);
    free(here);
    return library;
}

/* A call of a later version, or of a function that is not for algorithms. */
static bool explain_error(const char *path, struct failure *failure)
{
    static const char undefined[] = "undefined symbol: ";
    const char *error = dlerror();
    const char *symbol = error == NULL ? NULL : strstr(error, undefined);
    if (symbol != NULL)
        return failure_set_user(failure,
                                "%s: it calls `%s`, which this program does not offer: algorithms "
                                "call node_*() and what they bring along",
                                path, symbol + strlen(undefined));
    return failure_set_user(failure, "%s: no shared library that can be loaded: %s", path,
                            error == NULL ? "out of memory" : error);
}

static const struct conclave_plugin *find_plugin(const char *path, struct failure *failure)
{
    void *library = access(path, R_OK) == 0 ? open_library(path) : NULL;
    if (library == NULL && access(path, R_OK) != 0) {
        (void) failure_set_user(failure, "%s: %s", path, strerror(errno));
        return NULL;
    }
    if (library == NULL) {
        (void) explain_error(path, failure);
        return NULL;
    }
    const struct conclave_plugin *plugin = dlsym(library, "conclave_plugin");
    if (plugin == NULL)
        (void) failure_set_user(failure,
                                "%s: a shared library, but no plug-in of Conclave: it has no "
                                "CONCLAVE_PLUGIN(…)",
                                path);
    return plugin;
}

static bool is_of_this_version(const struct conclave_plugin *plugin, const char *path,
                               struct failure *failure)
{
    if (plugin->interface == NULL || strcmp(plugin->interface, CONCLAVE_INTERFACE) != 0)
        return failure_set_user(failure,
                                "%s: built for the interface %.60s, and this program has %s: build "
                                "it again with the headers of this version",
                                path, plugin->interface == NULL ? "of nobody" : plugin->interface,
                                CONCLAVE_INTERFACE);
    if (plugin->algorithm_size != sizeof(struct algorithm)
        || plugin->view_size != sizeof(struct node_view))
        return failure_set_user(failure,
                                "%s: its compiler lays the tables out otherwise (%u bytes an "
                                "algorithm, not %zu): build it for this machine, without packing",
                                path, plugin->algorithm_size, sizeof(struct algorithm));
    if (plugin->algorithms == NULL || plugin->algorithms[0] == NULL)
        return failure_set_user(failure, "%s: a plug-in without any algorithm", path);
    return true;
}

static bool add(const struct algorithm *a, const char *path, struct failure *failure)
{
    char *wrong = plugin_check_table(a);
    if (wrong != NULL)
        return refuse(failure, path, a->name, wrong);
    enum catalog_status status
        = origin_count == PLUGIN_ALGORITHMS_MAX ? CATALOG_FULL : catalog_add(a);
    if (status == CATALOG_NAME_TAKEN) {
        const char *other = plugin_file_of(catalog_find(a->name));
        return failure_set_user(failure, "%s: there is an algorithm `%s` already, %s%s", path,
                                a->name, other == NULL ? "one of Conclave's own" : "of ",
                                other == NULL ? "" : other);
    }
    if (status == CATALOG_FULL)
        return failure_set_user(failure, "%s: no room for one more algorithm", path);
    origins[origin_count++] = (struct origin){a, path};
    wrong = plugin_check_defaults(a);
    return wrong == NULL || refuse(failure, path, a->name, wrong);
}

/* The library stays open until the program ends: its tables are in use. */
bool plugin_load(const char *path, struct failure *failure)
{
    const struct conclave_plugin *plugin = find_plugin(path, failure);
    if (plugin == NULL || !is_of_this_version(plugin, path, failure))
        return false;
    for (const struct algorithm *const *a = plugin->algorithms; *a != NULL; a++)
        if (!add(*a, path, failure))
            return false;
    return true;
}
