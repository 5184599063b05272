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

# ---- What failed, and the command that shows it ------------------------------------------------------
cat > "$work/two, of=a kind.yaml" <<'YAML'
duration: 20s
cluster: {nodes: 3}
algorithm: raft
faults: [{at: 5s, crash: leader}]
variants:
  - {name: "plain, old", set: {expect: [split_votes == 0, elections < 9]}}
  - {name: "pre=vote", set: {raft.pre_vote: true, expect: [split_votes == 0, sometimes: elections > 99]}}
YAML
sweep failed "two, of=a kind.yaml" --seeds 1..40 --set raft.election_timeout=150ms..180ms \
    --vary "network.latency=1ms,uniform(5ms, 20ms)" --vary "network.loss=0%,10%"
grep -A4 'FAIL  split_votes == 0 ' "$work/failed.out" > "$work/lines"
[ "$(grep -c ': failed in [0-9]* of 40, first: conclave run' "$work/lines")" = 4 ] || wrong "failed: not 4 variants that failed" "$work/failed.out"
# Each command fails that expectation.
while IFS= read -r line; do
    command=${line##*first: conclave } status=0
    (cd "$work" && eval "'$conclave' $command") > "$work/out" 2>&1 || status=$?
    { [ $status = 1 ] && grep -q 'FAIL  *split_votes == 0 ' "$work/out"; } || wrong "failed: $line shows it not" "$work/out"
done < <(grep ': failed in ' "$work/failed.out")
grep -A1 'FAIL  sometimes: elections > 99 ' "$work/failed.out" | grep -q 'failed in' && wrong "sometimes: one run that failed" "$work/failed.out"
grep -A1 'PASS' "$work/failed.out" | grep -q 'failed in' && wrong "passed: a run that failed" "$work/failed.out"
# Seeds are counted: the first is the lowest that the database has.
first=$(sqlite3 "$work/failed.db" "SELECT min(seed) FROM run JOIN expectation ON run_id = id WHERE passed = 0 AND text = 'split_votes == 0'
    AND variant = 'plain, old, network.latency=1ms, network.loss=0%'")
grep -q "        plain, old, network.latency=1ms, network.loss=0%: failed in [0-9]* of 40, first: .* --seed $first --variant 'plain, old' .*--set network.latency=1ms --set network.loss=0%\$" \
    "$work/failed.out" || wrong "failed: not the first seed, $first" "$work/failed.out"
# A broken promise is a line of the verdict, too.
sweep whole "${broken[@]}"
grep -A1 'FAIL  promises of the algorithm   (' "$work/whole.out" | grep -q '  raft.quorum=2: broken in [0-9]* of 30, first: conclave run' \
    || wrong "broken: no line of it" "$work/whole.out"
[ "$(grep -c 'promises' "$work/resumed.out")" = 0 ] || wrong "kept promises are told" "$work/resumed.out"
echo "what failed comes with its command"
