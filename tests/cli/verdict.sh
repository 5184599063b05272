#!/usr/bin/env bash
# verdict.sh CONCLAVE: what a sweep says in the end: the same whatever the jobs and interruptions, with
# a command for everything that went wrong.
set -euo pipefail
conclave=$(realpath "$1")
cd "$(dirname "$0")/../.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
wrong() { echo "$1"; shift; for file in "$@"; do cat "$file"; done; exit 1; }

# A sweep in two parts, and the same at once: into $work/NAME.{db,out,err,xml}; the exit status may be 1.
sweep() { # NAME ARGUMENT…
    local name=$1
    shift
    (cd "$work" && "$conclave" sweep "$@" --db runs.db --junit "$name.xml" >"$name.out" 2>"$name.err") || [ $? = 1 ]
    mv "$work/runs.db" "$work/$name.db"
}
go_on() { # FROM NAME ARGUMENT… : with --resume, from the database of another
    cp "$work/$1.db" "$work/runs.db"
    local name=$2
    shift 2
    sweep "$name" "$@" --resume
}

# ---- Going on forgets nothing ----------------------------------------------------------------------
broken=("$root/scenarios/quickstart.yaml" --set 'chaos={faults: 20}' --set 'expect=[elections >= 0]'
    --vary raft.quorum=2,3 --seeds 1..30)
sweep whole "${broken[@]}"
grep -q '<testsuite .* failures="1"' "$work/whole.xml" || wrong "whole: not one failure" "$work/whole.xml"
cp "$work/whole.db" "$work/part.db"
for table in election leadership fault traffic violation metric expectation; do
    sqlite3 "$work/part.db" "DELETE FROM $table WHERE run_id > 35"
done
sqlite3 "$work/part.db" "DELETE FROM run WHERE id > 35"
for from in whole part; do
    go_on $from resumed "${broken[@]}"
    cmp "$work/whole.xml" "$work/resumed.xml" || wrong "resume: another JUnit after $from" "$work/resumed.xml"
    cmp "$work/whole.out" "$work/resumed.out" || wrong "resume: another verdict after $from" "$work/resumed.out"
done
echo "going on forgets nothing"
