#include "analysis/trace/text.h"

#include <inttypes.h>

#include "scenarios/language/describe.h"

static const char *const campaign_words[] = {"timeout", "transfer", "takeover"};
static const char *const step_down_words[]
    = {"higher_term", "lost_quorum", "lease_expired", "transfer", "stop"};
static const char *const crash_words[] = {"crash", "wipe", "stop"};
static const char *const admin_words[] = {"transfer", "stop", "forget_leader"};
static const char *const operation_words[] = {"accepted", "rejected", "failed", "no leader"};
static const char *const lock_words[]
    = {"granted", "held",  "not known",    "no leader",     "failed",
       "expired", "wrote", "wrote, stale", "write refused", "given back"};
static const char *const loss_words[] = {"", "by chance", "cut", "not running"};

const char *trace_detail_text(const struct scenario *s, const struct record *r)
{
    switch (r->kind) {
    case RECORD_SENT:
    case RECORD_DELIVERED:
    case RECORD_LOST:
    case RECORD_DUPLICATED:
    case RECORD_HELD:
        return s->algorithm->messages[r->detail].name;
    case RECORD_TIMER_FIRED:
        return s->algorithm->timers[r->detail];
    case RECORD_CAMPAIGNED:
        return campaign_words[r->detail];
    case RECORD_STEPPED_DOWN:
        return step_down_words[r->detail];
    case RECORD_CRASHED:
        return crash_words[r->detail];
    case RECORD_ADMIN:
        return admin_words[r->detail];
    case RECORD_OPERATION:
        return operation_words[r->detail];
    case RECORD_LOCK:
        return lock_words[r->detail];
    case RECORD_FAULT_BEGAN:
    case RECORD_FAULT_ENDED:
        return fault_kinds[r->value]->name;
    default:
        return "";
    }
}

static void write_body(FILE *out, const struct scenario *s, const struct record *r)
{
    const struct message_kind *kind = &s->algorithm->messages[r->detail];
    for (uint32_t i = 0; i < kind->field_count; i++) {
        char value[64];
        field_write(value, sizeof value, &kind->fields[i], r->body, s);
        fprintf(out, " %s=%s", kind->fields[i].name, value);
    }
}

void trace_text_write(FILE *out, const struct scenario *s, const struct record *r)
{
    char node[NODE_TEXT_MAX], peer[NODE_TEXT_MAX];
    write_node(node, r->node, s->nodes);
    write_node(peer, r->peer, s->nodes);
    fprintf(out, "%" PRId64 ".%09" PRId64 " #%" PRIu64, r->at / SECOND, r->at % SECOND, r->number);
    if (r->cause != r->number)
        fprintf(out, " <#%" PRIu64, r->cause);
    fprintf(out, " %s %s", node, record_texts[r->kind]);
    if (r->peer != NODE_NONE && r->peer != r->node)
        fprintf(out, " %s", peer);
    const char *detail = trace_detail_text(s, r);
    if (*detail != '\0')
        fprintf(out, " %s", detail);
    if (r->term != 0)
        fprintf(out, " term=%" PRIu64, r->term);
    if (r->kind == RECORD_LOST)
        fprintf(out, " (%s)", loss_words[r->flags]);
    else if (r->kind == RECORD_SYNCED && r->flags != 0)
        fputs(" (the disk lied)", out);
    else if (r->kind == RECORD_OPERATION && r->flags != 0)
        fputs(" (stale)", out);
    else if (r->kind == RECORD_CLOCK_JUMPED || r->kind == RECORD_CLOCK_DRIFTED)
        fprintf(out, " by=%" PRId64, r->value);
    else if (r->kind == RECORD_FAULT_BEGAN || r->kind == RECORD_FAULT_ENDED)
        fprintf(out, " no. %" PRIu32, r->detail + 1);
    else if (r->kind == RECORD_LOADED)
        fprintf(out, " %" PRIu32 "/1000", r->detail);
    else if (r->kind == RECORD_LOCK)
        fprintf(out, " grant=%" PRIu32 " c%" PRId64, r->flags, r->value + 1);
    if (r->body != NULL)
        write_body(out, s, r);
    fputc('\n', out);
}

static void on_record(void *context, const struct world *w, const struct record *r)
{
    struct trace_text *trace = context;
    (void) w;
    trace_text_write(trace->out, trace->scenario, r);
}

struct observer trace_text_observer(struct trace_text *trace)
{
    return (struct observer){.context = trace, .interest = INTEREST_ALL, .on_record = on_record};
}
