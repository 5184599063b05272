. "$papers/pages/algorithms.sh"
base=scenarios/papers/connectivity-atlas.yaml
seeds=3

# The rows of the other page that differ here, two more that ask for majorities, with timeouts like Raft's, and two that know no
# quorum.
atlas=()
for row in "${compared[@]}"; do
    case ${row%%|*} in
        "Raft" | "Raft, PV" | "Raft, CQ + FL" | "Raft, PV + CQ + FL") atlas+=("$row") ;;
        Raft*) ;;
        *) atlas+=("$row") ;;
    esac
done
atlas+=("KRaft|kraft|kraft.fetch_timeout=1s kraft.election_timeout=500ms kraft.request_timeout=1s kraft.fetch_max_wait=250ms"
    "MongoDB|mongodb|mongodb.election_timeout=1s mongodb.heartbeat_interval=200ms mongodb.heartbeat_timeout=1s"
    "Bully|bully|" "Ring|ring|")
short() {
    local name=${1%%|*}
    name=${name#Omni-Paxos\' }
    name=${name#ZooKeeper\'s }
    [ "$name" != "Viewstamped Replication" ] || name=VR
    name=${name#Raft, }
    name=${name// + /+}
    echo "$name"
}

# ---- The graphs ----------------------------------------------------------------------------------------------

for nodes in 3 4 5; do
    awk -v nodes=$nodes -f "$papers/pages/graphs.awk" | sort -k3,3n -k4,4 >"$work/graphs-$nodes"
done
awk -v nodes=3 -v oneway=1 -f "$papers/pages/graphs.awk" | sort -k3,3n -k4,4 >"$work/graphs-3-one-way"
check ATLAS "connected graphs of 3 nodes" 2 exact "$(wc -l <"$work/graphs-3")"
check ATLAS "connected graphs of 4 nodes" 6 exact "$(wc -l <"$work/graphs-4")"
check ATLAS "connected graphs of 5 nodes" 21 exact "$(wc -l <"$work/graphs-5")"
check ATLAS "with links in one direction, 3 nodes: 13 triads less 2" 11 exact "$(wc -l <"$work/graphs-3-one-way")"
cat "$work/graphs-3" "$work/graphs-3-one-way" "$work/graphs-4" "$work/graphs-5" >"$work/graphs"
total=$(wc -l <"$work/graphs")

# A variant KIND-GRAPH-SHIFT for every graph and every place of n1, and which nodes reach a majority.
awk -v variants="$work/variants" -v reaches="$work/reaches" '
    function place(node) { return (node - 1 + shift) % nodes + 1 }
    {
        nodes = $1
        split("", has)
        count = split($4, links, ",")
        for (i = 1; i <= count; i++) has[substr(links[i], 1, 1), substr(links[i], 2, 1)] = 1
        for (shift = 0; shift < nodes; shift++) {
            able = steady = flapping = ""
            for (a = 1; a <= nodes; a++) {
                reach = 1; missing = ""
                for (b = 1; b <= nodes; b++) {
                    if (a == b) continue
                    if (has[a, b] && has[b, a]) reach++
                    if (!has[a, b]) missing = missing (missing == "" ? "" : ", ") "n" place(b)
                }
                if (reach > nodes / 2) able = able place(a)
                if (missing == "") continue
                block = "block: {from: n" place(a) ", to: [" missing "]}}"
                steady = steady (steady == "" ? "" : ", ") "{at: 10s, " block
                flapping = flapping (flapping == "" ? "" : ", ") "{every: 20s, for: 10s, " block
            }
            printf "  - {name: \"steady-%d-%d\", set: {cluster.nodes: %d, faults: [%s]}}\n", NR, shift, nodes, steady >variants
            printf "  - {name: \"flapping-%d-%d\", set: {cluster.nodes: %d, faults: [%s]}}\n", NR, shift, nodes, flapping >variants
            printf "steady-%d-%d:%s flapping-%d-%d:%s ", NR, shift, able == "" ? "-" : able, NR, shift, able == "" ? "-" : able >reaches
        }
    }' "$work/graphs"
{ sed '/^faults:/,/^$/d' "$base"; printf '\nvariants:\n'; cat "$work/variants"; } >"$work/atlas.yaml"

# ---- The runs ------------------------------------------------------------------------------------------------

# kind, graph, algorithm, runs, stable, flapping, none, leaders a minute, share with a leader, share with two
: >"$work/cells"
for i in "${!atlas[@]}"; do
    settings "${atlas[i]}"
    sweep atlas "$work/atlas.yaml" "${sets[@]}" --seeds 1..$seeds
    outcomes atlas "$(cat "$work/reaches")" 10 70 130 20 >"$work/outcomes"
    sql atlas "SELECT variant, avg(value) / 120 FROM metric JOIN run ON run_id = id WHERE name = 'split_brain_time' GROUP BY variant" \
        >"$work/two"
    awk -v algorithm=$((i + 1)) '
        FNR == NR { two[$1] = $2; next }
        { split($1, p, "-"); k = p[1] " " p[2]
          runs[k] += $2; stable[k] += $3; flaps[k] += $4; none[k] += $5; rate[k] += $7; cover[k] += $9; both[k] += two[$1]; n[k]++ }
        END { for (k in runs) printf "%s %d %d %d %d %d %.2f %.4f %.4f\n", k, algorithm, runs[k], stable[k], flaps[k], none[k],
            rate[k] / n[k], cover[k] / n[k], both[k] / n[k] }' "$work/two" "$work/outcomes" >>"$work/cells"
done
forget atlas
sort -k1,1 -k2,2n -k3,3n "$work/cells" >"$work/cells.sorted"
mv "$work/cells.sorted" "$work/cells"

# What a graph allows at all: somebody reaches a majority both ways.
awk '{ n = split($0, r, " "); for (i = 1; i <= n; i++) { split(r[i], p, ":"); split(p[1], v, "-")
    if (v[1] == "steady" && v[3] == 0) print v[2], p[2] == "-" ? 0 : 1 } }' "$work/reaches" >"$work/possible"
hopeless=$(awk '$2 == 0' "$work/possible" | wc -l)
# count ALGORITHM KIND CLASS : graphs where somebody could lead steadily and all runs are of that class.
graphs_with() {
    awk -v label="$1" -v kind="$2" -v class="$3" '
        FILENAME ~ /possible/ { possible[$1] = $2; next }
        $1 == kind && $3 == label && (possible[$2] || kind == "flapping") {
            found = $4 == $5 ? "stable" : $4 == $7 ? "none" : "other"
            if (found == class) n++
        } END { print n + 0 }' "$work/possible" "$work/cells"
}
# Graphs where one node has links both ways with all others.
awk '{ n = split($4, l, ","); split("", has); for (i = 1; i <= n; i++) has[l[i]] = 1
    hub = 0
    for (a = 1; a <= $1; a++) { d = 0; for (b = 1; b <= $1; b++) d += has[a b] && has[b a]; if (d == $1 - 1) hub = 1 }
    print FNR, $2, hub }' "$work/graphs" >"$work/hubs"
# agrees ALGORITHM : two-way graphs in which it is stable, steady, exactly where there is a hub, of all two-way graphs
agrees() {
    awk -v a="$1" 'FILENAME ~ /hubs/ { way[$1] = $2; hub[$1] = $3; next }
        $1 == "steady" && $3 == a && way[$2] == "two-way" { n += ($4 == $5) == hub[$2]; of++ } END { print n "/" of }' \
        "$work/hubs" "$work/cells"
}
number_of() { # LABEL : its place in the table, or nothing
    local i
    for i in "${!atlas[@]}"; do [ "${atlas[i]%%|*}" != "$1" ] || echo $((i + 1)); done
}
able=$((total - hopeless))
# With equal logs a leader that reaches a majority exists wherever it can; pre-vote and check-quorum keep it.
raft=$(number_of Raft) pv=$(number_of 'Raft, PV') cq=$(number_of 'Raft, CQ + FL') both=$(number_of 'Raft, PV + CQ + FL')
ble=$(number_of "Omni-Paxos' BLE") vr=$(number_of 'Viewstamped Replication') fle=$(number_of "ZooKeeper's FLE") bully=$(number_of Bully)
kraft=$(number_of KRaft) mongodb=$(number_of MongoDB)
check ATLAS "graphs in which somebody reaches a majority both ways, of $total" "$able" report "$able"
check ATLAS "of these, steady: Raft PV + CQ + FL stable" "$able" exact "$(graphs_with "$both" steady stable)"
check ATLAS "and flapping" "$able" exact "$(graphs_with "$both" flapping stable)"
check ATLAS "of these, steady: Raft CQ + FL stable" "$able" exact "$(graphs_with "$cq" steady stable)"
check ATLAS "of these, steady: BLE stable" "$able" exact "$(graphs_with "$ble" steady stable)"
check ATLAS "two-way graphs in which plain Raft is stable exactly if one node reaches all" 29/29 exact "$(agrees "$raft")"
flapping_runs() { awk -v a="$1" '$1 == "steady" && $3 == a { n += $6 } END { print n + 0 }' "$work/cells"; }
check ATLAS "steady runs in which Raft PV flaps" 0 exact "$(flapping_runs "$pv")"
check ATLAS "steady runs in which ZooKeeper's FLE flaps" 0 exact "$(flapping_runs "$fle")"
check ATLAS "graphs in which Viewstamped Replication, steady, never has a leader though one could: the chain of 4, and with a forked end" \
    "12,14,21,23,32,41 12,14,15,21,23,32,41,51" exact \
    "$(awk -v a="$vr" 'FILENAME ~ /possible/ { possible[$1] = $2; next } FILENAME ~ /graphs/ { links[FNR] = $4; next }
        $1 == "steady" && $3 == a && possible[$2] && $4 == $7 { out = out (out == "" ? "" : " ") links[$2] } END { print out }' \
        "$work/possible" "$work/graphs" "$work/cells")"
# One-way graphs in which a node is heard by somebody and hears nobody, though another could lead.
awk '$2 == "one-way" { n = split($4, l, ","); split("", out); split("", in_)
    for (i = 1; i <= n; i++) { out[substr(l[i], 1, 1)]++; in_[substr(l[i], 2, 1)]++ }
    deaf = 0; for (a = 1; a <= 3; a++) deaf += out[a] > 0 && !in_[a]
    print FNR, (deaf > 0) }' "$work/graphs" >"$work/deaf"
deaf() { # ALGORITHM : one-way graphs, with a possible leader, in which it flaps exactly if a node hears nobody
    awk -v a="$1" 'FILENAME ~ /possible/ { possible[$1] = $2; next } FILENAME ~ /deaf/ { deaf[$1] = $2; next }
        $1 == "steady" && $3 == a && ($2 in deaf) && possible[$2] { of++; n += ($6 > 0) == deaf[$2] } END { print n "/" of }' \
        "$work/possible" "$work/deaf" "$work/cells"
}
check ATLAS "one-way graphs in which plain Raft flaps exactly if somebody is heard and hears nobody" 6/6 exact "$(deaf "$raft")"
check ATLAS "the same for Viewstamped Replication" 6/6 exact "$(deaf "$vr")"
# rates ALGORITHM : least and most leaders a minute, in the two-way graphs without a hub, steady
rates() {
    awk -v a="$1" 'FILENAME ~ /hubs/ { ours[$1] = $2 == "two-way" && !$3; next }
        $1 == "steady" && $3 == a && ours[$2] { if (low == "" || $8 < low) low = $8; if ($8 > high) high = $8 }
        END { printf "%.0f %.0f", low, high }' "$work/hubs" "$work/cells"
}
read -r raft_low raft_high <<<"$(rates "$raft")"
tell raft_low "$raft_low"
tell raft_high "$raft_high"
tell hubs "$(agrees "$raft")"
tell pv_other "$((able - $(graphs_with "$pv" steady stable)))"
tell able "$able"
tell hopeless "$hopeless"
tell vr_faster "$(awk -v r="$raft" -v v="$vr" 'FILENAME ~ /hubs/ { ours[$1] = $2 == "two-way" && !$3; next }
    $1 == "steady" && ours[$2] && $3 == r { rate[$2] = $8 }
    $1 == "steady" && ours[$2] && $3 == v { of++; n += $8 > 1.5 * rate[$2] } END { print n " of the " of }' "$work/hubs" "$work/cells")"
tell vr_high "$(rates "$vr" | cut -d' ' -f2)"
tell bully_two "$(awk -v a="$bully" '$1 == "steady" && $3 == a { n += $10 > 0.1 } END { print n }' "$work/cells")"
tell bully_high "$(awk -v a="$bully" '$1 == "steady" && $3 == a && $8 > high { high = $8 } END { printf "%.0f", high }' "$work/cells")"
tell kraft_steady "$(graphs_with "$kraft" steady stable)"
tell kraft_flapping "$(graphs_with "$kraft" flapping stable)"
tell mongodb_steady "$(graphs_with "$mongodb" steady stable)"
tell mongodb_flapping "$(graphs_with "$mongodb" flapping stable)"
tell ble_flapping "$(graphs_with "$ble" flapping stable)"
check ATLAS "two-way graphs in which Viewstamped Replication is stable exactly if one node reaches all" 29/29 report "$(agrees "$(number_of 'Viewstamped Replication')")"
check ATLAS "the complete graph of 5, steady: algorithms that are stable" "${#atlas[@]}" exact \
    "$(awk -v last="$total" '$1 == "steady" && $2 == last && $4 == $5' "$work/cells" | wc -l)"

# ---- The picture ---------------------------------------------------------------------------------------------

awk -v edges="$work/edges" -v dots="$work/dots" '{
    count = split($4, links, ",")
    split("", has)
    for (i = 1; i <= count; i++) has[links[i]] = 1
    for (a = 1; a <= $1; a++) {
        angle = 1.5708 + (a - 1) * 6.28319 / $1
        x[a] = -0.75 - 0.36 * cos(angle) * 0.8; y[a] = NR - 0.36 * sin(angle)
        print x[a], y[a] >dots
    }
    for (a = 1; a <= $1; a++) for (b = 1; b <= $1; b++) if (has[a b]) {
        if (has[b a] && a < b) print x[a], y[a], x[b] - x[a], y[b] - y[a], 0 >edges
        if (!has[b a]) print x[a], y[a], 0.85 * (x[b] - x[a]), 0.85 * (y[b] - y[a]), 1 >edges
    }
}' "$work/graphs"
awk 'FILENAME ~ /possible/ { possible[$1] = $2; next } {
    column = $3 + ($1 == "steady" ? -0.24 : 0.22)
    kind = $1 == "steady" && !possible[$2] && $4 == $7 ? 5 : $4 == $5 ? 1 : $4 == $7 ? 4 : $5 > 0 || $7 > 0 ? 2 : 3
    text = kind == 1 || kind > 3 ? "" : $8 < 1 ? "< 1" : sprintf("%.0f", $8)
    two = $10 <= 0.1 ? 0 : kind == 5 ? 1 : 2 # a mark, dark on light grey
    printf "%.2f\t%d\t%.2f\t%d\t%s\t%d\n", column, $2, $1 == "steady" ? 0.24 : 0.2, kind, text, two
}' "$work/possible" "$work/cells" >"$work/grid"
{
    printf 'set x2tics scale 0 ('
    for i in "${!atlas[@]}"; do
        printf '%s"%s" %d' "$([ "$i" = 0 ] || echo ', ')" "$(short "${atlas[i]}")" $((i + 1))
    done
    printf ')\ncolumns = %d\nrows = %d\n' ${#atlas[@]} "$total"
    cat <<'GP'
set xrange [-1.4:columns + 0.6]
set x2range [-1.4:columns + 0.6]
set yrange [rows + 0.6:0.4]
unset xtics
unset ytics
set label 11 "3 nodes" at -1.35, 1.5 rotate by 90 center textcolor rgb '#555555'
set label 12 "3 nodes, links in one direction" at -1.35, 8 rotate by 90 center textcolor rgb '#555555'
set label 13 "4 nodes" at -1.35, 16.5 rotate by 90 center textcolor rgb '#555555'
set label 14 "5 nodes" at -1.35, 30 rotate by 90 center textcolor rgb '#555555'
do for [y in "2.5 13.5 19.5"] { set arrow from -1.4, real(y) to columns + 0.6, real(y) nohead linecolor rgb '#999999' }
unset grid
unset border
set style fill solid 1 noborder
set datafile separator "\t"
set key below maxcols 2
colour(k) = k == 1 ? 0x009E73 : k == 2 ? 0xE69F00 : k == 3 ? 0xD55E00 : k == 4 ? 0x444444 : 0xdddddd
plot work.'/grid' using 1:2:3:(0.43):(colour($4)) with boxxyerror linecolor rgb variable notitle, \
     work.'/grid' using 1:2:5 with labels textcolor rgb '#ffffff' font ',9' notitle, \
     work.'/grid' using ($6 == 2 ? $1 + $3 - 0.05 : NaN):($2 - 0.3) with points linecolor rgb '#ffffff' pointtype 9 pointsize 0.5 notitle, \
     work.'/grid' using ($6 == 1 ? $1 + $3 - 0.05 : NaN):($2 - 0.3) with points linecolor rgb '#000000' pointtype 9 pointsize 0.5 notitle, \
     '< tr " " "\t" <'.work.'/edges' using 1:2:($5 == 0 ? $3 : NaN):4 with vectors nohead linecolor rgb '#555555' dashtype 1 linewidth 1.2 notitle, \
     '< tr " " "\t" <'.work.'/edges' using 1:2:($5 == 1 ? $3 : NaN):4 with vectors head size 0.1,25 filled linecolor rgb '#555555' dashtype 1 linewidth 1.2 notitle, \
     '< tr " " "\t" <'.work.'/dots' using 1:2 with points pointtype 7 pointsize 0.45 linecolor rgb black notitle, \
     NaN with boxes linecolor rgb 0x009E73 title "stable: one leader that reaches a majority, all the time", \
     NaN with boxes linecolor rgb 0xE69F00 title "depends on who is where; leaders a minute", \
     NaN with boxes linecolor rgb 0xD55E00 title "flaps, or comes and goes; leaders a minute", \
     NaN with boxes linecolor rgb 0x444444 title "no leader that reaches a majority", \
     NaN with boxes linecolor rgb 0xdddddd title "nobody reaches a majority, so that nobody could lead", \
     NaN with points linecolor rgb '#888888' pointtype 9 pointsize 0.8 title "small triangle: two lead for a tenth of the time or more", \
     NaN with lines linecolor rgb '#555555' dashtype 1 linewidth 1.2 title "line: a link in both directions; arrow: in one only"
GP
} | picture connectivity-atlas 980 1420 "The connectivity atlas: who has a leader in which network?" \
    "in each pair of cells, left: links missing for good; right: missing for 10 s of every 20"

# ---- The page ------------------------------------------------------------------------------------------------

cat <<MD
# The connectivity atlas

No paper: the question that the papers on [partial connectivity](partial-connectivity.md) ask of a handful of networks, asked of all
small ones. Every connected graph of 3, 4 and 5 nodes up to isomorphism (2, 6 and 21), and of 3 nodes those with links in one
direction only (11: the 13 connected triads less the two without).

**What we ran.** All links work for 10 s; then those that the graph has not are cut, for two minutes (steady), or for ten
seconds of every twenty (flapping). Every node stands in every place once, three seeds each: 9, 12 or 15 runs a cell. A cell is
judged by the last minute: *stable* if one leader that reaches a majority both ways is there all the time. \`graphs.awk\`
enumerates the graphs, the page's script makes a variant of \`scenarios/papers/connectivity-atlas.yaml\` of each. Raft with timeouts of
500 ms to 1 s, logs equal; PV pre-vote, CQ check-quorum, FL the follower's lease (CQ + FL is etcd's CheckQuorum). KRaft with pre-vote, MongoDB with its dry run.

    results/papers/make connectivity-atlas
    conclave sweep scenarios/papers/connectivity-atlas.yaml --set raft.election_timeout=500ms..1s --seeds 1..3 # one graph, the chain of three

![The atlas](connectivity-atlas.svg)

In $hopeless of the $total graphs nobody reaches a majority both ways, so that nobody could lead. Of the other $able, and of all $total flapping:

| | steady: stable | no leader | mixed or flapping | flapping: stable | no leader | mixed or flapping |
| --- | --- | --- | --- | --- | --- | --- |
MD
for i in "${!atlas[@]}"; do
    printf '| %s' "${atlas[i]%%|*}"
    for kind in steady flapping; do
        of=$([ $kind = steady ] && echo "$able" || echo "$total")
        stable=$(graphs_with $((i + 1)) $kind stable) none=$(graphs_with $((i + 1)) $kind none)
        printf ' | %d | %d | %d' "$stable" "$none" $((of - stable - none))
    done
    printf ' |\n'
done
findings
printf '\n## Every cell\n\nRuns that are stable / that flap / without a leader, and leaders a minute; steady, then flapping.\n\n| nodes | links |'
for row in "${atlas[@]}"; do printf ' %s |' "$(short "$row")"; done
printf '\n| --- | --- |'
for row in "${atlas[@]}"; do printf ' --- |'; done
printf '\n'
awk 'FILENAME ~ /graphs/ { graph[FNR] = $1 " | " ($2 == "one-way" ? $4 : both($4)); graphs = FNR; next }
    { cell[$1, $2, $3] = $4 == $5 ? "stable" : $4 == $7 ? "none" : sprintf("%d/%d/%d %.1f", $5, $6, $7, $8); if ($3 > last) last = $3 }
    function both(text,   i, n, l, out) { n = split(text, l, ",")
        for (i = 1; i <= n; i++) if (substr(l[i], 1, 1) < substr(l[i], 2, 1)) out = out (out == "" ? "" : " ") substr(l[i], 1, 1) "–" substr(l[i], 2, 1)
        return out }
    END { for (g = 1; g <= graphs; g++) { text = graph[g]; gsub(/,/, " ", text); printf "| %s |", text
        for (a = 1; a <= last; a++) printf " %s, %s |", cell["steady", g, a], cell["flapping", g, a]
        print "" } }' "$work/graphs" "$work/cells"
printf '\n## Checks\n\n'
checks_table "$checks"
