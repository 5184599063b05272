/* One candidate: client-go's leaderelection.go, function by function. What is synchronous there
 * (a try, with up to three requests one after the other) is a chain of steps here. */
#include "algorithms/lease_elector.h"

sim_ns lease_request_timeout(const struct lease_config *config)
{
    if (config->request_timeout > 0)
        return config->request_timeout;
    /* client-go resourcelock/interface.go, NewFromKubeconfig */
    sim_ns half = config->renew_deadline / 2;
    return half < SECOND ? SECOND : half;
}

/* ---- What it knows ------------------------------------------------------------------------- */

/* IsLeader(): the last observed record names this process. It may not act as leader yet. */
static bool is_holder(const struct elector *e)
{
    return e->has_observed && e->observed.holder == e->self
           && e->observed.incarnation == e->incarnation;
}

/* isLeaseValid(): by the holder's duration, from the moment at which this node saw the record
 * change, on its own monotonic clock. Strict: at the very end it is no longer valid. */
static bool is_lease_valid(const struct elector *e, sim_ns now)
{
    if (!e->has_observed)
        return false;
    return sim_add(e->observed_time, sim_times(SECOND, e->observed.duration_seconds)) > now;
}

static sim_ns whole_seconds(sim_ns t)
{
    return t / SECOND;
}

/* Whether two records have the same JSON, which is what client-go compares: metav1.Time is
 * written as RFC 3339 in whole seconds. So a renewal within the second of the one before is not
 * seen, and the observers' time runs on. */
static bool same_raw_record(const struct lease_record *a, const struct lease_record *b)
{
    return a->holder == b->holder && a->incarnation == b->incarnation
           && a->transitions == b->transitions && a->duration_seconds == b->duration_seconds
           && whole_seconds(a->acquire_time) == whole_seconds(b->acquire_time)
           && whole_seconds(a->renew_time) == whole_seconds(b->renew_time);
}

static node_id leader_seen(const struct elector *e)
{
    /* The own earlier process is nobody that could be followed. */
    if (!e->has_observed || e->observed.holder == e->self)
        return NODE_NONE;
    return e->observed.holder;
}

/* The first Create has 0 transitions, and terms are positive. */
static uint64_t term_of(const struct lease_record *record)
{
    return record->transitions + 1;
}

/* Has asked for a lease that it does not lead by. */
static bool is_candidate(const struct elector *e)
{
    return e->phase == ELECTOR_ACQUIRING && e->step != STEP_NONE && e->step != STEP_GET;
}

/* The term in which it stands where it does. */
static uint64_t present_term(const struct elector *e)
{
    if (e->phase != ELECTOR_ACQUIRING)
        return e->reign;
    if (is_candidate(e))
        return term_of(&e->proposed);
    return e->has_observed ? term_of(&e->observed) : 0;
}

/* setObservedRecord() */
static void set_observed(struct elector *e, struct node *self, const struct lease_record *record)
{
    e->observed = *record;
    e->has_observed = true;
    e->observed_time = node_monotonic(self);
}

/* ---- Requests ------------------------------------------------------------------------------ */

static void send_request(struct elector *e, struct node *self, enum elector_step step,
                         unsigned kind, const void *body)
{
    e->step = step;
    node_send(self, node_count(self) + e->server, kind, body);
    node_set_timer(self, TIMER_REQUEST, lease_request_timeout(e->config));
}

static void send_get(struct elector *e, struct node *self)
{
    send_request(e, self, STEP_GET, GET_LEASE, &(struct lease_get){++e->last_request});
}

static void send_create(struct elector *e, struct node *self)
{
    struct lease_create m = {.request = ++e->last_request, .record = e->proposed};
    send_request(e, self, STEP_CREATE, CREATE_LEASE, &m);
}

static void send_update(struct elector *e, struct node *self, enum elector_step step)
{
    sim_assert(e->resource_version != 0);
    struct lease_update m = {.request = ++e->last_request,
                             .resource_version = e->resource_version,
                             .record = e->proposed};
    send_request(e, self, step, UPDATE_LEASE, &m);
}

/* A store node has told that another one answers: the same request again, to that one. It counts
 * as the same for client-go, which sees the API server and not what stands behind it. */
static void follow_redirect(struct elector *e, struct node *self, node_id to)
{
    e->server = to - node_count(self);
    e->redirects++;
    switch (e->step) {
    case STEP_GET:
        send_get(e, self);
        return;
    case STEP_CREATE:
        send_create(e, self);
        return;
    case STEP_FAST_UPDATE:
    case STEP_UPDATE:
        send_update(e, self, e->step);
        return;
    case STEP_NONE:
        break;
    }
    sim_unreachable();
}

static void cancel_request(struct elector *e, struct node *self)
{
    e->step = STEP_NONE;
    e->last_request++; /* an answer to the one before is no longer waited for */
    node_clear_timer(self, TIMER_REQUEST);
}

/* The record that a holder writes, renewed now; acquire time and transitions are kept from `old`
 * by whom it names already. */
static struct lease_record fresh_record(const struct elector *e, const struct node *self)
{
    sim_ns now = node_wall(self);
    return (struct lease_record){.holder = node_self(self),
                                 .incarnation = e->incarnation,
                                 .duration_seconds
                                 = (uint32_t) (e->config->lease_duration / SECOND), /* truncated */
                                 .acquire_time = now,
                                 .renew_time = now};
}

static void propose_renewal(struct elector *e, struct node *self, const struct lease_record *old)
{
    e->proposed = fresh_record(e, self);
    e->proposed.acquire_time = old->acquire_time;
    e->proposed.transitions = old->transitions;
}

/* ---- acquire() and renew() ----------------------------------------------------------------- */

static void begin_try(struct elector *e, struct node *self);
static void begin_release(struct elector *e, struct node *self);

/* wait.Jitter: the period, and up to jitter_factor times as much again. */
static sim_ns longest_jitter(const struct elector *e)
{
    return sim_times(e->config->retry_period, e->config->jitter_factor) / 1000;
}

static sim_ns jittered(struct elector *e, struct node *self)
{
    sim_ns extra = longest_jitter(e), wait = e->config->retry_period;
    if (extra != 0)
        wait = sim_add(wait, (sim_ns) node_random(self, (uint64_t) extra));
    return load_lengthened(&e->config->load, self, wait);
}

/* One poll of renew(): within RenewDeadline, every RetryPeriod, the first at once. */
static void begin_renewal(struct elector *e, struct node *self)
{
    e->polling = true;
    e->lease_until = sim_add(node_monotonic(self), e->config->renew_deadline);
    node_set_timer(self, TIMER_DEADLINE, e->config->renew_deadline);
    begin_try(e, self);
}

static void lead(struct elector *e, struct node *self)
{
    e->phase = ELECTOR_RENEWING;
    e->reign = term_of(&e->observed);
    node_lead(self, e->reign);
    begin_renewal(e, self);
}

static void renewed(struct elector *e, struct node *self)
{
    if (term_of(&e->observed) != e->reign) {
        /* It lost the lease and won it back within one RenewDeadline, without stopping: a new
         * transition, so a new reign. */
        node_step_down(self, e->reign, STEP_DOWN_LEASE_EXPIRED);
        e->reign = term_of(&e->observed);
        node_lead(self, e->reign);
    }
    node_clear_timer(self, TIMER_DEADLINE);
    node_set_timer(self, TIMER_RETRY, e->config->retry_period);
    e->polling = false;
    e->lease_until = sim_add(node_monotonic(self),
                             sim_add(e->config->retry_period, e->config->renew_deadline));
}

static void end_try(struct elector *e, struct node *self, bool success)
{
    cancel_request(e, self);
    if (e->phase == ELECTOR_ACQUIRING) {
        if (success)
            lead(e, self);
        else /* JitterUntil, sliding: the wait begins when the try has ended */
            node_set_timer(self, TIMER_RETRY, jittered(e, self));
        return;
    }
    sim_assert(e->phase == ELECTOR_RENEWING);
    if (success) {
        renewed(e, self);
        return;
    }
    /* PollUntilContextTimeout, not sliding: the period runs from the beginning of the try. */
    sim_ns next = sim_add(e->try_started, e->config->retry_period) - node_monotonic(self);
    node_set_timer(self, TIMER_RETRY, next > 0 ? next : 0);
}

static void follow_observed(struct elector *e, struct node *self)
{
    node_follow(self, present_term(e), leader_seen(e));
}

static void stand(struct elector *e, struct node *self)
{
    if (is_candidate(e))
        node_campaign(self, present_term(e), CAMPAIGN_TIMEOUT);
}

/* tryAcquireOrRenew(), step 1: a holder updates what it wrote last, without a Get. */
static void begin_try(struct elector *e, struct node *self)
{
    sim_assert(e->step == STEP_NONE);
    e->try_started = node_monotonic(self);
    if (is_holder(e) && is_lease_valid(e, e->try_started)) {
        propose_renewal(e, self, &e->observed);
        send_update(e, self, STEP_FAST_UPDATE);
        stand(e, self);
    } else {
        send_get(e, self); /* step 2 */
    }
}

/* Step 2, nothing there yet. */
static void create_lease(struct elector *e, struct node *self)
{
    e->proposed = fresh_record(e, self);
    send_create(e, self);
    stand(e, self);
}

/* Step 3: what another wrote counts from the moment at which this node sees it. */
static void observe(struct elector *e, struct node *self, const struct lease_record *record)
{
    if (e->has_observed_raw && same_raw_record(&e->observed_raw, record))
        return;
    bool other = !e->has_observed || e->observed.holder != record->holder
                 || e->observed.transitions != record->transitions;
    set_observed(e, self, record);
    e->observed_raw = *record;
    e->has_observed_raw = true;
    if (other && e->phase == ELECTOR_ACQUIRING)
        follow_observed(e, self);
}

/* Steps 3 and 4, with the record that Get told. */
static void try_update(struct elector *e, struct node *self, const struct lease_record *record)
{
    observe(e, self, record);
    bool holder = is_holder(e);
    if (record->holder != NODE_NONE && is_lease_valid(e, e->try_started) && !holder) {
        end_try(e, self, false);
        return;
    }
    propose_renewal(e, self, record);
    if (!holder) {
        e->proposed.acquire_time = e->proposed.renew_time;
        e->proposed.transitions++;
    }
    send_update(e, self, STEP_UPDATE);
    stand(e, self);
}

static void fail_write(struct elector *e, struct node *self)
{
    bool candidate = is_candidate(e);
    end_try(e, self, false);
    if (candidate)
        follow_observed(e, self);
}

/* ---- Losing and releasing ------------------------------------------------------------------ */

/* A process of its own each time: nothing is remembered, and the identity is a new one. */
static void begin_process(struct elector *e, struct node *self)
{
    *e = (struct elector){.config = e->config, .self = node_self(self), .server = e->server};
    /* Drawn, as a uuid is; request numbers start there too, so that no answer meant for an
     * earlier process is taken for one's own. */
    uint64_t drawn = 1 + node_random(self, UINT64_MAX - 1);
    e->last_request = drawn;
    e->incarnation = e->config->identity == IDENTITY_PROCESS ? drawn : 0;
    e->phase = ELECTOR_ACQUIRING;
}

/* What becomes of a process whose Run() has returned. */
static void after_run(struct elector *e, struct node *self)
{
    cancel_request(e, self);
    node_clear_timer(self, TIMER_DEADLINE);
    if (e->exiting || (e->config->on_loss == LOSS_EXIT && !e->yields)) {
        node_exit(self);
        return;
    }
    e->phase = ELECTOR_LOST;
    sim_ns wait = e->config->retry_period;
    if (e->yields) /* by then each of the others that is not busy has tried */
        wait = load_lengthened(&e->config->load, self, sim_add(wait, longest_jitter(e)));
    node_set_timer(self, TIMER_RETRY, wait);
}

static void stop_leading(struct elector *e, struct node *self, enum step_down_reason why)
{
    sim_assert(e->phase == ELECTOR_RENEWING);
    cancel_request(e, self);
    node_clear_timer(self, TIMER_RETRY);
    node_clear_timer(self, TIMER_DEADLINE);
    e->phase = ELECTOR_LOST;
    node_step_down(self, e->reign, why);
    /* Differs from client-go: there OnStoppedLeading comes after the release, while the
     * context of the work is cancelled before it. Here the work has ended with that context. */
    if ((e->config->release_on_cancel || e->yields) && is_holder(e))
        begin_release(e, self);
    else
        after_run(e, self);
}

/* Not in client-go. When it becomes busy, once: one that was busy when it won had nobody better. */
static bool yields_for_load(struct elector *e, struct node *self)
{
    if (!load_is_high(&e->config->load, self)) {
        e->was_idle = true;
        return false;
    }
    if (!e->was_idle)
        return false;
    e->yields = true;
    stop_leading(e, self, STEP_DOWN_TRANSFER);
    return true;
}

/* release(): Get, then an Update that names no holder; bounded by RenewDeadline in all. */
static void begin_release(struct elector *e, struct node *self)
{
    e->phase = ELECTOR_RELEASING;
    node_set_timer(self, TIMER_DEADLINE, e->config->renew_deadline);
    send_get(e, self);
}

static void release_update(struct elector *e, struct node *self, const struct lease_record *record)
{
    if (record->holder != node_self(self) || record->incarnation != e->incarnation) {
        after_run(e, self); /* somebody else has it: nothing to give back */
        return;
    }
    sim_ns now = node_wall(self);
    e->proposed = (struct lease_record){.holder = NODE_NONE,
                                        .duration_seconds = 1,
                                        .transitions = record->transitions,
                                        .acquire_time = now,
                                        .renew_time = now};
    send_update(e, self, STEP_UPDATE);
}

static void on_release_response(struct elector *e, struct node *self, enum elector_step step,
                                const struct lease_response *response)
{
    if (response->status == LEASE_OK && step == STEP_GET) {
        e->resource_version = response->resource_version;
        release_update(e, self, &response->record);
    } else if (response->status == LEASE_CONFLICT) {
        send_get(e, self); /* RetryOnConflict */
    } else {
        after_run(e, self);
    }
}

/* ---- Events -------------------------------------------------------------------------------- */

static void on_error(struct elector *e, struct node *self, enum elector_step step)
{
    switch (step) {
    case STEP_FAST_UPDATE: /* "falling back to slow path" */
        send_get(e, self);
        return;
    case STEP_GET:
        end_try(e, self, false);
        return;
    case STEP_CREATE:
    case STEP_UPDATE:
        fail_write(e, self);
        return;
    case STEP_NONE:
        break;
    }
    sim_unreachable();
}

static void on_success(struct elector *e, struct node *self, enum elector_step step,
                       const struct lease_response *response)
{
    e->resource_version = response->resource_version;
    if (step == STEP_GET) {
        try_update(e, self, &response->record);
        return;
    }
    set_observed(e, self, &e->proposed);
    end_try(e, self, true);
}

static void next_server(struct elector *e, const struct node *self)
{
    e->server = (e->server + 1) % node_service_count(self);
}

void elector_on_response(struct elector *e, struct node *self,
                         const struct lease_response *response)
{
    if (e->step == STEP_NONE || response->request != e->last_request)
        return;
    node_clear_timer(self, TIMER_REQUEST);
    if (response->status == LEASE_UNAVAILABLE) {
        if (response->redirect != NODE_NONE && e->redirects < node_service_count(self)) {
            follow_redirect(e, self, response->redirect);
            return;
        }
        next_server(e, self);
    }
    e->redirects = 0;
    enum elector_step step = e->step;
    if (e->phase == ELECTOR_RELEASING)
        on_release_response(e, self, step, response);
    else if (response->status == LEASE_OK)
        on_success(e, self, step, response);
    else if (step == STEP_GET && response->status == LEASE_NOT_FOUND)
        create_lease(e, self);
    else
        on_error(e, self, step);
}

static void on_request_timeout(struct elector *e, struct node *self)
{
    next_server(e, self);
    e->redirects = 0;
    if (e->phase == ELECTOR_RELEASING)
        after_run(e, self);
    else
        on_error(e, self, e->step);
}

static void on_retry(struct elector *e, struct node *self)
{
    switch (e->phase) {
    case ELECTOR_LOST:
        begin_process(e, self);
        node_follow(self, 0, NODE_NONE);
        begin_try(e, self);
        return;
    case ELECTOR_ACQUIRING:
        begin_try(e, self);
        return;
    case ELECTOR_RENEWING:
        if (e->polling)
            begin_try(e, self);
        else if (!yields_for_load(e, self))
            begin_renewal(e, self);
        return;
    case ELECTOR_RELEASING:
        break;
    }
    sim_unreachable();
}

void elector_on_timer(struct elector *e, struct node *self, enum lease_timer timer)
{
    switch (timer) {
    case TIMER_RETRY:
        on_retry(e, self);
        return;
    case TIMER_REQUEST:
        on_request_timeout(e, self);
        return;
    case TIMER_DEADLINE:
        if (e->phase == ELECTOR_RELEASING)
            after_run(e, self);
        else
            stop_leading(e, self, STEP_DOWN_LEASE_EXPIRED);
        return;
    case TIMER_STORE_ELECTION:
    case TIMER_STORE_HEARTBEAT:
    case LEASE_TIMER_COUNT:
        break;
    }
    sim_unreachable();
}

void elector_start(struct elector *e, struct node *self, const struct lease_config *config)
{
    e->config = config;
    begin_process(e, self);
    begin_try(e, self);
}

void elector_stop(struct elector *e, struct node *self)
{
    e->exiting = true;
    if (e->phase == ELECTOR_RENEWING)
        stop_leading(e, self, STEP_DOWN_STOP);
    else if (e->phase != ELECTOR_RELEASING)
        node_exit(self);
}

struct node_view elector_view(const struct elector *e)
{
    struct node_view v = {.role = ROLE_FOLLOWER,
                          .leader = NODE_NONE,
                          .voted_for = NODE_NONE,
                          .term = present_term(e)};
    if (e->phase == ELECTOR_RENEWING) {
        v.role = ROLE_LEADER;
        v.leader = e->self;
        v.lease_until = e->lease_until;
    } else if (is_candidate(e)) {
        v.role = ROLE_CANDIDATE;
    } else if (e->phase == ELECTOR_ACQUIRING) {
        v.leader = leader_seen(e);
    }
    return v;
}
