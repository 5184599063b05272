#include "analysis/why/tally.h"

#include <inttypes.h>

void cause_tally_add(struct cause_tally *tally, const struct run_record *record)
{
    for (uint32_t i = 0; record->causes != NULL && i < record->result.election_count; i++)
        tally->elections[record->causes[i]]++;
}

static uint64_t total_of(const struct cause_tally *tally)
{
    uint64_t total = 0;
    for (unsigned cause = 0; cause < ROOT_CAUSE_COUNT; cause++)
        total += tally->elections[cause];
    return total;
}

static void print_variant(const struct cause_tally *tally, const char *name, FILE *out)
{
    uint64_t total = total_of(tally);
    fprintf(out, "\nRoot causes of %" PRIu64 " election%s%s%s\n", total, total == 1 ? "" : "s",
            *name == '\0' ? "" : ": ", name);
    for (unsigned cause = 0; cause < ROOT_CAUSE_COUNT; cause++)
        if (tally->elections[cause] > 0)
            fprintf(out, "  %-10s %6.2f %%  %10" PRIu64 "  %s\n", root_cause_names[cause],
                    100.0 * (double) tally->elections[cause] / (double) total,
                    tally->elections[cause], root_cause_abouts[cause]);
}

void cause_tally_print(const struct cause_tally *tallies, char *const *names, unsigned count,
                       FILE *out)
{
    for (unsigned i = 0; i < count; i++)
        print_variant(&tallies[i], names[i], out);
}
