/* The scripts of etcd-io/raft's testdata, event by event: who came into which state, and who sent
 * what, in the same order and under etcd's names. Logs begin empty here and with entries there;
 * followers learn of a commit with the next message here and by one of its own there; who lags
 * gets the committed prefix as a snapshot here and as entries there. */
#include <criterion/criterion.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "algorithms/raft.h"
#include "tests/algorithms/bench.h"

struct transcript {
    struct bench *bench;
    char text[4096];
    size_t length;
};

static void put(struct transcript *t, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int written = vsnprintf(t->text + t->length, sizeof t->text - t->length, format, arguments);
    va_end(arguments);
    cr_assert_geq(written, 0);
    t->length += (size_t) written;
    cr_assert_lt(t->length, sizeof t->text);
}

static void put_state(struct transcript *t, const struct announcement *a)
{
    unsigned node = a->node + 1, term = (unsigned) a->term, peer = a->peer + 1; /* none: 0 */
    switch (a->kind) {
    case ANNOUNCED_PRE_CAMPAIGN: /* asks about the next term, in its own */
        put(t, "%u pre-candidate %u\n", node, term - 1);
        return;
    case ANNOUNCED_CAMPAIGN:
        put(t, "%u candidate %u\n", node, term);
        return;
    case ANNOUNCED_VOTE:
        put(t, "%u votes %u in %u\n", node, peer, term);
        return;
    case ANNOUNCED_LEAD:
        put(t, "%u leader %u\n", node, term);
        return;
    case ANNOUNCED_FOLLOW:
        put(t, "%u follower %u lead %u\n", node, term, peer);
        return;
    case ANNOUNCED_STEP_DOWN:
        put(t, "%u steps down\n", node);
        return;
    }
}

static void put_message(struct transcript *t, const struct sent_message *m)
{
    static const char *const names[RAFT_MESSAGE_COUNT] = {
        [REQUEST_VOTE] = "MsgVote",     [REQUEST_VOTE_RESPONSE] = "MsgVoteResp",
        [PRE_VOTE] = "MsgPreVote",      [PRE_VOTE_RESPONSE] = "MsgPreVoteResp",
        [APPEND_ENTRIES] = "MsgApp",    [APPEND_ENTRIES_RESPONSE] = "MsgAppResp",
        [INSTALL_SNAPSHOT] = "MsgSnap", [TIMEOUT_NOW] = "MsgTimeoutNow",
    };
    uint64_t term; /* stands first in all of them */
    memcpy(&term, m->body, sizeof term);
    const char *name = names[m->kind], *more = "";
    if (m->kind == APPEND_ENTRIES && ((const struct append_entries *) m->body)->entries == 0)
        name = "MsgHeartbeat";
    if ((m->kind == REQUEST_VOTE_RESPONSE || m->kind == PRE_VOTE_RESPONSE)
        && !((const struct vote_response *) m->body)->granted)
        more = " Rejected";
    put(t, "%u->%u %s %u%s\n", m->from + 1, m->to + 1, name, (unsigned) term, more);
}

/* What has happened since: states, then messages, each in its order. */
static void expect_events(struct transcript *t, const char *expected)
{
    struct bench *b = t->bench;
    t->length = 0;
    t->text[0] = '\0';
    for (size_t i = 0; i < b->announced_count; i++)
        put_state(t, &b->announced[i]);
    for (size_t i = 0; i < b->sent_count; i++)
        put_message(t, &b->sent[i]);
    cr_expect_str_eq(t->text, expected, "expected:\n%sgot:\n%s", expected, t->text);
    bench_forget(b);
}

/* The states alone: messages are still on their way. */
static void expect_states(struct transcript *t, const char *expected)
{
    struct bench *b = t->bench;
    t->length = 0;
    t->text[0] = '\0';
    for (size_t i = 0; i < b->announced_count; i++)
        put_state(t, &b->announced[i]);
    cr_expect_str_eq(t->text, expected, "expected:\n%sgot:\n%s", expected, t->text);
    b->announced_count = 0;
}

static struct transcript started(const char *pre_vote, const char *check_quorum)
{
    struct transcript t = {.bench = bench_create(&raft_algorithm, 3)};
    bench_set(t.bench, "pre_vote", pre_vote);
    bench_set(t.bench, "check_quorum", check_quorum);
    bench_start_all(t.bench);
    bench_forget(t.bench);
    return t;
}

/* Its clock runs ahead to where its election timer fires; for the others no time passes. */
static void campaign(struct transcript *t, node_id node)
{
    sim_ns left = bench_timer(t->bench, node, TIMER_ELECTION);
    if (left > 0)
        bench_shift_monotonic(t->bench, node, left);
    bench_fire(t->bench, node, TIMER_ELECTION);
}

static void stabilize(struct transcript *t)
{
    bench_settle(t->bench);
}

static struct transcript led_by_first(const char *pre_vote, const char *check_quorum)
{
    struct transcript t = started(pre_vote, check_quorum);
    campaign(&t, 0);
    stabilize(&t);
    bench_fire(t.bench, 0, TIMER_HEARTBEAT); /* commits are known to all */
    stabilize(&t);
    bench_forget(t.bench);
    return t;
}

Test(raft_transcripts, campaign)
{
    struct transcript t = started("false", "false");
    campaign(&t, 0);
    stabilize(&t);
    expect_events(&t, "1 candidate 1\n"
                      "1 votes 1 in 1\n"
                      "2 follower 1 lead 0\n"
                      "2 votes 1 in 1\n"
                      "3 follower 1 lead 0\n"
                      "3 votes 1 in 1\n"
                      "1 leader 1\n"
                      "2 follower 1 lead 1\n"
                      "3 follower 1 lead 1\n"
                      "1->2 MsgVote 1\n"
                      "1->3 MsgVote 1\n"
                      "2->1 MsgVoteResp 1\n"
                      "3->1 MsgVoteResp 1\n"
                      "1->2 MsgApp 1\n"
                      "1->3 MsgApp 1\n"
                      "2->1 MsgAppResp 1\n"
                      "3->1 MsgAppResp 1\n");
    bench_destroy(t.bench);
}

Test(raft_transcripts, prevote)
{
    struct transcript t = led_by_first("etcd", "false");
    bench_cut(t.bench, 0, 2);
    bench_operation(t.bench, 0, 1);
    stabilize(&t);
    bench_heal_all(t.bench);
    bench_forget(t.bench);
    campaign(&t, 2);
    stabilize(&t);
    expect_events(&t, "3 pre-candidate 1\n"
                      "3 follower 1 lead 0\n"
                      "3->1 MsgPreVote 2\n"
                      "3->2 MsgPreVote 2\n"
                      "1->3 MsgPreVoteResp 1 Rejected\n"
                      "2->3 MsgPreVoteResp 1 Rejected\n");
    bench_fire(t.bench, 0, TIMER_HEARTBEAT);
    stabilize(&t);
    expect_events(&t, "3 follower 1 lead 1\n"
                      "1->2 MsgHeartbeat 1\n"
                      "1->3 MsgHeartbeat 1\n"
                      "2->1 MsgAppResp 1\n"
                      "3->1 MsgAppResp 1\n"
                      "1->3 MsgSnap 1\n"
                      "1->3 MsgHeartbeat 1\n"
                      "3->1 MsgAppResp 1\n");
    campaign(&t, 1);
    stabilize(&t);
    expect_events(&t, "2 pre-candidate 1\n"
                      "2 candidate 2\n"
                      "2 votes 2 in 2\n"
                      "1 steps down\n"
                      "1 follower 2 lead 0\n"
                      "1 votes 2 in 2\n"
                      "3 follower 2 lead 0\n"
                      "3 votes 2 in 2\n"
                      "2 leader 2\n"
                      "1 follower 2 lead 2\n"
                      "3 follower 2 lead 2\n"
                      "2->1 MsgPreVote 2\n"
                      "2->3 MsgPreVote 2\n"
                      "1->2 MsgPreVoteResp 2\n"
                      "3->2 MsgPreVoteResp 2\n"
                      "2->1 MsgVote 2\n"
                      "2->3 MsgVote 2\n"
                      "1->2 MsgVoteResp 2\n"
                      "3->2 MsgVoteResp 2\n"
                      "2->1 MsgApp 2\n"
                      "2->3 MsgApp 2\n"
                      "1->2 MsgAppResp 2\n"
                      "3->2 MsgAppResp 2\n");
    bench_destroy(t.bench);
}

Test(raft_transcripts, checkquorum)
{
    struct transcript t = led_by_first("false", "true");
    campaign(&t, 1);
    stabilize(&t);
    expect_events(&t, "2 candidate 2\n"
                      "2 votes 2 in 2\n"
                      "2->1 MsgVote 2\n"
                      "2->3 MsgVote 2\n");
    bench_fire(t.bench, 0, TIMER_HEARTBEAT); /* the network is slow: nobody hears of it yet */
    campaign(&t, 0); /* a leader checks its quorum: followers were active before the first time */
    campaign(&t, 0);
    expect_states(&t, "1 steps down\n"
                      "1 follower 1 lead 0\n");
    stabilize(&t);
    expect_events(&t, "1 follower 2 lead 0\n"
                      "1->2 MsgHeartbeat 1\n"
                      "1->3 MsgHeartbeat 1\n"
                      "2->1 MsgAppResp 2\n"
                      "3->1 MsgAppResp 1\n");
    campaign(&t, 1);
    stabilize(&t);
    expect_events(&t, "2 candidate 3\n"
                      "2 votes 2 in 3\n"
                      "1 follower 3 lead 0\n"
                      "1 votes 2 in 3\n"
                      "2 leader 3\n"
                      "1 follower 3 lead 2\n"
                      "3 follower 3 lead 2\n"
                      "2->1 MsgVote 3\n"
                      "2->3 MsgVote 3\n"
                      "1->2 MsgVoteResp 3\n"
                      "2->1 MsgApp 3\n"
                      "2->3 MsgApp 3\n"
                      "1->2 MsgAppResp 3\n"
                      "3->2 MsgAppResp 3\n");
    bench_destroy(t.bench);
}

Test(raft_transcripts, prevote_checkquorum)
{
    struct transcript t = led_by_first("etcd", "true");
    campaign(&t, 1);
    stabilize(&t);
    expect_events(&t, "2 pre-candidate 1\n"
                      "2->1 MsgPreVote 2\n"
                      "2->3 MsgPreVote 2\n");
    campaign(&t, 2);
    stabilize(&t);
    expect_events(&t, "3 pre-candidate 1\n"
                      "3 candidate 2\n"
                      "3 votes 3 in 2\n"
                      "2 follower 2 lead 0\n"
                      "2 votes 3 in 2\n"
                      "3 leader 2\n"
                      "1 steps down\n"
                      "1 follower 2 lead 3\n"
                      "2 follower 2 lead 3\n"
                      "3->1 MsgPreVote 2\n"
                      "3->2 MsgPreVote 2\n"
                      "2->3 MsgPreVoteResp 2\n"
                      "3->1 MsgVote 2\n"
                      "3->2 MsgVote 2\n"
                      "2->3 MsgVoteResp 2\n"
                      "3->1 MsgApp 2\n"
                      "3->2 MsgApp 2\n"
                      "1->3 MsgAppResp 2\n"
                      "2->3 MsgAppResp 2\n");
    campaign(&t, 0); /* fails: 2 and 3 hear the leader */
    stabilize(&t);
    expect_events(&t, "1 pre-candidate 2\n"
                      "1->2 MsgPreVote 3\n"
                      "1->3 MsgPreVote 3\n");
    campaign(&t, 1); /* wins: 1 stands itself, and knows of no leader any more */
    stabilize(&t);
    expect_events(&t, "2 pre-candidate 2\n"
                      "2 candidate 3\n"
                      "2 votes 2 in 3\n"
                      "1 follower 3 lead 0\n"
                      "1 votes 2 in 3\n"
                      "2 leader 3\n"
                      "1 follower 3 lead 2\n"
                      "3 steps down\n"
                      "3 follower 3 lead 2\n"
                      "2->1 MsgPreVote 3\n"
                      "2->3 MsgPreVote 3\n"
                      "1->2 MsgPreVoteResp 3\n"
                      "2->1 MsgVote 3\n"
                      "2->3 MsgVote 3\n"
                      "1->2 MsgVoteResp 3\n"
                      "2->1 MsgApp 3\n"
                      "2->3 MsgApp 3\n"
                      "1->2 MsgAppResp 3\n"
                      "3->2 MsgAppResp 3\n");
    bench_destroy(t.bench);
}

Test(raft_transcripts, forget_leader)
{
    struct transcript t = led_by_first("false", "false");
    bench_admin(t.bench, 0, ADMIN_FORGET_LEADER, NODE_NONE); /* nothing, on the leader */
    expect_events(&t, "");
    bench_admin(t.bench, 1, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_events(&t, "2 follower 1 lead 0\n");
    bench_admin(t.bench, 1, ADMIN_FORGET_LEADER, NODE_NONE); /* nothing, the second time */
    expect_events(&t, "");
    bench_fire(t.bench, 0, TIMER_HEARTBEAT);
    stabilize(&t);
    expect_events(&t, "2 follower 1 lead 1\n"
                      "1->2 MsgHeartbeat 1\n"
                      "1->3 MsgHeartbeat 1\n"
                      "2->1 MsgAppResp 1\n"
                      "3->1 MsgAppResp 1\n");
    campaign(&t, 2);
    bench_admin(t.bench, 2, ADMIN_FORGET_LEADER, NODE_NONE); /* nothing, on a candidate */
    expect_states(&t, "3 candidate 2\n"
                      "3 votes 3 in 2\n");
    stabilize(&t);
    expect_role(t.bench, 2, ROLE_LEADER, 2);
    bench_forget(t.bench);
    bench_admin(t.bench, 1, ADMIN_FORGET_LEADER, NODE_NONE);
    campaign(&t, 1);
    expect_states(&t, "2 follower 2 lead 0\n"
                      "2 candidate 3\n"
                      "2 votes 2 in 3\n");
    bench_destroy(t.bench);
}

Test(raft_transcripts, forget_leader_read_only_lease_based)
{
    struct transcript t = {.bench = bench_create(&raft_algorithm, 3)};
    bench_set(t.bench, "leader_lease", "true");
    bench_start_all(t.bench);
    campaign(&t, 0);
    stabilize(&t);
    bench_forget(t.bench);
    bench_admin(t.bench, 1, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_events(&t, "");
    bench_destroy(t.bench);
}

Test(raft_transcripts, forget_leader_prevote_checkquorum)
{
    struct transcript t = led_by_first("etcd", "true");
    campaign(&t, 2);
    stabilize(&t);
    expect_events(&t, "3 pre-candidate 1\n"
                      "3->1 MsgPreVote 2\n"
                      "3->2 MsgPreVote 2\n");
    bench_fire(t.bench, 0, TIMER_HEARTBEAT);
    stabilize(&t);
    expect_events(&t, "3 follower 1 lead 1\n"
                      "1->2 MsgHeartbeat 1\n"
                      "1->3 MsgHeartbeat 1\n"
                      "2->1 MsgAppResp 1\n"
                      "3->1 MsgAppResp 1\n");
    bench_admin(t.bench, 1, ADMIN_FORGET_LEADER, NODE_NONE);
    expect_events(&t, "2 follower 1 lead 0\n");
    campaign(&t, 2);
    stabilize(&t);
    expect_events(&t, "3 pre-candidate 1\n"
                      "3 candidate 2\n"
                      "3 votes 3 in 2\n"
                      "2 follower 2 lead 0\n"
                      "2 votes 3 in 2\n"
                      "3 leader 2\n"
                      "1 steps down\n"
                      "1 follower 2 lead 3\n"
                      "2 follower 2 lead 3\n"
                      "3->1 MsgPreVote 2\n"
                      "3->2 MsgPreVote 2\n"
                      "2->3 MsgPreVoteResp 2\n"
                      "3->1 MsgVote 2\n"
                      "3->2 MsgVote 2\n"
                      "2->3 MsgVoteResp 2\n"
                      "3->1 MsgApp 2\n"
                      "3->2 MsgApp 2\n"
                      "1->3 MsgAppResp 2\n"
                      "2->3 MsgAppResp 2\n");
    bench_destroy(t.bench);
}
