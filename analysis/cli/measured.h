/* What results/make-algorithms has measured of each algorithm, built into the program. */
#ifndef CONCLAVE_CLI_MEASURED_H
#define CONCLAVE_CLI_MEASURED_H

#include <stdbool.h>

#define MEASURED_SIZES 4 /* of clusters: 3, 5, 7 and 9 nodes */
extern const unsigned measured_nodes[MEASURED_SIZES];

struct measured {
    struct measured_figure {
        bool known;
        double value;
    } messages[MEASURED_SIZES];      /* for an election after a crash */
    struct measured_figure failover; /* seconds without a leader, five nodes, with defaults */
    char complexity[8];              /* "0", "1", "n", "n^2"; "": not known */
};

/* False where it was never measured, as of a plug-in's algorithm. */
bool measured_find(const char *algorithm, struct measured *measured);

#endif
