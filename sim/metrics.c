#include "sim/metrics.h"

#include <string.h>

#include "sim/metric_table.h"
#include "sim/observe/collector_state.h"

#define METRIC_ENUM(id, name, unit, less, about, definition) METRIC_##id,
enum metric { METRICS(METRIC_ENUM) METRIC_COUNT };

#define METRIC_INFO(id, name, unit, less, about, definition) {name, unit, about, definition, less},
const struct metric_info metric_infos[] = {METRICS(METRIC_INFO)};

uint32_t metric_count(void)
{
    return METRIC_COUNT;
}

uint32_t metric_find(const char *name, size_t length)
{
    for (uint32_t i = 0; i < METRIC_COUNT; i++)
        if (strlen(metric_infos[i].name) == length
            && memcmp(metric_infos[i].name, name, length) == 0)
            return i;
    return UINT32_MAX;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static void set(struct collector *c, enum metric metric, double value)
{
    c->values[metric] = (struct metric_value){.defined = true, .lo = value, .hi = value};
}

static void set_at_least(struct collector *c, enum metric metric, double value)
{
    c->values[metric]
        = (struct metric_value){.defined = true, .unbounded = true, .lo = value, .hi = value};
}

static double seconds(sim_ns duration)
{
    return (double) duration / 1e9;
}

static double ratio(sim_ns part, sim_ns whole)
{
    return whole == 0 ? 0 : (double) part / (double) whole;
}

/* ---- Times of elections ---------------------------------------------------------------------- */

enum { TIME_ELECTION, TIME_DETECTION, TIME_DOWNTIME };

/* Of one row: false when it has none; *open when it had not ended with the run. */
static bool time_of(const struct election_row *row, int which, sim_ns end, sim_ns *time, bool *open)
{
    *open = false;
    if (which == TIME_DETECTION) {
        if (row->vacant == TIME_NONE || row->started < row->vacant)
            return false;
        *time = row->started - row->vacant;
        return true;
    }
    sim_ns from = which == TIME_ELECTION ? row->started : row->vacant;
    if (from == TIME_NONE || row->outcome == ELECTION_FAILED)
        return false;
    *open = row->outcome == ELECTION_OPEN;
    *time = (*open ? end : row->decided) - from;
    return *time >= 0;
}

#define FEW 64u

static void insertion_sort(sim_ns *a, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        sim_ns value = a[i];
        uint32_t at = i;
        for (; at > 0 && a[at - 1] > value; at--)
            a[at] = a[at - 1];
        a[at] = value;
    }
}

/* Ascending; no value is negative. Many are sorted byte by byte, from the lowest: the time does not
 * depend on their order. */
static void sort(sim_ns *a, sim_ns *scratch, uint32_t count)
{
    if (count < FEW) {
        insertion_sort(a, count);
        return;
    }
    uint64_t all = 0;
    for (uint32_t i = 0; i < count; i++)
        all |= (uint64_t) a[i];
    for (unsigned shift = 0; shift < 64 && all >> shift != 0; shift += 8) {
        uint32_t places[257] = {0};
        for (uint32_t i = 0; i < count; i++)
            places[((uint64_t) a[i] >> shift & 255) + 1]++;
        for (unsigned byte = 0; byte < 256; byte++)
            places[byte + 1] += places[byte];
        for (uint32_t i = 0; i < count; i++)
            scratch[places[(uint64_t) a[i] >> shift & 255]++] = a[i];
        memcpy(a, scratch, count * sizeof *a);
    }
}

static sim_ns nearest_rank(const sim_ns *sorted, uint32_t count, uint32_t percent)
{
    uint32_t rank = (uint32_t) (((uint64_t) count * percent + 99) / 100);
    return sorted[rank == 0 ? 0 : rank - 1];
}

/* `open` of the values are only known to be at least what they are. At its least, a quantile is
 * that of the values as they stand; at its most, the open ones come last. */
static void set_quantile(struct collector *c, enum metric metric, uint32_t percent, uint32_t count,
                         const sim_ns *closed, uint32_t closed_count)
{
    sim_ns least = nearest_rank(c->sorted, count, percent);
    uint32_t rank = (uint32_t) (((uint64_t) count * percent + 99) / 100);
    if (rank > closed_count)
        set_at_least(c, metric, seconds(least));
    else
        c->values[metric] = (struct metric_value){
            .defined = true, .lo = seconds(least), .hi = seconds(closed[rank - 1])};
}

static bool gather(struct collector *c, const struct run_result *r, int which, uint32_t *count,
                   uint32_t *closed_count, double *sum)
{
    uint32_t room = 3 * (r->election_count + 1);
    void *sorted = c->sorted;
    if (!memory_reserve(c->memory, &sorted, &c->sorted_capacity, sizeof *c->sorted, room)) {
        c->out_of_memory = true;
        return false;
    }
    c->sorted = sorted;
    sim_ns *closed = c->sorted + room / 3, *scratch = closed + room / 3;
    *count = *closed_count = 0;
    *sum = 0;
    for (uint32_t i = 0; i < r->election_count; i++) {
        sim_ns time;
        bool open;
        if (!time_of(&r->elections[i], which, r->ended_at, &time, &open))
            continue;
        c->sorted[(*count)++] = time;
        if (!open)
            closed[(*closed_count)++] = time;
        *sum += seconds(time);
    }
    if (which != TIME_ELECTION && r->vacant_since != TIME_NONE) {
        c->sorted[(*count)++] = r->ended_at - r->vacant_since;
        *sum += seconds(r->ended_at - r->vacant_since);
    }
    sort(c->sorted, scratch, *count);
    if (*closed_count == *count)
        memcpy(closed, c->sorted, *count * sizeof *closed);
    else
        sort(closed, scratch, *closed_count);
    return *count > 0;
}

/* `first` is the metric of the mean; p50, p90, p99 and max follow it in the table. */
static void set_times(struct collector *c, const struct run_result *r, int which, enum metric first)
{
    static const uint32_t percents[] = {50, 90, 99, 100};
    uint32_t count, closed_count;
    double sum;
    if (!gather(c, r, which, &count, &closed_count, &sum))
        return;
    const sim_ns *closed = c->sorted + (r->election_count + 1);
    if (closed_count < count)
        set_at_least(c, first, sum / count);
    else
        set(c, first, sum / count);
    for (uint32_t i = 0; i < 4; i++)
        set_quantile(c, (enum metric)(first + 1 + i), percents[i], count, closed, closed_count);
}

/* ---- Counts over elections ------------------------------------------------------------------- */

static void set_election_counts(struct collector *c, const struct run_result *r)
{
    uint64_t won = 0, split = 0, needless = 0, messages = 0;
    for (uint32_t i = 0; i < r->election_count; i++) {
        const struct election_row *row = &r->elections[i];
        bool was_won = row->outcome == ELECTION_WON;
        won += was_won;
        messages += was_won ? row->messages : 0;
        needless += row->trigger == TRIGGER_TIMEOUT;
        split += row->outcome == ELECTION_FAILED ? row->rounds : row->rounds - 1;
    }
    double elections = won == 0 ? 0 : (double) (won - 1);
    double hours = seconds(r->ended_at) / 3600;
    set(c, METRIC_ELECTIONS, elections);
    if (hours > 0)
        set(c, METRIC_ELECTIONS_PER_HOUR, elections / hours);
    set(c, METRIC_SPLIT_VOTES, (double) split);
    set(c, METRIC_NEEDLESS_ELECTIONS, (double) needless);
    if (won > 0)
        set(c, METRIC_MESSAGES_PER_ELECTION, (double) messages / (double) won);
}

/* A winner that is deposed before all follow it does not end the time. */
static void set_agreement(struct collector *c, const struct run_result *r)
{
    double sum = 0;
    uint32_t count = 0;
    sim_ns since = TIME_NONE;
    for (uint32_t i = 0; i < r->election_count; i++) {
        const struct election_row *row = &r->elections[i];
        if (since == TIME_NONE)
            since = row->vacant;
        if (since == TIME_NONE || row->outcome != ELECTION_WON || row->agreed == TIME_NONE)
            continue;
        sum += seconds(row->agreed - since);
        count++;
        since = TIME_NONE;
    }
    if (count > 0)
        set(c, METRIC_AGREEMENT_TIME, sum / count);
}

static sim_ns longest_leadership(const struct run_result *r)
{
    sim_ns longest = 0;
    for (uint32_t i = 0; i < r->leadership_count; i++)
        if (r->leaderships[i].end - r->leaderships[i].begin > longest)
            longest = r->leaderships[i].end - r->leaderships[i].begin;
    return longest;
}

static uint64_t promised_violations(const struct run_result *r)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < r->violation_count; i++)
        count += r->violations[i].promised;
    return count;
}

static void set_recovery(struct collector *c)
{
    if (!c->healed)
        return;
    if (c->recovered)
        set(c, METRIC_RECOVERY_TIME, seconds(c->recovered_at - c->healed_at));
    else
        set_at_least(c, METRIC_RECOVERY_TIME, seconds(c->ended_at - c->healed_at));
}

static void set_lock(struct collector *c)
{
    const struct workload *load = &c->scenario->workload;
    if (load->kind != WORKLOAD_LOCK || load->interval == 0)
        return;
    set(c, METRIC_LOCK_GRANTS, (double) c->lock_grants);
    set(c, METRIC_DOUBLE_GRANTS, (double) c->double_grants);
    set(c, METRIC_DOUBLE_GRANT_TIME, seconds(c->double_grant_time));
    set(c, METRIC_STALE_LOCK_WRITES, (double) c->stale_lock_writes);
    set(c, METRIC_FENCED_LOCK_WRITES, (double) c->fenced_lock_writes);
}

/* Whether nobody leads at the end because the newest leader was lost: then it is measured. */
static bool ends_in_vacancy(const struct run_result *r)
{
    if (r->vacant_since != TIME_NONE || r->election_count == 0)
        return r->vacant_since != TIME_NONE;
    const struct election_row *last = &r->elections[r->election_count - 1];
    return last->outcome == ELECTION_OPEN && last->vacant != TIME_NONE;
}

/* A run that ends without a leader has not shown what could not be measured, and no bound either
 * where its last vacancy is none by definition. */
static void leave_undecided(struct collector *c, const struct run_result *r)
{
    static const enum metric alone[] = {METRIC_AGREEMENT_TIME, METRIC_MESSAGES_PER_ELECTION,
                                        METRIC_TERM_GROWTH, METRIC_RECOVERY_TIME};
    bool is_vacancy = ends_in_vacancy(r);
    for (int m = METRIC_ELECTION_TIME_MEAN; m <= METRIC_DOWNTIME_MAX; m++)
        if (!c->values[m].defined || (m >= METRIC_DOWNTIME_MEAN && !is_vacancy))
            c->values[m].unbounded = true;
    for (unsigned i = 0; i < sizeof alone / sizeof *alone; i++)
        if (!c->values[alone[i]].defined)
            c->values[alone[i]].unbounded = true;
}

static void set_between_regions(struct collector *c, const struct run_result *r)
{
    if (c->scenario->region_count < 2)
        return;
    set(c, METRIC_MESSAGES_BETWEEN_REGIONS, (double) r->messages_between_regions);
    if (r->ended_at > 0)
        set(c, METRIC_WIDE_AREA_MESSAGES_PER_SECOND,
            (double) r->messages_between_regions / seconds(r->ended_at));
}

void metrics_compute(struct collector *c, const struct run_result *r)
{
    set_election_counts(c, r);
    set_times(c, r, TIME_ELECTION, METRIC_ELECTION_TIME_MEAN);
    set_times(c, r, TIME_DETECTION, METRIC_DETECTION_TIME_MEAN);
    set_times(c, r, TIME_DOWNTIME, METRIC_DOWNTIME_MEAN);
    set_agreement(c, r);
    set(c, METRIC_AVAILABILITY, ratio(c->available_time, c->ended_at));
    set(c, METRIC_STABILITY, ratio(longest_leadership(r), c->ended_at));
    set(c, METRIC_SPLIT_BRAIN_EVENTS, (double) c->split_events);
    set(c, METRIC_SPLIT_BRAIN_TIME, seconds(c->split_time));
    set(c, METRIC_EFFECTIVE_SPLIT_BRAIN_TIME, seconds(c->effective_split_time));
    set(c, METRIC_STALE_WRITES, (double) c->stale);
    set(c, METRIC_SAFETY_VIOLATIONS, (double) promised_violations(r));
    if (r->ended_at > 0)
        set(c, METRIC_MESSAGES_PER_SECOND, (double) r->messages / seconds(r->ended_at));
    if (c->first_term > 0)
        set(c, METRIC_TERM_GROWTH, (double) (c->last_term - c->first_term));
    set_recovery(c);
    if (c->operations > 0)
        set(c, METRIC_CLIENT_AVAILABILITY, (double) c->accepted / (double) c->operations);
    set_lock(c);
    uint64_t disturbances = c->disturbances;
    for (uint32_t i = 0; i < r->traffic_count; i++)
        disturbances += r->traffic[i].lost + r->traffic[i].duplicated;
    set(c, METRIC_DISTURBANCES, (double) disturbances);
    set(c, METRIC_LIVENESS_CHECKS, r->liveness_checks);
    set_between_regions(c, r);
    if (c->acting == 0)
        leave_undecided(c, r);
}
