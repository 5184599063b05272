. "$papers/pages/algorithms.sh"
scenario=scenarios/papers/partial-connectivity.yaml
cloudflare=scenarios/papers/cloudflare-2020.yaml
cuts="quorum-loss constrained chained H1 H2"
seeds=20

# ---- The five cuts ---------------------------------------------------------------------------------------

# Ballot leader election draws nothing: all rounds would begin together, and each cut would come at the same instant of one.
# So that it may come at any, each server begins at an instant of its own within a round, on a clock of its own.
phases() { # ROUND_MS < SCENARIO
    awk -v round="$1" '
        /^duration:/ { print "clock: {drift: -20ppm..20ppm}" }
        /- name:/ { nodes = 5 }
        /cluster.nodes: 3/ { nodes = 3 }
        { print }
        /^      faults:$/ {
            for (i = 1; i <= nodes; i++)
                printf "        - {at: 0s, crash: n%d}\n        - {at: 0ms..%dms, restart: n%d}\n", i, round, i
        }'
}
# For each cut, over the runs in which it took the leader: how many, the longest until the leader that stays, from the cut, and
# from when the old leader began its first round in the cut (what it asked before was answered, so that the cut cannot spoil it),
# and in how many that is more than four rounds; clocks of 20 ppm may add that much to a round's begin.
longest() { # NAME ROUND_MS CUT_S
    sql "$1" "WITH old AS (SELECT run_id, node AS was, max(begin_ns) FROM leadership WHERE begin_ns < ${3}e9 GROUP BY run_id),
        new AS (SELECT run_id, max(begin_ns) AS b FROM leadership GROUP BY run_id),
        start AS (SELECT run_id, target, begin_ns FROM fault WHERE kind = 'restart'),
        took AS (SELECT variant, (b - ${3}000000000) / 1e9 AS cut, (b - ${3}000000000
            - ((begin_ns - ${3}000000000) % ${2}000000 + ${2}000000) % ${2}000000) / 1e9 AS round
        FROM run JOIN old ON old.run_id = id JOIN new ON new.run_id = id JOIN start ON start.run_id = id AND target = was
        WHERE b > ${3}e9)
        SELECT variant, count(*), max(cut), max(round), sum(round > 4 * $2 / 1e3 + 40e-6 * ($3 + 4 * $2 / 1e3)) FROM took GROUP BY variant"
}
ble_seeds=400
for i in "${!compared[@]}"; do
    settings "${compared[i]}"
    if [ "${compared[i]%%|*}" = "Omni-Paxos' BLE" ]; then
        phases 500 <"$scenario" >"$work/phases.yaml"
        sweep cuts "$work/phases.yaml" "${sets[@]}" --seeds 1..$ble_seeds
        longest cuts 500 10 | sed 's/^/500 10 /' >"$work/longest"
    else
        sweep cuts "$scenario" "${sets[@]}" --seeds 1..$seeds
    fi
    outcomes cuts "quorum-loss:2 constrained:2 chained:123 H1:123 H2:123" 10 70 130 >"$work/outcomes-$i"
done
forget cuts

# found LABEL CUT : recovers, flaps, no leader, or how many of each.
found() {
    local i
    for i in "${!compared[@]}"; do
        [ "${compared[i]%%|*}" = "$1" ] || continue
        awk -v cut="$2" '$1 == cut { print $2 == $3 ? "recovers" : $2 == $4 ? "flaps" : $2 == $5 ? "no leader" \
            : "recovers in " $3 " of " $2 }' "$work/outcomes-$i"
    done
}

while IFS='|' read -r id label cut expected; do
    check "$id" "$cut: $label" "$expected" exact "$(found "$label" "$cut")"
done <<'END'
OMNI-E1|Omni-Paxos' BLE|quorum-loss|recovers
OMNI-E1|Raft|quorum-loss|recovers
OMNI-E1|Raft, PV + CQ|quorum-loss|recovers
OMNI-E1|Viewstamped Replication|quorum-loss|no leader
OMNI-E1|Omni-Paxos' BLE|constrained|recovers
OMNI-E1|Raft|constrained|no leader
OMNI-E1|Raft, PV + CQ|constrained|no leader
OMNI-E1|Viewstamped Replication|constrained|no leader
OMNI-E1|Omni-Paxos' BLE|chained|recovers
H1|Raft|H1|flaps
H1|Raft, PV|H1|recovers
H2|Raft, PV|H2|no leader
H2|Raft, PV + CQ|H2|recovers
END
# ---- Cloudflare --------------------------------------------------------------------------------------------

# Raft with etcd's timing; the others as above. A line a row and variant: elections in the cut and at healing, least, mean and
# most, and those for each return of the follower, least.
: >"$work/cloudflare"
: >"$work/churn"
for i in "${!compared[@]}"; do
    settings "${compared[i]}"
    [[ ${compared[i]} != Raft* ]] || sets+=(--set raft.election_timeout=1s..2s)
    sweep cloudflare "$cloudflare" "${sets[@]}" --seeds 1..40
    outcomes cloudflare "cut:123 intermittent:123" 20 320 380 | sed -n 's/^cut /Cloudflare /p' >>"$work/outcomes-$i"
    sql cloudflare "SELECT variant, min(c), avg(c), max(c), min(h), avg(h), max(h), min(r) FROM (SELECT variant,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 20e9 AND begin_ns <= 380e9) AS c,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 380e9) AS h,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 20e9) * 1.0
                / (SELECT count(*) FROM fault WHERE run_id = id AND kind = 'isolate' AND end_ns <= 410e9) AS r
        FROM run) GROUP BY variant" | sed "s/^/$i /" >>"$work/cloudflare"
    # The same with logs that never differ: elections in the cut (least, mean, most, and their deviation), in the minute of it with
    # the fewest, at healing (least and most), and more than a heartbeat interval after it: until then the loser may not have heard.
    [[ ${compared[i]} = Raft* ]] || continue
    sweep cloudflare "$cloudflare" "${sets[@]}" --set raft.replication=false --variant cut --seeds 1..40
    sql cloudflare "WITH RECURSIVE minute(m) AS (SELECT 0 UNION ALL SELECT m + 1 FROM minute WHERE m < 5),
        each AS (SELECT (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 20e9 AND begin_ns <= 380e9) AS c,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 380e9) AS h,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 380.1e9) AS late,
            (SELECT min(n) FROM (SELECT (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > (20 + 60 * m) * 1e9
                AND begin_ns <= (80 + 60 * m) * 1e9) AS n FROM minute)) AS f FROM run)
        SELECT $i, min(c), avg(c), max(c), sqrt(max(0, avg(c * c) - avg(c) * avg(c))), min(f), min(h), max(h), max(late) FROM each" >>"$work/churn"
done
forget cloudflare
counted() { # VARIANT LABEL FIELD
    local i
    for i in "${!compared[@]}"; do
        [ "${compared[i]%%|*}" != "$2" ] || awk -v i="$i" -v v="$1" -v f="$3" '$1 == i && $2 == v { print $f + 0 }' "$work/cloudflare"
    done
}
churned() { # LABEL FIELD
    local i
    for i in "${!compared[@]}"; do
        [ "${compared[i]%%|*}" != "$1" ] || awk -v i="$i" -v f="$2" '$1 == i { print $f + 0 }' "$work/churn"
    done
}
# "Churn throughout, ends at healing". The two ends take turns: a timeout of 1.5 s, and the loser hears the higher term in the answer
# to its next heartbeat, half an interval and three delays later; a renewal less in the first, by half of one.
check CF-2020 "Raft, logs that never differ: elections in 360 s, mean" "$(calc "360 / (1.5 + 0.05 + 3 * 0.002) - 0.5" %.1f)" \
    "$(calc "4 * $(churned Raft 5) / sqrt(40)" %.1f)" "$(calc "$(churned Raft 3)" %.1f)"
check CF-2020 "the same: in the minute of the cut with the fewest, a timeout of 2 s and a heartbeat each" 28 least "$(churned Raft 6)"
check CF-2020 "the same: later than a heartbeat interval after healing, most" 0 0 "$(churned Raft 9)"
for label in "Raft, PV + CQ" "Raft, PV + CQ + FL"; do
    check CF-2020 "$label, logs that never differ: elections in 360 s and at healing, most" 0 0 "$(calc "$(churned "$label" 4) + $(churned "$label" 8)")"
done
check CF-2020 "Raft, FL, logs that never differ: elections in 360 s, most" 0 0 "$(churned 'Raft, FL' 4)"
check CF-2020 "the same: at healing, least" 1 0 "$(churned 'Raft, FL' 7)"
check CF-2020 "the same: at healing, most" 1 0 "$(churned 'Raft, FL' 8)"
for label in "Raft, PV + CQ" "Raft, PV + CQ + FL"; do
    check CF-2020 "link n1–n3 cut, $label: elections in 360 s, most" 0 0 "$(counted cut "$label" 5)"
    check CF-2020 "the same: at healing, most" 0 0 "$(counted cut "$label" 8)"
done
check CF-2020 "Raft, FL: elections in 360 s, most" 0 0 "$(counted cut 'Raft, FL' 5)"
check CF-2020 "Raft, FL: at healing, least" 1 0 "$(counted cut 'Raft, FL' 6)"
check CF-2020 "Raft, FL: at healing, most" 1 0 "$(counted cut 'Raft, FL' 8)"
check CF-2020 "Raft, with its log: elections in 360 s, most; section 12 has churn throughout" "$(calc "$(churned Raft 3)" %.0f)" report "$(counted cut Raft 5)"
for label in Raft "Raft, FL" "Raft, CQ" "Raft, CQ + FL"; do
    check CF-int "a follower comes and goes, $label: elections for each return, least" 1 least "$(counted intermittent "$label" 9)"
done
for label in "Raft, PV" "Raft, PV + FL" "Raft, PV + CQ" "Raft, PV + CQ + FL"; do
    check CF-int "$label: elections, most" 0 0 "$(counted intermittent "$label" 5)"
done

# ---- Why table 1 says no to Raft in the chain --------------------------------------------------------------

settings "${compared[0]}"
sweep logless "$scenario" "${sets[@]}" --set raft.replication=false --seeds 1..$seeds
outcomes logless "chained:123" 10 70 130 >"$work/logless"
tell logless "$(awk '$1 == "chained" { printf "%.0f", $7 }' "$work/logless")"
check OMNI-log "chained: Raft, logs that never differ (raft.replication=false)" flaps exact \
    "$(awk '$1 == "chained" { print $2 == $4 ? "flaps" : $2 == $3 ? "recovers" : "mixed" }' "$work/logless")"
settings "${compared[6]}"
sweep logless "$scenario" "${sets[@]}" --set raft.replication=false --variant chained --seeds 1..$seeds
check OMNI-log "chained: the same with PV + CQ" recovers exact \
    "$(outcomes logless "chained:123" 10 70 130 | awk '{ print $2 == $3 ? "recovers" : "other" }')"
forget logless

# ---- The artifact's other timeouts --------------------------------------------------------------------------

# 50 ms with a tenth of the time by which the centre's log falls behind; 5 s with ten times that, and more time before the cut.
sed 's/at: 10300ms/at: 10030ms/' "$scenario" >"$work/fast.yaml"
sed 's/at: 2s/at: 20s/; s/at: 5s/at: 30s/; s/at: 6s/at: 30s/; s/at: 10s/at: 60s/; s/at: 10300ms/at: 63s/; s/^duration: .*/duration: 300s/' \
    "$scenario" >"$work/slow.yaml"
scaled() { # ROW TIMES : its --set arguments with a tenth, or ten times, of each duration, into the array `sets`
    local word
    settings "$1"
    sets=($(for word in "${sets[@]}"; do
        awk -v word="$word" -v times="$2" 'BEGIN {
            at = index(word, "=")
            out = substr(word, 1, at); rest = substr(word, at + 1)
            while (match(rest, /[0-9]+(ms|s)/)) {
                value = substr(rest, RSTART, RLENGTH)
                ms = value ~ /ms$/ ? value + 0 : value * 1000
                out = out substr(rest, 1, RSTART - 1) ms * times "ms"
                rest = substr(rest, RSTART + RLENGTH)
            }
            print out rest
        }'
    done))
}
: >"$work/timeouts"
for i in "${!compared[@]}"; do
    label=${compared[i]%%|*}
    case $label in Raft | "Raft, PV + CQ" | Omni* | View*) ;; *) continue ;; esac
    scaled "${compared[i]}" 0.1
    fast=$work/fast.yaml slow=$work/slow.yaml runs=10
    if [ "$label" = "Omni-Paxos' BLE" ]; then
        phases 50 <"$fast" >"$work/fast-phases.yaml"
        phases 5000 <"$slow" >"$work/slow-phases.yaml"
        fast=$work/fast-phases.yaml slow=$work/slow-phases.yaml runs=$ble_seeds
    fi
    sweep fast "$fast" "${sets[@]}" --seeds 1..$runs
    outcomes fast "quorum-loss:2 constrained:2 chained:123 H1:123 H2:123" 10 70 130 | sed "s/^/$i 50ms /" >>"$work/timeouts"
    scaled "${compared[i]}" 10
    sweep slow "$slow" "${sets[@]}" --seeds 1..$runs
    outcomes slow "quorum-loss:2 constrained:2 chained:123 H1:123 H2:123" 60 180 300 | sed "s/^/$i 5s /" >>"$work/timeouts"
    [ "$label" != "Omni-Paxos' BLE" ] || { longest fast 50 10 | sed 's/^/50 10 /'; longest slow 5000 60 | sed 's/^/5000 60 /'; } >>"$work/longest"
done
forget fast slow
verdict() { # INDEX TIMEOUT CUT
    { [ "$2" != 500ms ] && awk -v i="$1" -v t="$2" '$1 == i && $2 == t' "$work/timeouts" || sed 's/^/0 500ms /' "$work/outcomes-$1"; } \
        | awk -v cut="$3" '$3 == cut { print $4 == $5 ? ($8 > 0 ? sprintf("%.2g s", $8) : "stays") : $4 == $7 ? "no leader" \
            : $4 == $6 ? sprintf("flaps, %.0f/min", $9) : sprintf("%d of %d", $5, $4) }'
}
while IFS='|' read -r cut label expected; do
    for i in "${!compared[@]}"; do
        [ "${compared[i]%%|*}" = "$label" ] || continue
        for timeout in 50ms 5s; do
            case $(verdict "$i" $timeout "$cut") in *s) found=recovers ;; *) found=$(verdict "$i" $timeout "$cut") ;; esac
            check OMNI-E1 "$cut, timeouts of $timeout: $label" "$expected" exact "$found"
        done
    done
done <<'END'
quorum-loss|Omni-Paxos' BLE|recovers
quorum-loss|Raft|recovers
quorum-loss|Raft, PV + CQ|recovers
quorum-loss|Viewstamped Replication|no leader
constrained|Omni-Paxos' BLE|recovers
constrained|Raft|no leader
constrained|Raft, PV + CQ|no leader
constrained|Viewstamped Replication|no leader
chained|Omni-Paxos' BLE|recovers
END
# Four rounds, and a fifth where the cut comes while messages of a round are under way: a leaf then may miss the leader alone. Four
# leaves, and 3 ms there and back, are the share of a round that this can meet.
while read -r round cut_at cut runs from_cut from_round more; do
    case $cut in quorum-loss | constrained | chained) ;; *) continue ;; esac
    check OMNI-4 "$cut, rounds of $round ms: BLE, runs of $runs with more than four rounds from the old leader's first in the cut" \
        "$(calc "$runs * (4 * 6 < $round ? 4 * 6 / $round : 1)" %.0f)" most "$more"
    rounds=5
    [ $cut != constrained ] || rounds=5.6 # its last links go six tenths of a round after the first
    check OMNI-4 "the longest" "$(calc "$rounds * $round / 1e3 + 40e-6 * ($cut_at + $rounds * $round / 1e3)" %.4f)" most "$(calc "$from_round" %.4f)" s
    check OMNI-4 "the longest from the cut itself" "$(calc "4 * $round / 1e3" %g)" report "$(calc "$from_cut" %.3f)" s
done <"$work/longest"

# ---- Picture and page ----------------------------------------------------------------------------------------

: >"$work/grid"
for i in "${!compared[@]}"; do
    awk -v row=$((i + 1)) '{
        kind = $2 == $3 ? 1 : $2 == $5 ? 4 : $3 > 0 ? 2 : 3
        text = kind == 1 ? ($6 > 0 ? sprintf("%.1f s", $6) : "stays") : kind == 4 ? "no leader" \
            : sprintf("%s%.0f/min", $3 > 0 ? $3 " of " $2 ", " : "", $7)
        printf "%d\t%d\t%d\t%s\n", NR, row, kind, text
    }' "$work/outcomes-$i" >>"$work/grid"
done
{
    printf 'set xtics scale 0 ("quorum-loss" 1, "constrained" 2, "chained" 3, "H1" 4, "H2" 5, "Cloudflare" 6)\nset ytics scale 0 ('
    for i in "${!compared[@]}"; do
        printf '%s"%s" %d' "$([ "$i" = 0 ] || echo ', ')" "${compared[i]%%|*}" $((i + 1))
    done
    printf ')\nrows = %d\n' ${#compared[@]}
    cat <<'GP'
set xrange [0.5:6.5]
set yrange [rows + 0.5:0.5]
unset grid
unset border
set style fill solid 1 noborder
set datafile separator "\t"
set key below maxcols 2
colour(k) = k == 1 ? 0x009E73 : k == 2 ? 0xE69F00 : k == 3 ? 0xD55E00 : 0x444444
plot work.'/grid' using 1:2:(0.48):(0.44):(colour($3)) with boxxyerror linecolor rgb variable notitle, \
     work.'/grid' using 1:2:4 with labels textcolor rgb '#ffffff' font ',11' notitle, \
     NaN with boxes linecolor rgb 0x009E73 title "recovers: seconds until the leader that stays (median)", \
     NaN with boxes linecolor rgb 0xE69F00 title "recovers on some seeds only; leaders a minute", \
     NaN with boxes linecolor rgb 0xD55E00 title "flaps: leaders a minute", \
     NaN with boxes linecolor rgb 0x444444 title "no leader that reaches a majority"
GP
} | picture partial-connectivity 830 $((180 + 34 * ${#compared[@]})) "Who finds a leader in a partially connected network?" \
    "links cut for two minutes (Cloudflare: six), judged in the last; PV pre-vote, CQ check-quorum, FL lease"

cat <<'MD'
# Partial connectivity

- Ng, Haridi and Carbone, *Omni-Paxos: Breaking the Barriers of Partial Connectivity*, EuroSys 2023, with its table 1 and
  artifact (haraldng/omnipaxos-artifacts): quorum-loss, constrained election, chained.
- Howard and Abraham, *Raft does not Guarantee Liveness in the face of Network Faults*, 2020: H1 and H2.
- Cloudflare, *A Byzantine failure in the real world*, 2020; Jensen, Howard and Mortier, *Examining Raft's behaviour
  during partial network failures*, HAOC 2021.

**What we ran.** Each cut for two minutes, 20 seeds (ballot leader election: 400, with the servers' rounds at phases drawn anew for each
and clocks of ±20 ppm, since it draws nothing else and all cuts would come at one instant of a round), and asked in the last minute: is there a leader that reaches a majority,
and is it the same all the time? Timeouts of 500 ms, the middle one of the artifact (Raft 500 ms to 1 s).

    conclave sweep scenarios/papers/partial-connectivity.yaml --set raft.election_timeout=500ms..1s \
        --set raft.heartbeat_interval=100ms --set raft.pre_vote=true --seeds 1..20

![Partial connectivity](partial-connectivity.svg)

Seconds until the leader that stays (median), or what else; leaders a minute, and the share of the cut with a leader that
reaches a majority:

| | quorum-loss | constrained | chained | H1 | H2 | Cloudflare |
| --- | --- | --- | --- | --- | --- | --- |
MD
for i in "${!compared[@]}"; do
    awk -v label="${compared[i]%%|*}" 'BEGIN { printf "| %s", label }
        { printf " | %s; %.1f/min, %.1f %%", $2 == $3 ? ($6 > 0 ? sprintf("**%.1f s**", $6) : "**stays**") : $2 == $5 ? "no leader" \
            : $2 == $4 ? "flaps" : $3 " of " $2, $7, 100 * $8 }
        END { print " |" }' "$work/outcomes-$i"
done
cat <<'MD'

The artifact runs timeouts of 50 ms, 500 ms and 5 s; so do we (10 seeds for the outer two, 400 of ballot leader election; the centre's log falls behind for
six tenths of a timeout in each, and 5 s have more time before the cut). Until the leader that stays:

| | quorum-loss: 50 ms | 500 ms | 5 s | constrained: 50 ms | 500 ms | 5 s | chained: 50 ms | 500 ms | 5 s |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
MD
for i in "${!compared[@]}"; do
    grep -q "^$i " "$work/timeouts" || continue
    printf '| %s |' "${compared[i]%%|*}"
    for cut in quorum-loss constrained chained; do
        for timeout in 50ms 500ms 5s; do printf ' %s |' "$(verdict "$i" $timeout $cut)"; done
    done
    printf '\n'
done
cat <<'MD'

Omni-Paxos claims a leader within four election timeouts (rounds). Counted are the runs in which the cut took the leader: until the leader
that stays begins, the longest of them, from the instant of the cut, and from when the old leader began its first round in the
cut. What it asked in the round under way was answered, so that no cut spoils that one; it is up to a round more.

| cut | rounds of | runs | longest from the cut | in rounds | from the first round in it | in rounds | runs above four |
| --- | --- | --- | --- | --- | --- | --- | --- |
MD
awk '$3 ~ /quorum-loss|constrained|chained/ { printf "| %s | %s ms | %d | %.3f s | %.2f | %.3f s | %.2f | %d |\n", $3, $1, $4, $5, $5 * 1e3 / $1, $6, $6 * 1e3 / $1, $7 }' "$work/longest"
cat <<'MD'

Against Omni-Paxos' table 1 ("yes": progress; * fixed by pre-vote and check-quorum) and what its artifact says that it runs:

| | quorum-loss: table | artifact | ours | constrained: table | artifact | ours | chained: table | artifact | ours |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
MD
while IFS='|' read -r label published; do
    printf '| %s' "$label"
    n=0
    for cut in quorum-loss constrained chained; do
        n=$((n + 1))
        printf ' | %s | %s' "$(cut -d, -f$n <<<"${published%|*}")" "$(cut -d, -f$n <<<"${published#*|}") | $(found "$label" $cut)"
    done
    printf ' |\n'
done <<'END'
Omni-Paxos' BLE|yes,yes,yes|recovers,recovers,–
Raft|no*,no,no*|recovers,deadlocks,–
Raft, PV + CQ|yes,no,yes|recovers,deadlocks,–
Viewstamped Replication|no,no,no|deadlocks,deadlocks,–
ZooKeeper's FLE|no,no,no|–,–,–
END
cat <<'MD'

Cloudflare's link, cut for 360 s, and a follower that is cut off for ten seconds of every twenty; 40 seeds, Raft with etcd's 1 to
2 s; elections:

    conclave sweep scenarios/papers/cloudflare-2020.yaml --set raft.pre_vote=true --set raft.check_quorum=true --seeds 1..40
    conclave sweep scenarios/papers/cloudflare-2020.yaml --variant cut --set raft.replication=false --seeds 1..40

| | cut: mean (least–most) in 360 s | at healing | logs that never differ: in 360 s | at healing | comes and goes: mean (least–most) in 400 s |
| --- | --- | --- | --- | --- | --- |
MD
for i in "${!compared[@]}"; do
    awk -v i="$i" -v label="${compared[i]%%|*}" '
        function number(x) { return sprintf("%.1f", x) + 0 }
        FILENAME ~ /churn$/ { if ($1 == i) churn = number($3) " (" $2 "–" $4 ") | " $7 "–" $8; next }
        $1 == i { if ($2 == "cut") cut = number($4) " (" $3 "–" $5 ") | " number($7) " (" $6 "–" $8 ")"
            else flap = number($4 + $7) " (" $3 + $6 "–" $5 + $8 ")" }
        END { printf "| %s | %s | %s | %s |\n", label, cut, churn == "" ? "– | –" : churn, flap }' "$work/churn" "$work/cloudflare"
done
seconds_of() { awk -v cut="$2" '$1 == cut { printf "%.1f", $6 }' "$work/outcomes-$1"; }
rate_of() { awk -v cut="$2" '$1 == cut { printf "%.0f", $7 }' "$work/outcomes-$1"; }
tell h2_pv_cq "$(seconds_of 6 H2)"
tell h1_raft "$(rate_of 0 H1)"
tell vr_chained "$(awk '$1 == "chained" { printf "%.0f", $7 * 2 }' "$work/outcomes-9")"
tell fle_h1 "$(awk '$1 == "H1" { print $3 " of " $2 }' "$work/outcomes-10")"
tell fle_h2 "$(awk '$1 == "H2" { print $3 " of " $2 }' "$work/outcomes-10")"
tell cf_least "$(counted cut Raft 3)"
tell cf_churn_least "$(churned Raft 2)"
tell cf_churn_most "$(churned Raft 4)"
tell ble_star "$(awk '$1 == 500 && $3 == "quorum-loss" { printf "%.2f", $5 }' "$work/longest")"
tell ble_above "$(awk '$1 == 500 && $3 == "quorum-loss" { print $7 " of " $4 }' "$work/longest")"
tell ble_above_50 "$(awk '$1 == 50 && $3 == "quorum-loss" { print $7 " of " $4 }' "$work/longest")"
tell cf_most "$(counted cut Raft 5)"
findings
printf '\n## Checks\n\n'
checks_table "$checks"
