/* The metrics: name, unit, what each is in a line, and its definition. metrics.c alone includes it;
 * expressions, tables, `list` and `describe` follow from there. */
#ifndef CONCLAVE_SIM_METRIC_TABLE_H
#define CONCLAVE_SIM_METRIC_TABLE_H

/* Words that several definitions need. */
#define ACTS                                                                                       \
    "A node acts as leader while its process runs and is not paused and it believes that it "      \
    "leads; it may be wrong. "
#define HEALTHY                                                                                    \
    "A leader is healthy while it acts and can exchange messages both ways with a majority of "    \
    "all nodes, itself counted; nodes that have not started yet do not count against it. "
#define VACANCY                                                                                    \
    "A vacancy begins when the newest leader is lost: it crashes, stops, is paused, or is cut "    \
    "off from a majority. One that heals before anybody stands is none. "
#define GUARD                                                                                      \
    "The guard (workload.guard) is what looks at each operation: `none` accepts everything, "      \
    "`fencing` refuses a token older than the newest it has taken, `quorum` asks that the "        \
    "leader's term is the newest that a majority can reach. "
#define NO_LEADER_AT_THE_END                                                                       \
    "A run that ends without a leader leaves it undecided where nothing else was measured. "

#define ELECTION_TIME_IS                                                                           \
    "Begins with the first candidacy of an election and ends when its winner becomes leader. "     \
    "Questions before a candidacy (pre-votes) are before it. Failed elections are left out; one "  \
    "that is open at the end is at least as long as it was so far, and never counts as "           \
    "short. " NO_LEADER_AT_THE_END "In seconds."
#define DETECTION_TIME_IS                                                                          \
    "Begins with a vacancy and ends with the first candidacy after it. " VACANCY                   \
    "Elections without a vacancy (needless ones, takeovers, transfers, the first) are left out; "  \
    "a vacancy that nobody noticed until the end is at least as long as it was so far. In "        \
    "seconds."
#define DOWNTIME_IS                                                                                \
    "Begins with a vacancy and ends when the next leader is elected. " VACANCY                     \
    "Left out is the time from the step-down of a healthy leader, whom a needless election or a "  \
    "transfer deposed, to the next one: nothing was vacant; availability counts it. An election "  \
    "that is open at the end is at least as long as it was so far, and a run that ends without a " \
    "leader leaves any upper bound undecided. In seconds."

/* X(identifier, name, unit, less is better, about, definition). */
#define TIMES(X, id, name, about, definition)                                                      \
    X(id##_MEAN, name ".mean", UNIT_SECONDS, true, about ": mean", definition)                     \
    X(id##_P50, name ".p50", UNIT_SECONDS, true, about ": half are at most this (nearest rank)",   \
      definition)                                                                                  \
    X(id##_P90, name ".p90", UNIT_SECONDS, true, about ": 90 % are at most this (nearest rank)",   \
      definition)                                                                                  \
    X(id##_P99, name ".p99", UNIT_SECONDS, true, about ": 99 % are at most this (nearest rank)",   \
      definition)                                                                                  \
    X(id##_MAX, name ".max", UNIT_SECONDS, true, about ": longest", definition)

#define METRICS(X)                                                                                 \
    X(ELECTIONS, "elections", UNIT_COUNT, true, "won elections after the first one",               \
      "Counts elections that a candidate won, but for the first. An election begins with a "       \
      "candidacy that can win and ends with a leader; all rounds and rivals until then are "       \
      "one. A sitting leader that only takes a fresh number for its office holds none. "           \
      "Failed elections and one that is open at the end are left out.")                            \
    X(ELECTIONS_PER_HOUR, "elections_per_hour", UNIT_PER_HOUR, true,                               \
      "won elections after the first one, per simulated hour",                                     \
      "`elections` over the simulated time, in hours. More than one an hour raises an alert "      \
      "in the report.")                                                                            \
    TIMES(X, ELECTION_TIME, "election_time", "from the first candidacy to a winner",               \
          ELECTION_TIME_IS)                                                                        \
    TIMES(X, DETECTION_TIME, "detection_time",                                                     \
          "from the loss of the leader to the first candidacy", DETECTION_TIME_IS)                 \
    TIMES(X, DOWNTIME, "downtime", "from the loss of the leader to a winner, per vacancy",         \
          DOWNTIME_IS)                                                                             \
    X(AGREEMENT_TIME, "agreement_time", UNIT_SECONDS, true,                                        \
      "from the loss of the leader until all whom the winner reaches follow it: mean",             \
      "Begins with a vacancy and ends when all running, unpaused nodes whom the winner "           \
      "reaches both ways follow it: mean over vacancies. " VACANCY                                 \
      "A winner that is deposed before that does not end the time. A vacancy without "             \
      "agreement until the end is left out. In seconds.")                                          \
    X(AVAILABILITY, "availability", UNIT_RATIO, false,                                             \
      "share of time with an acting leader that a majority of nodes can reach",                    \
      "The time with a healthy leader over the whole simulated time, from the first instant "      \
      "on. " ACTS                                                                                  \
      "Healthy is one that can exchange messages both ways with a majority of all nodes, "         \
      "itself counted. Two leaders at once count as one. A share of 1.")                           \
    X(STABILITY, "stability", UNIT_RATIO, false,                                                   \
      "share of time under the longest leadership of the run",                                     \
      "The longest time between becoming leader and ceasing to be, over the simulated time. "      \
      "A leader that is paused or cut off goes on until it learns of it or crashes; one that "     \
      "takes a fresh number begins anew. A share of 1.")                                           \
    X(SPLIT_VOTES, "split_votes", UNIT_COUNT, true, "election rounds that ended without a winner", \
      "Counts rounds (terms, ballots or their equal) in which somebody stood and nobody won: "     \
      "all rounds of failed elections, and all but the last of the others. Candidates of one "     \
      "term are one round.")                                                                       \
    X(NEEDLESS_ELECTIONS, "needless_elections", UNIT_COUNT, true,                                  \
      "elections although the leader was healthy and reachable by a majority",                     \
      "Counts elections with trigger `timeout`: somebody stood although the leader was "           \
      "healthy. " HEALTHY                                                                          \
      "Failed ones and one that is open at the end count, too. Takeovers by a better claim, "      \
      "transfers and what happens until all have started are not needless.")                       \
    X(SPLIT_BRAIN_EVENTS, "split_brain_events", UNIT_COUNT, true,                                  \
      "intervals with two or more acting leaders",                                                 \
      "Counts intervals with two or more acting leaders. " ACTS                                    \
      "It is measured from outside; terms do not matter. An interval of no length, as when a "     \
      "resumed leader hears of its successor at once, is none.")                                   \
    X(SPLIT_BRAIN_TIME, "split_brain_time", UNIT_SECONDS, true,                                    \
      "time with two or more acting leaders",                                                      \
      "The time with two or more acting leaders, all intervals together. " ACTS                    \
      "Whether their operations do harm is another question: effective_split_brain_time. In "      \
      "seconds.")                                                                                  \
    X(EFFECTIVE_SPLIT_BRAIN_TIME, "effective_split_brain_time", UNIT_SECONDS, true,                \
      "time with two or more leaders whose operations the guard would accept",                     \
      "The part of split_brain_time in which the guard would accept operations of two or more "    \
      "of the leaders. " GUARD "With `none` it is therefore all of split_brain_time. In seconds.") \
    X(STALE_WRITES, "stale_writes", UNIT_COUNT, true,                                              \
      "guarded operations accepted from a node that was no longer the newest leader",              \
      "Counts operations of the workload that the guard accepted although the node that began "    \
      "them was no longer the newest leader when they arrived. " GUARD                             \
      "0 where there is no workload.")                                                             \
    X(SAFETY_VIOLATIONS, "safety_violations", UNIT_COUNT, true,                                    \
      "promises of the algorithm that were broken: rows of `violation`",                           \
      "Counts rows of `violation`: properties that the algorithm promises under the "              \
      "assumptions that hold in this scenario, and that were seen broken from outside. "           \
      "Properties that it does not promise are left out. `conclave describe ALGORITHM` lists "     \
      "the promises.")                                                                             \
    X(MESSAGES_PER_ELECTION, "messages_per_election", UNIT_COUNT, true,                            \
      "messages sent for a won election, mean",                                                    \
      "Mean over won elections of the messages that members sent for each. They are of the "       \
      "kinds that are for elections, so no heartbeats; from the opener's first question, "         \
      "pre-votes included, until all whom the winner reaches follow it. Late answers count "       \
      "until something else happens; what a loser that is cut off sends after that belongs "       \
      "to no election. Over a shared store it ends with the decision.")                            \
    X(MESSAGES_PER_SECOND, "messages_per_second", UNIT_PER_SECOND, true,                           \
      "all messages sent, per simulated second",                                                   \
      "All messages that the algorithm sent, heartbeats and those to and from services "           \
      "included, over the simulated time. Lost ones count; copies that the network made do "       \
      "not. Per second.")                                                                          \
    X(MESSAGES_BETWEEN_REGIONS, "messages_between_regions", UNIT_COUNT, true,                      \
      "messages that the algorithm sent between nodes of different regions",                       \
      "Counts messages whose sender and receiver are in two different regions "                    \
      "(cluster.regions), members and services alike; those of nodes in no region are left "       \
      "out. Lost ones count; copies that the network made do not. Undefined without two "          \
      "regions.")                                                                                  \
    X(WIDE_AREA_MESSAGES_PER_SECOND, "wide_area_messages_per_second", UNIT_PER_SECOND, true,       \
      "messages between nodes of different regions, per simulated second",                         \
      "messages_between_regions over the simulated time: what the algorithm costs on the "         \
      "links between regions, heartbeats included. Undefined without two regions. Per second.")    \
    X(TERM_GROWTH, "term_growth", UNIT_COUNT, true,                                                \
      "by how much the highest term grew after the first leader's",                                \
      "The highest term (ballot, view or their equal) seen in the run, less that of the "          \
      "first leader. Terms grow with candidacies, also with those in vain.")                       \
    X(RECOVERY_TIME, "recovery_time", UNIT_SECONDS, true,                                          \
      "from the last heal (or `settle`) to a leader that a majority follows",                      \
      "Begins with the last end of a fault, or with `settle`, and ends when a majority of all "    \
      "nodes runs and follows a leader that acts; 0 if one did already. " ACTS                     \
      "Not reached by the end, it is at least as long as it was so far. A run in which "           \
      "nothing ended has none. In seconds.")                                                       \
    X(CLIENT_AVAILABILITY, "client_availability", UNIT_RATIO, false,                               \
      "share of guarded operations that succeeded; workload lock: of requests that were "          \
      "granted, or refused because another client has the lock",                                   \
      "Operations of the workload that succeeded, over all that were due; one that found no "      \
      "leader, that the guard refused or that its leader did not finish has failed. " GUARD        \
      "With the lock, a refusal because another client has it is an answer, too. Undefined "       \
      "without a workload. A share of 1.")                                                         \
    X(DISTURBANCES, "disturbances", UNIT_COUNT, true,                                              \
      "messages lost, held, doubled or slowed by a fault, crashes, pauses and clock jumps",        \
      "Counts what the run did to the cluster, so that a test can ask whether anything "           \
      "happened at all: messages lost, held, doubled or slowed by a fault, crashes, pauses "       \
      "and jumps of clocks. 0 means that nothing did.")                                            \
    X(LIVENESS_CHECKS, "liveness_checks", UNIT_COUNT, false,                                       \
      "promises of an eventual leader or agreement whose premises held at the end, so that "       \
      "they were asked for",                                                                       \
      "Counts promises of an eventual leader or of agreement that were asked for at the end "      \
      "because their premises held (`settle`, a healthy majority, a timely network). 0 means "     \
      "that no promise of liveness was tested by this run, so that its silence proves "            \
      "nothing.")                                                                                  \
    X(LOCK_GRANTS, "lock_grants", UNIT_COUNT, false,                                               \
      "workload lock: times that a client got the lock",                                           \
      "Counts the times that a client came to believe that it had the lock: a grant that "         \
      "arrived in time. Undefined without workload lock.")                                         \
    X(DOUBLE_GRANTS, "double_grants", UNIT_COUNT, true,                                            \
      "workload lock: times that a client got the lock while another believed that it had it",     \
      "Counts grants at whose arrival another client believed that it had the lock. A client "     \
      "believes so from the grant until its lease has run out by its own clock, or until it "      \
      "gives the lock back. Undefined without workload lock.")                                     \
    X(DOUBLE_GRANT_TIME, "double_grant_time", UNIT_SECONDS, true,                                  \
      "workload lock: time with two or more clients that believed that they had the lock",         \
      "The time with two or more clients that believed that they had the lock, by the same "       \
      "belief as double_grants. Undefined without workload lock. In seconds.")                     \
    X(STALE_LOCK_WRITES, "stale_lock_writes", UNIT_COUNT, true,                                    \
      "workload lock: writes that the guarded resource took after one with a newer token",         \
      "Counts writes that the guarded resource took although it had taken one with a newer "       \
      "token: what fencing prevents. " GUARD "Undefined without workload lock.")                   \
    X(FENCED_LOCK_WRITES, "fenced_lock_writes", UNIT_COUNT, true,                                  \
      "workload lock: writes that the guard refused for a token older than one it had taken",      \
      "Counts writes that the guard refused because it had taken one with a newer token: harm "    \
      "that fencing prevented. " GUARD "Undefined without workload lock.")

#endif
