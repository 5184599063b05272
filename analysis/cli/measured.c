#include "analysis/cli/measured.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const char algorithms_csv[]; /* results/algorithms.csv, by the build */

const unsigned measured_nodes[MEASURED_SIZES] = {3, 5, 7, 9};

/* Takes the next cell of a line; what follows is at *line. */
static size_t take_cell(const char **line, const char **cell)
{
    size_t length = strcspn(*line, ",\r\n");
    *cell = *line;
    *line += length + ((*line)[length] == ',');
    return length;
}

static struct measured_figure take_figure(const char **line)
{
    const char *cell;
    size_t length = take_cell(line, &cell);
    return (struct measured_figure){.known = length > 0,
                                    .value = length > 0 ? strtod(cell, NULL) : 0};
}

bool measured_find(const char *algorithm, struct measured *measured)
{
    *measured = (struct measured){0};
    for (const char *line = algorithms_csv; *line != '\0';) {
        const char *cell, *rest = line;
        size_t length = take_cell(&rest, &cell);
        if (length == strlen(algorithm) && memcmp(cell, algorithm, length) == 0) {
            for (unsigned i = 0; i < MEASURED_SIZES; i++)
                measured->messages[i] = take_figure(&rest);
            length = take_cell(&rest, &cell);
            (void) snprintf(measured->complexity, sizeof measured->complexity, "%.*s", (int) length,
                            cell);
            measured->failover = take_figure(&rest);
            return true;
        }
        line += strcspn(line, "\n");
        line += *line != '\0';
    }
    return false;
}
