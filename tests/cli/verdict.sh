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

dump() { sqlite3 "$work/$1.db" .dump | sha256sum; }

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

# An expectation that stands twice, once as `sometimes`, has the runs that it has.
twice=("$root/scenarios/quickstart.yaml" --seeds 1..8 --set 'expect=[elections > 1, {sometimes: elections > 1}]')
sweep whole "${twice[@]}"
go_on whole resumed "${twice[@]}"
cmp "$work/whole.out" "$work/resumed.out" || wrong "twice: another verdict" "$work/whole.out" "$work/resumed.out"

# Root causes are of all runs, those that were stored before as well; in shards, too.
causes=("$root/scenarios/quickstart.yaml" --causes --set 'expect=[elections >= 0]' --set 'chaos={faults: 5}')
for shard in 0/1 1/2; do
    sweep part "${causes[@]}" --shard $shard --seeds 1..20
    go_on part resumed "${causes[@]}" --shard $shard --seeds 1..25
    sweep whole "${causes[@]}" --shard $shard --seeds 1..25 --jobs 1
    cmp "$work/whole.out" "$work/resumed.out" || wrong "causes: of the new runs only" "$work/whole.out" "$work/resumed.out"
done

# It goes on with its own runs only.
refused() { # WORDS ARGUMENT… : with --resume, on a copy of two variants' 8 seeds; nothing is written
    cp "$work/own.db" "$work/runs.db"
    local words=$1 status=0
    shift
    "$conclave" sweep "$root/scenarios/quickstart.yaml" "$@" --resume --db "$work/runs.db" >"$work/out" 2>"$work/err" || status=$?
    [ $status = 2 ] || wrong "resume: status $status, not 2: $*" "$work/err"
    grep -qF -- "$words" "$work/err" || wrong "resume: no word of $words" "$work/err"
    [ "$(dump own)" = "$(dump runs)" ] || wrong "resume: wrote to it: $*"
    rm "$work/runs.db"
}
sweep own "$root/scenarios/quickstart.yaml" --seeds 1..8 --vary raft.pre_vote=false,true
refused "its run 9 is raft.pre_vote=true, seed 1" --seeds 1..9 --vary raft.pre_vote=false,true
refused "its run 1 is raft.pre_vote=false, seed 1" --seeds 2..9 --vary raft.pre_vote=false,true
refused "its run 1 is" --seeds 1..8 --vary raft.pre_vote=true,false
refused "its run 1 has other values" --seeds 1..8 --vary raft.pre_vote=false,true --set network.loss=1%
refused "its run 1 is" --seeds 1..8 --vary raft.pre_vote=false,true --shard 1/2
