#include "analysis/plot/metric.h"

#include <string.h>

#include "scenarios/language/diagnostic.h"

bool metric_named(const char *name, uint32_t *metric, struct failure *failure)
{
    *metric = metric_find(name, strlen(name));
    if (*metric != UINT32_MAX)
        return true;
    const char *names[256];
    unsigned count = 0;
    while (count < metric_count() && count < 256) {
        names[count] = metric_infos[count].name;
        count++;
    }
    const char *near = nearest_name(name, strlen(name), names, count);
    return failure_set_user(failure, "`%s` is no metric%s%s%s; see `conclave list metrics`", name,
                            near == NULL ? "" : "; did you mean `", near == NULL ? "" : near,
                            near == NULL ? "" : "`?");
}

struct metric_scale metric_scale(uint32_t metric, double largest)
{
    switch (metric_infos[metric].unit) {
    case UNIT_SECONDS:
        if (largest < 1e-3)
            return (struct metric_scale){1e6, " µs"};
        return largest < 1 ? (struct metric_scale){1e3, " ms"} : (struct metric_scale){1, " s"};
    case UNIT_RATIO:
        return (struct metric_scale){100, " %"};
    case UNIT_PER_HOUR:
        return (struct metric_scale){1, " per hour"};
    case UNIT_PER_SECOND:
        return (struct metric_scale){1, " per second"};
    case UNIT_COUNT:
        break;
    }
    return (struct metric_scale){1, ""};
}
