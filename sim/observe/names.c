/* Words for what records and rows hold: the same in traces, tables and the database. */
#include "sim/observer.h"
#include "sim/result.h"

#define RECORD_TEXT(name, text, detail) text,
const char *const record_texts[RECORD_KIND_COUNT] = {RECORD_KINDS(RECORD_TEXT)};

const char *const election_trigger_names[]
    = {"startup", "crash", "stop", "pause", "partition", "timeout", "transfer", "takeover"};
const char *const election_outcome_names[] = {"won", "failed", "open"};
const char *const leadership_end_names[]
    = {"higher_term", "lost_quorum", "lease_expired", "transfer", "stop", "crash", "run_ended"};
