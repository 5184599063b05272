. "$papers/pages/algorithms.sh"
scenario=scenarios/papers/partial-connectivity.yaml
cloudflare=scenarios/papers/cloudflare-2020.yaml
cuts="quorum-loss constrained chained H1 H2"
seeds=20

# ---- The five cuts ---------------------------------------------------------------------------------------

for i in "${!compared[@]}"; do
    settings "${compared[i]}"
    sweep cuts "$scenario" "${sets[@]}" --seeds 1..$seeds
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
# Recovery within four rounds of 500 ms, counted from the first that the cut can spoil.
for cut in quorum-loss constrained chained; do
    for i in "${!compared[@]}"; do
        [ "${compared[i]%%|*}" = "Omni-Paxos' BLE" ] || continue
        check OMNI-4 "$cut: BLE, median until the leader that stays" 2 most \
            "$(awk -v cut=$cut '$1 == cut { print $6 }' "$work/outcomes-$i")" s
    done
done

# ---- Cloudflare --------------------------------------------------------------------------------------------

etcd=("plain|raft.pre_vote=false" "follower lease|raft.follower_lease=true" "pre-vote|raft.pre_vote=true"
    "pre-vote + check-quorum|raft.pre_vote=true raft.check_quorum=true")
: >"$work/cloudflare"
for row in "${etcd[@]}"; do
    sets=()
    for word in ${row#*|}; do sets+=(--set "$word"); done
    sweep cloudflare "$cloudflare" "${sets[@]}" --seeds 1..40
    sql cloudflare "SELECT variant || '|${row%|*}', min(c), round(avg(c), 2), max(c), min(h), round(avg(h), 2), max(h), min(r)
        FROM (SELECT variant, (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 20e9 AND begin_ns <= 380e9) AS c,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 380e9) AS h,
            (SELECT count(*) FROM leadership WHERE run_id = id AND begin_ns > 20e9) * 1.0
                / (SELECT count(*) FROM fault WHERE run_id = id AND kind = 'isolate' AND end_ns <= 410e9) AS r
        FROM run) GROUP BY variant" | tr ' ' '|' | sed 's/pre-vote|+|check-quorum/pre-vote + check-quorum/; s/follower|lease/follower lease/' \
        >>"$work/cloudflare"
done
forget cloudflare
counted() { # VARIANT LABEL FIELD
    awk -F'|' -v v="$1" -v l="$2" -v f="$3" '$1 == v && $2 == l { print $f + 0 }' "$work/cloudflare"
}
check CF-2020 "link n1–n3 cut, pre-vote + check-quorum: elections in 360 s, most" 0 0 "$(counted cut 'pre-vote + check-quorum' 5)"
check CF-2020 "the same: at healing, most" 0 0 "$(counted cut 'pre-vote + check-quorum' 8)"
check CF-2020 "follower lease alone: elections in 360 s, most" 0 0 "$(counted cut 'follower lease' 5)"
check CF-2020 "follower lease alone: at healing, least" 1 0 "$(counted cut 'follower lease' 6)"
check CF-2020 "follower lease alone: at healing, most" 1 report "$(counted cut 'follower lease' 8)"
check CF-2020 "plain: elections in 360 s, least" 1 least "$(counted cut plain 3)"
check CF-int "a follower comes and goes, plain: elections for each return, least" 1 least "$(counted intermittent plain 9)"
check CF-int "follower lease alone: elections for each return, least" 1 least "$(counted intermittent 'follower lease' 9)"
check CF-int "pre-vote: elections, most" 0 0 "$(counted intermittent pre-vote 5)"

# ---- Picture and page ----------------------------------------------------------------------------------------

: >"$work/grid"
for i in "${!compared[@]}"; do
    awk -v row=$((i + 1)) '{
        kind = $2 == $3 ? 1 : $2 == $5 ? 4 : $3 > 0 ? 2 : 3
        text = kind == 1 ? ($6 > 0 ? sprintf("%.1f s", $6) : "stays") : kind == 4 ? "no leader" \
            : sprintf("%s%.0f/min", $3 > 0 ? $3 "/" $2 ", " : "", $7)
        printf "%d\t%d\t%d\t%s\n", NR, row, kind, text
    }' "$work/outcomes-$i" >>"$work/grid"
done
{
    printf 'set xtics scale 0 ("quorum-loss" 1, "constrained" 2, "chained" 3, "H1" 4, "H2" 5)\nset ytics scale 0 ('
    for i in "${!compared[@]}"; do
        printf '%s"%s" %d' "$([ "$i" = 0 ] || echo ', ')" "${compared[i]%%|*}" $((i + 1))
    done
    printf ')\nrows = %d\n' ${#compared[@]}
    cat <<'GP'
set xrange [0.5:5.5]
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
    "links cut for two minutes, judged in the last; PV pre-vote, CQ check-quorum, FL follower's lease"

cat <<'MD'
# Partial connectivity

- Ng, Haridi and Carbone, *Omni-Paxos: Breaking the Barriers of Partial Connectivity*, EuroSys 2023, with its table 1 and
  artifact (haraldng/omnipaxos-artifacts): quorum-loss, constrained election, chained.
- Howard and Abraham, *Raft does not Guarantee Liveness in the face of Network Faults*, 2020: H1 and H2.
- Cloudflare, *A Byzantine failure in the real world*, 2020; Jensen, Howard and Mortier, *Examining Raft's behaviour
  during partial network failures*, HAOC 2021.

**What we ran.** Each cut for two minutes, 20 seeds, and asked in the last minute: is there a leader that reaches a majority,
and is it the same all the time? Timeouts of 500 ms, the middle one of the artifact (Raft 500 ms to 1 s).

    conclave sweep scenarios/papers/partial-connectivity.yaml --set raft.pre_vote=true --seeds 1..20

![Partial connectivity](partial-connectivity.svg)

Leaders a minute, and the share of the two minutes with a leader that reaches a majority:

| | quorum-loss | | constrained | | chained | | H1 | | H2 | |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
MD
for i in "${!compared[@]}"; do
    awk -v label="${compared[i]%%|*}" 'BEGIN { printf "| %s", label } { printf " | %.1f | %.1f %%", $7, 100 * $8 }
        END { print " |" }' "$work/outcomes-$i"
done
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
END
cat <<'MD'

Cloudflare's link, cut for 360 s, and a follower that is cut off for ten seconds of every twenty; 40 seeds, elections:

| | cut: mean (least–most) in 360 s | at healing | comes and goes: mean (least–most) in 400 s |
| --- | --- | --- | --- |
MD
for row in "${etcd[@]}"; do
    awk -F'|' -v label="${row%|*}" '$2 == label { if ($1 == "cut") cut = $4 + 0 " (" $3 "–" $5 ") | " $7 + 0 " (" $6 "–" $8 ")"
            else flap = $4 + $7 " (" $3 + $6 "–" $5 + $8 ")" }
        END { printf "| %s | %s | %s |\n", label, cut, flap }' "$work/cloudflare"
done
cat "$papers/pages/partial-connectivity.findings"
printf '\n## Checks\n\n'
checks_table "$checks"
