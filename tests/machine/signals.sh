#!/usr/bin/env bash
# signals.sh CONCLAVE: SIGTERM or SIGKILL at many moments of commands that write. Afterwards a database is
# sound and holds whole runs only, and a page, picture or story is not there, or is all there.
set -euo pipefail
conclave=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
storm=(scenarios/mongodb-micro-partitions.yaml --variant plain --set duration=30m --set expect=[])
moments=(0.002 0.005 0.01 0.02 0.03 0.05 0.08 0.12 0.2 0.3)
ended=0 stopped=0

# after SIGNAL SECONDS COMMAND…: ends the command then, if it still runs.
after() {
    local signal=$1 seconds=$2 status=0
    shift 2
    { timeout --signal="$signal" "$seconds" "$@" >"$work/out" 2>&1; } 2>>"$work/shell" || status=$?
    case $status in
        0 | 1) ended=$((ended + 1)) ;;
        124 | 137) stopped=$((stopped + 1)) ;;
        *) echo "status $status: $*"; cat "$work/out"; exit 1 ;;
    esac
}

# Every run has all its metrics and its outcome, or is not there.
sound() {
    [ -e "$1" ] || return 0
    local of answer
    answer=$(sqlite3 "$1" "PRAGMA integrity_check; SELECT count(DISTINCT n) FROM (SELECT count(*) AS n FROM metric GROUP BY run_id);
        SELECT count(*) FROM run WHERE outcome IS NULL OR id NOT IN (SELECT run_id FROM metric)" 2>&1 | tr '\n' ' ') || true
    of=${answer% }
    case $of in
        "ok 0 0" | "ok 1 0" | *"no such table"*) ;;
        *) echo "$1: $of after: $2"; exit 1 ;;
    esac
}

"$conclave" sweep "${storm[@]}" --seeds 1..40 --db "$work/whole.db" --quiet 2>"$work/out"
"$conclave" report "$work/whole.db" -o "$work/whole.html"
"$conclave" plot "$work/whole.db" --kind downtime -o "$work/whole.svg"
"$conclave" timeline quickstart -o "$work/timeline.svg"
"$conclave" shrink quickstart --for 'elections > 1' -o "$work/whole.yaml" --quiet
for signal in TERM KILL; do
    for moment in "${moments[@]}"; do
        rm -f "$work"/part.* "$work"/other.*
        after $signal "$moment" "$conclave" run "${storm[@]}" --db "$work/part.db"
        sound "$work/part.db" "run, $signal at $moment"
        after $signal "$moment" "$conclave" sweep "${storm[@]}" --seeds 1..200 --db "$work/other.db"
        sound "$work/other.db" "sweep, $signal at $moment"
        after $signal "$moment" "$conclave" merge "$work/part.merged.db" "$work/whole.db"
        sound "$work/part.merged.db" "merge, $signal at $moment"
        after $signal "$moment" "$conclave" report "$work/whole.db" -o "$work/part.html"
        [ ! -e "$work/part.html" ] || cmp "$work/part.html" "$work/whole.html"
        after $signal "$moment" "$conclave" plot "$work/whole.db" --kind downtime -o "$work/part.svg"
        [ ! -e "$work/part.svg" ] || cmp "$work/part.svg" "$work/whole.svg"
        after $signal "$moment" "$conclave" timeline quickstart -o "$work/part.timeline.svg"
        [ ! -e "$work/part.timeline.svg" ] || cmp "$work/part.timeline.svg" "$work/timeline.svg"
        after $signal "$moment" "$conclave" shrink quickstart --for 'elections > 1' -o "$work/part.yaml" --quiet
        [ ! -e "$work/part.yaml" ] || cmp "$work/part.yaml" "$work/whole.yaml"
    done
done
[ "$stopped" -gt 20 ] || { echo "only $stopped of $((stopped + ended)) commands were stopped: the moments are too late"; exit 1; }
echo "$stopped commands stopped, $ended ended before: nothing torn"
