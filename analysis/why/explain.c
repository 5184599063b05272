#include "analysis/why/explain.h"

bool explain_again(const struct run_record *record, uint64_t events_max,
                   const struct election_row *row, struct history *h, struct explanation *e,
                   struct failure *failure)
{
    sim_ns end = row->decided == TIME_NONE ? row->started : row->decided;
    sim_ns begin
        = row->vacant != TIME_NONE && row->vacant < row->started ? row->vacant : row->started;
    struct observer observer = history_observer(h);
    for (sim_ns back = SECOND;; back *= 4) { /* each time four times farther */
        history_reset(h);
        h->from = begin > back ? begin - back : 0;
        h->to = sim_add(end, 10 * SECOND);
        struct run_record again = {0};
        bool ran = run_once(record->scenario, record->result.seed, events_max, &observer, &again,
                            failure);
        run_record_free(&again);
        if (!ran)
            return false;
        if (h->out_of_memory)
            return failure_set(failure, "out of memory");
        *e = explain_election(h, record->scenario, &record->result, row);
        if (!e->incomplete || h->from == 0 || h->too_many)
            return true;
    }
}
