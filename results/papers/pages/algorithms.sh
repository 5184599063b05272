# What the pages on partial connectivity compare: label | algorithm | --set for each.
raft="raft.election_timeout=500ms..1s raft.heartbeat_interval=100ms"
compared=(
    "Raft|raft|$raft raft.pre_vote=false raft.check_quorum=false raft.follower_lease=false"
    "Raft, FL|raft|$raft raft.pre_vote=false raft.check_quorum=false raft.follower_lease=true"
    "Raft, CQ|raft|$raft raft.pre_vote=false raft.check_quorum=true raft.follower_lease=false"
    "Raft, CQ + FL|raft|$raft raft.pre_vote=false raft.check_quorum=true raft.follower_lease=true"
    "Raft, PV|raft|$raft raft.pre_vote=true raft.check_quorum=false raft.follower_lease=false"
    "Raft, PV + FL|raft|$raft raft.pre_vote=true raft.check_quorum=false raft.follower_lease=true"
    "Raft, PV + CQ|raft|$raft raft.pre_vote=true raft.check_quorum=true raft.follower_lease=false"
    "Raft, PV + CQ + FL|raft|$raft raft.pre_vote=true raft.check_quorum=true raft.follower_lease=true"
    "Omni-Paxos' BLE|ballot_leader_election|ballot_leader_election.heartbeat_delay=500ms"
    "Viewstamped Replication|viewstamped_replication|viewstamped_replication.commit_interval=100ms viewstamped_replication.view_change_timeout=500ms"
    "ZooKeeper's FLE|fast_leader_election|fast_leader_election.tick_time=100ms"
)
# Those that this program has.
known=$("$conclave" list algorithms | awk 'NR > 1 { print $1 }')
for i in "${!compared[@]}"; do
    name=${compared[i]#*|}
    grep -qx "${name%%|*}" <<<"$known" || unset "compared[i]"
done
compared=("${compared[@]}")

# settings ROW : its --set arguments, into the array `sets`.
settings() {
    local rest=${1#*|} word
    sets=(--set "algorithm=${rest%%|*}")
    for word in ${rest#*|}; do sets+=(--set "$word"); done
}

# outcomes NAME REACHES FROM WINDOW END [PERIOD] : what became of the runs of a database, a line a variant:
#   variant, runs, stable, flapping, without a leader, median seconds until the leader that stays, leaders a minute,
#   share of the time with a leader that reaches a majority, share in the window
# A leader counts while it is one of those that reach a majority: REACHES is "VARIANT:123 VARIANT:2 …", digits of nodes;
# in variants named flapping… the others do, too, in the first half of each PERIOD.
outcomes() {
    sql "$1" "SELECT replace(variant, ' ', '_'), run.id, coalesce(substr(node, 2), 0), coalesce(begin_ns, 0) / 1e9,
        coalesce(end_ns, 0) / 1e9 FROM run LEFT JOIN leadership ON run_id = id ORDER BY run.id, begin_ns" \
        | awk -v reaches="$2" -v from="$3" -v window="$4" -v end="$5" -v period="${6:-0}" '
            function covered(a, b,   low) { # of the merged intervals, what lies from a to b
                low = b > end ? end : b
                return low > a ? low - a : 0
            }
            function whole(t) { # how long the network was whole before t
                return int(t / period) * period / 2 + (t % period < period / 2 ? t % period : period / 2)
            }
            function add(begin, stop) {
                total += covered(begin > from ? begin : from, stop)
                window_cover += covered(begin > window ? begin : window, stop)
            }
            function add_whole(begin, stop) {
                if (stop > end) stop = end
                if (stop > from) total += whole(stop) - whole(begin > from ? begin : from)
                if (stop > window) window_cover += whole(stop) - whole(begin > window ? begin : window)
            }
            function close_run(   kind) {
                if (run == "") return
                if (total > end - from) total = end - from
                if (window_cover > end - window) window_cover = end - window
                kind = window_cover > 0.999 * (end - window) && changes == 0 ? "stable" \
                    : window_cover == 0 ? "none" : "flaps"
                runs[name]++
                count[name, kind]++
                cover[name] += total / (end - from)
                late[name] += window_cover / (end - window)
                begun[name] += begins / ((end - from) / 60)
                if (kind == "stable") times[name, count[name, kind]] = last > from ? last - from : 0
            }
            BEGIN { n = split(reaches, r, " "); for (i = 1; i <= n; i++) { split(r[i], p, ":"); able[p[1]] = p[2] } }
            $2 != run {
                close_run()
                name = $1; run = $2; total = window_cover = changes = begins = last = until = 0
                if (!(name in seen)) { seen[name] = 1; order[++names] = name }
            }
            $5 > from && $4 < end {
                if ($4 > from) begins++
                if ($4 > window) changes++
                if ($3 > 0 && !index(able[name], $3) && period > 0 && name ~ /^flapping/) add_whole($4, $5)
                if ($3 > 0 && index(able[name], $3)) {
                    add($4 > until ? $4 : until, $5) # leaders that overlap count once
                    if ($5 > until) until = $5
                    if ($5 >= end) last = $4 # the newest of those that act to the end
                }
            }
            END {
                close_run()
                for (i = 1; i <= names; i++) {
                    name = order[i]; k = count[name, "stable"] + 0
                    for (a = 2; a <= k; a++) { # sorted, for the median
                        v = times[name, a]
                        for (b = a - 1; b >= 1 && times[name, b] > v; b--) times[name, b + 1] = times[name, b]
                        times[name, b + 1] = v
                    }
                    printf "%s %d %d %d %d %s %.3f %.4f %.4f\n", name, runs[name], k, count[name, "flaps"], count[name, "none"],
                        k ? sprintf("%.3f", times[name, int((k + 1) / 2)]) : "-", begun[name] / runs[name],
                        cover[name] / runs[name], late[name] / runs[name]
                }
            }'
}
