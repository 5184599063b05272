/* What a shared library holds that `conclave --plugin FILE.so` loads: algorithms from outside the
 * source tree. It is built against these headers alone, without the libraries: the node_*() calls
 * are the program's own. algorithms/README.md shows a whole one. */
#ifndef CONCLAVE_SIM_PLUGIN_H
#define CONCLAVE_SIM_PLUGIN_H

#include "sim/algorithm.h"
#include "sim/interface.h" /* made by the build: CONCLAVE_INTERFACE, version and header digest */

struct conclave_plugin {
    const char *interface;   /* CONCLAVE_INTERFACE. First, so that every version can read it */
    uint32_t algorithm_size; /* by the compiler that built it */
    uint32_t view_size;
    const struct algorithm *const *algorithms; /* NULL at the end */
};

/* CONCLAVE_PLUGIN(&mine_algorithm, &other_algorithm) at file level: the one symbol that the program
 * looks for. */
#define CONCLAVE_PLUGIN(...)                                                                       \
    static const struct algorithm *const conclave_plugin_algorithms[] = {__VA_ARGS__, NULL};       \
    extern const struct conclave_plugin conclave_plugin;                                           \
    __attribute__((visibility("default"))) const struct conclave_plugin conclave_plugin = {        \
        .interface = CONCLAVE_INTERFACE,                                                           \
        .algorithm_size = (uint32_t) sizeof(struct algorithm),                                     \
        .view_size = (uint32_t) sizeof(struct node_view),                                          \
        .algorithms = conclave_plugin_algorithms,                                                  \
    }

#endif
