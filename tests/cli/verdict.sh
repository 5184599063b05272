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

cut_at() { # FROM TO RUN : as if the sweep had been interrupted after that run
    local table
    cp "$work/$1.db" "$work/$2.db"
    for table in election leadership fault traffic violation metric expectation; do
        sqlite3 "$work/$2.db" "DELETE FROM $table WHERE run_id > $3"
    done
    sqlite3 "$work/$2.db" "DELETE FROM run WHERE id > $3"
}
dump() { sqlite3 "$work/$1.db" .dump | sha256sum; }

# ---- Going on forgets nothing ----------------------------------------------------------------------
broken=("$root/scenarios/quickstart.yaml" --set 'chaos={faults: 20}' --set 'expect=[elections >= 0]'
    --vary raft.quorum=2,3 --seeds 1..30)
sweep whole "${broken[@]}"
grep -q '<testsuite .* failures="1"' "$work/whole.xml" || wrong "whole: not one failure" "$work/whole.xml"
cut_at whole part 35
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

# ---- Figures, for people and for machines --------------------------------------------------------------
figures=("$root/scenarios/mongodb-micro-partitions.yaml" --seeds 1..6 --set duration=30m --set expect=[])
sweep whole "${figures[@]}" --jobs 1
sweep three "${figures[@]}" --jobs 3
cmp "$work/whole.out" "$work/three.out" || wrong "figures: by jobs" "$work/three.out"
cut_at whole part 7
go_on part resumed "${figures[@]}"
cmp "$work/whole.out" "$work/resumed.out" || wrong "figures: by --resume" "$work/resumed.out"
[ "$(grep -A1 '  downtime.mean  downtime.p50  downtime.p99  elections_per_hour  availability  split_brain_time$' "$work/whole.out" | awk 'NR == 2 { print $1, $2 }')" = "plain 6" ] \
    || wrong "figures: no row of the first variant" "$work/whole.out"
variants=$(sqlite3 "$work/whole.db" 'SELECT count(DISTINCT variant) FROM run')
[ "$(grep -c ' /h  *[0-9.]* %  *[0-9.]* [a-z]*$' "$work/whole.out")" = "$variants" ] || wrong "figures: not a row a variant" "$work/whole.out"
[ "$(tail -1 "$work/whole.out")" = "Next: conclave compare runs.db" ] || wrong "figures: no next step" "$work/whole.out"
# They are those that compare shows.
json() { sqlite3 :memory: "SELECT json_extract(readfile('$work/$1.out'), '$2')"; }
is() { [ "$(json json "$1")" = "$2" ] || wrong "json: $1 is not $2" "$work/json.out"; }
sweep json "${figures[@]}" --json
for figure in downtime.mean:estimate downtime.mean:p50 downtime.mean:p99 elections_per_hour:estimate availability:estimate \
    split_brain_time:estimate; do
    metric=${figure%:*} of=${figure#*:} name=${figure%:*}
    [ "$of" = estimate ] || name=downtime.$of
    "$conclave" compare "$work/whole.db" --metric "$metric" --json > "$work/compared"
    same=$(sqlite3 :memory: "SELECT count(*) FROM json_each(readfile('$work/json.out'), '$.variants') AS s
        JOIN json_each(readfile('$work/compared'), '\$[0].variants') AS c ON s.key = c.key
        WHERE s.value->>'variant' = c.value->>'variant' AND s.value->>'runs' = 6 AND c.value->>'runs' = 6
        AND s.value->>'$.metrics.\"$name\"' IS c.value->>'$of'")
    [ "$same" = "$variants" ] || wrong "json: $name is not that of compare" "$work/json.out" "$work/compared"
done
sweep quiet "${figures[@]}" --quiet
[ ! -s "$work/quiet.out" ] || wrong "quiet: says something" "$work/quiet.out"

# What went wrong, for machines: the same whatever the jobs and interruptions.
sweep json "${broken[@]}" --json
cut_at json part 35
go_on part resumed "${broken[@]}" --json
cmp "$work/json.out" "$work/resumed.out" || wrong "json: another after --resume" "$work/resumed.out"
is $.passed 0
is $.runs 60
is '$.variants[0].first_broken_seed' "$(sqlite3 "$work/json.db" 'SELECT min(seed) FROM run JOIN violation ON run_id = id')"
is '$.variants[1].broken_runs' 0
is '$.variants[1].first_broken_seed' ""
command=$(json json '$.variants[0].broken_command')
eval "'$conclave' ${command#conclave }" > "$work/out" && wrong "json: the command breaks nothing" "$work/out"
sweep json "two, of=a kind.yaml" --seeds 1..40 --set raft.election_timeout=150ms..180ms --json
is '$.variants[0].expectations[0].outcome' failed
is '$.variants[0].expectations[1]' '{"text":"elections < 9","sometimes":false,"outcome":"passed","passed_runs":40,"runs":40,"first_failed_seed":null,"command":null}'
is '$.variants[1].expectations[1]' '{"text":"elections > 99","sometimes":true,"outcome":"failed","passed_runs":0,"runs":40,"first_failed_seed":null,"command":null}'
is '$.expectations[0].runs' 80
is '$.expectations[0].outcome' failed
is '$.expectations[1]' '{"text":"elections < 9","sometimes":false,"outcome":"passed","passed_runs":40,"runs":40}'
command=$(json json '$.variants[0].expectations[0].command')
(cd "$work" && eval "'$conclave' ${command#conclave }") > "$work/out" && wrong "json: the command fails nothing" "$work/out"
sweep json "two, of=a kind.yaml" --seeds 1..9 --json --shard 1/2
is '$.variants[1].expectations[1].outcome' open
is $.shards 2
sweep json "two, of=a kind.yaml" --seeds 1..9 --json --causes
is '$.variants[0].causes.crash' 9
sweep json "two, of=a kind.yaml" --set expect=[] --json --until 'downtime.p50 ± 20%'
is $.until.metric downtime.p50
is $.until.reached 1
"$conclave" sweep "$root/scenarios/quickstart.yaml" --json --junit - --db "$work/none.db" 2> "$work/err" && wrong "json and junit in one" "$work/err"
grep -q "exclude each other" "$work/err" || wrong "json and junit: no word" "$work/err"
echo "figures are those of compare"

# ---- The database is named after the scenario ---------------------------------------------------------
cd "$work"
rm -f ./*.db
cp "$root/scenarios/quickstart.yaml" mine.yaml
plain() { local wanted=$1 words=$2 status=0; shift 2; "$conclave" sweep "$@" --seeds 1..2 > out 2> err || status=$?
    { [ $status = "$wanted" ] && grep -qF -- "$words" err; } || wrong "database: status $status, no '$words': $*" err; }
plain 0 "stored in mine.db" mine.yaml
plain 2 "mine.db: holds 2 runs of this scenario already; --resume goes on with them, --db FILE stores elsewhere, or remove it" mine.yaml
plain 0 "0 runs in" mine.yaml --resume
plain 2 "mine.db: holds runs of another scenario, \`Quick start" "$root/scenarios/raft-figure-16.yaml" --db mine.db
plain 2 "mine.db: holds runs of another scenario, \`Quick start" "$root/scenarios/raft-figure-16.yaml" --db mine.db --resume
sed -i 's/^duration: .*/duration: 31s/' mine.yaml
plain 2 "mine.db: holds runs of this scenario as its file was before" mine.yaml
plain 2 "mine.db: holds runs of this scenario as its file was before" mine.yaml --resume
sqlite3 mine.db "UPDATE run SET version = '0.0.1'"
plain 2 "mine.db: holds runs of version 0.0.1 of the program" mine.yaml
plain 0 "stored in results.db" - < mine.yaml
plain 0 "stored in quickstart.db" quickstart
plain 0 "stored in alerts.db" pattern/alerts
plain 0 "stored in quickstart.shard1.db" quickstart --shard 1/2
grep -q "^Next: conclave merge .* the 2 shards" out || wrong "shard: no next step" out
mkdir -p deep
cp mine.yaml deep/.yaml
plain 0 "stored in results.db" deep/.yaml --resume
echo "the database is named after the scenario"
