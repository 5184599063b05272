#!/usr/bin/env bash
# sweep.sh CONCLAVE: a sweep's database depends on neither jobs nor shards nor interruptions.
set -euo pipefail
conclave=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."
sweep=("$conclave" sweep scenarios/quickstart.yaml --seeds 1..60 --vary "raft.pre_vote=false,true" --quiet)
digest() { sqlite3 "$1" .dump | sha256sum; }
same() { # NAME : is the database of that name the same as the first?
    [ "$(digest "$work/$1.db")" = "$expected" ] || { echo "differs: $1"; exit 1; }
    echo "same: $1"
}

"${sweep[@]}" --jobs 1 --db "$work/one.db" 2> "$work/log"
expected=$(digest "$work/one.db")
"${sweep[@]}" --jobs 3 --db "$work/three.db" 2> "$work/log"
same three

for i in 0 1 2 3; do
    "${sweep[@]}" --shard "$i/4" --db "$work/shard$i.db" 2> "$work/log"
done
"$conclave" merge "$work/merged.db" "$work"/shard{2,0,3,1}.db --quiet
same merged

if command -v parallel > "$work/log"; then
    parallel --jobs 2 "$conclave" sweep scenarios/quickstart.yaml --seeds 1..60 --vary raft.pre_vote=false,true --quiet \
        --jobs 1 --shard {}/4 --db "$work/gnu{}.db" ::: 0 1 2 3 2> "$work/log"
    "$conclave" merge "$work/gnu.db" "$work"/gnu{0,1,2,3}.db --quiet
    same gnu
else
    echo "GNU parallel is not here: its one-liner was not tried"
fi

SLURM_ARRAY_TASK_ID=1 SLURM_ARRAY_TASK_COUNT=4 "${sweep[@]}" --db "$work/slurm.db" 2> "$work/log"
[ "$(digest "$work/slurm.db")" = "$(digest "$work/shard1.db")" ] || { echo "differs: Slurm"; exit 1; }

"${sweep[@]}" --jobs 1 --db "$work/killed.db" 2> "$work/log" &
sleep 0.02
kill -9 $! 2> "$work/log" || true
wait $! 2> "$work/log" || true
"${sweep[@]}" --db "$work/killed.db" --resume 2> "$work/log"
same killed

# What was shown before an interruption counts: seed 15 alone has three split votes.
sometimes=("$conclave" sweep scenarios/quickstart.yaml --set 'expect=[{sometimes: split_votes >= 3}]' --db "$work/some.db")
"${sometimes[@]}" --seeds 15..15 > "$work/log" 2>&1
"${sometimes[@]}" --seeds 15..30 --resume > "$work/one" 2> "$work/log" || { cat "$work/one"; echo "resume: forgot what was shown"; exit 1; }
grep -q "PASS  sometimes: split_votes >= 3   (1 of 16 runs)" "$work/one" || { cat "$work/one"; exit 1; }

if "$conclave" merge "$work/twice.db" "$work"/shard{0,0}.db 2> "$work/log"; then echo "merged a run twice"; exit 1; fi
[ ! -e "$work/twice.db" ] || { echo "left a half-merged file"; exit 1; }
if "${sweep[@]}" --db "$work/one.db" 2> "$work/log"; then echo "overwrote a sweep"; exit 1; fi

# A fault that finds nobody, as a leader before there is one, has no target.
"$conclave" run scenarios/quickstart.yaml --quiet --db "$work/nobody.db" \
    --set 'faults=[{at: 1ms, for: 1s, block: {from: leader, to: leader}}]'
[ "$(sqlite3 "$work/nobody.db" 'SELECT count(*) FROM fault')" = 1 ] || { echo "lost a fault"; exit 1; }

# What one sees of it afterwards: figures by variant, and any run again.
"$conclave" compare "$work/one.db" --metric downtime.mean --baseline raft.pre_vote=false --format csv > "$work/csv"
[ "$(grep -c '^downtime.mean,"raft' "$work/csv")" = 2 ] || { echo "compare: not a row a variant"; exit 1; }
# Columns stand below their headings however long a variant's name is, and no quantile is said twice.
"$conclave" compare "$work/one.db" --metric downtime.p99 > "$work/text"
[ "$(grep -o p99, "$work/text" | wc -l)" = 1 ] || { echo "compare: not p99 once"; exit 1; }
[ "$(sed -n '3,$p' "$work/text" | awk '{ print index($0, "p99, 95 %") + match($0, /[0-9.]+ m?s \(/) }' | sort -u | wc -l)" = 1 ] \
    || { echo "compare: cells do not stand below their heading"; exit 1; }
# A row an algorithm though no variant tells them apart; a run that is stored twice counts once.
for algorithm in raft bully raft; do
    "$conclave" run scenarios/quickstart.yaml --set algorithm=$algorithm --quiet --db "$work/several.db" > "$work/log" || true
done
"$conclave" compare "$work/several.db" --metric availability --format csv > "$work/csv" 2> "$work/log"
[ "$(cut -d, -f1-3 "$work/csv")" = $'metric,variant,runs\navailability,"raft",1\navailability,"bully",1' ] || { echo "compare: pooled two algorithms"; exit 1; }
grep -q "left out 1 run stored twice" "$work/log" || { echo "compare: left out a run in silence"; exit 1; }
"$conclave" compare "$work/several.db" --variant bully --metric availability --format csv 2> "$work/log" | grep -q bully
if "$conclave" compare "$work/several.db" --variant buly 2> "$work/log"; then echo "compare: took an unknown variant"; exit 1; fi
grep -q 'did you mean `bully`' "$work/log"
"$conclave" replay "$work/one.db" 61 --quiet
sqlite3 "$work/one.db" "UPDATE election SET winner = 'n9' WHERE run_id = 8 AND number = 2"
if "$conclave" replay "$work/one.db" 8 > "$work/log"; then echo "replay: did not see another winner"; exit 1; fi
grep -q "stored, version .* election 2 won: winner n9" "$work/log" || { echo "replay: not the first difference"; exit 1; }
grep -q "now   , version .* election 2 won: winner n[1-5]" "$work/log" || { echo "replay: not what is now"; exit 1; }
sqlite3 "$work/one.db" "UPDATE run SET trace_hash = '0' WHERE id = 7"
if "$conclave" replay "$work/one.db" 7 --quiet > "$work/log"; then echo "replay: did not see the difference"; exit 1; fi
"$conclave" hunt scenarios/quickstart.yaml --seeds 1..200 --jobs 1 --for 'split_votes > 0' > "$work/one"
"$conclave" hunt scenarios/quickstart.yaml --seeds 1..200 --jobs 3 --for 'split_votes > 0' > "$work/three"
cmp "$work/one" "$work/three"

# Two act only where the holder's clock loses a fifth or more (15 s / 12 s); the jobs do not matter.
threshold=("$conclave" threshold scenarios/lease-fast-clock.yaml --variant "slow holder" --level any --seeds 1..100
    --vary faults.0.to=-400000ppm..0ppm --for "split_brain_events > 0")
"${threshold[@]}" --jobs 1 > "$work/one"
"${threshold[@]}" --jobs 3 > "$work/three"
cmp "$work/one" "$work/three"
first=$("${threshold[@]}" --json | sed -n 's/^  "low": "\(-[0-9]*\)ppm",$/\1/p')
[ "$first" -le -200000 ] && [ "$first" -ge -300000 ] || { echo "threshold: split brain at $first ppm"; exit 1; }
if "${threshold[@]:0:6}" --vary network.loss=0%..1% --for "elections > 1000" > "$work/log" 2>&1; then echo "threshold: crossed nothing"; exit 1; fi

# Root causes are counted alike however many jobs there are.
"${sweep[@]}" --causes --jobs 1 --db "$work/causes1.db" > "$work/one" 2> "$work/log"
"${sweep[@]}" --causes --jobs 3 --db "$work/causes3.db" > "$work/three" 2> "$work/log"
cmp "$work/one" "$work/three"
grep -q "crash .* the leader's process died" "$work/one" || { echo "causes: no crash"; exit 1; }

# Seeds until a figure is known well: as many however many jobs there are.
for jobs in 1 3; do
    "$conclave" sweep scenarios/quickstart.yaml --vary "raft.pre_vote=true,false" --until "downtime.p50 ± 5%" \
        --quiet --jobs "$jobs" --db "$work/until$jobs.db" 2> "$work/log" > "$work/until$jobs"
done
cmp "$work/until1" "$work/until3"
[ "$(digest "$work/until1.db")" = "$(digest "$work/until3.db")" ] || { echo "differs: until"; exit 1; }

# JUnit: a case per expectation and variant, and the command that shows a failure again.
"$conclave" sweep scenarios/quickstart.yaml --seeds 1..20 --vary network.loss=0%,30% --set 'expect=[split_votes == 0, {sometimes: elections > 3}]' \
    --quiet --db "$work/junit.db" --junit "$work/junit.xml" 2> "$work/log" > "$work/log" && { echo "junit: nothing failed"; exit 1; }
[ "$(grep -c '<testcase' "$work/junit.xml")" = 6 ] || { cat "$work/junit.xml"; exit 1; }
grep -q 'again with: conclave run scenarios/quickstart.yaml --seed [0-9]* .*--set network.loss=30%' "$work/junit.xml" \
    || { cat "$work/junit.xml"; exit 1; }

# Variants with expectations of their own: each is judged by the runs of those that have it.
cat > "$work/own.yaml" <<'END'
duration: 5s
cluster: {nodes: 3}
algorithm: raft
variants:
  - {name: a, set: {expect: [elections < 5]}}
  - {name: b, set: {expect: [elections < 5, availability > 10%, split_votes < 0]}}
END
"$conclave" sweep "$work/own.yaml" --seeds 1..7 --db "$work/own.db" > "$work/out" 2> "$work/log" && { echo "own: passed"; exit 1; }
for line in 'PASS  elections < 5   (14 of 14 runs)' 'PASS  availability > 10%   (7 of 7 runs)' \
    'FAIL  split_votes < 0   (0 of 7 runs)'; do
    grep -qF "$line" "$work/out" || { echo "own: no $line"; cat "$work/out"; exit 1; }
done

# A picture whose numbers cannot be written is not kept either.
if "$conclave" plot "$work/one.db" --kind downtime -o "$work/p.SVG" --csv /nowhere/p.csv 2> "$work/log"; then exit 1; fi
[ ! -e "$work/p.SVG" ] || { echo "plot: left a picture"; exit 1; }

# What each seed draws is its own: for one job and several, in a replay, and shrunk.
drawn=("$conclave" sweep swarm --seeds 1..60 --quiet)
"${drawn[@]}" --jobs 1 --db "$work/drawn1.db" > "$work/log" 2>&1 || true # too few for all that some run must show
"${drawn[@]}" --jobs 3 --db "$work/drawn3.db" > "$work/log" 2>&1 || true
[ "$(digest "$work/drawn1.db")" = "$(digest "$work/drawn3.db")" ] || { echo "drawn: differs by jobs"; exit 1; }
[ "$(sqlite3 "$work/drawn1.db" 'SELECT count(DISTINCT algorithm) > 5, count(DISTINCT nodes) > 5 FROM run')" = "1|1" ] \
    || { echo "drawn: all the same"; exit 1; }
for id in 7 23 41; do
    "$conclave" replay "$work/drawn1.db" "$id" > "$work/log" 2>&1 || { cat "$work/log"; echo "drawn: no replay"; exit 1; }
    hash=$(sqlite3 "$work/drawn1.db" "SELECT trace_hash FROM run WHERE id = $id")
    "$conclave" run swarm --seed "$id" > "$work/log" 2>&1 || true
    grep -q "$hash" "$work/log" || { echo "drawn: seed $id is another run"; exit 1; }
done

"$conclave" shrink swarm --seed 11 --for 'split_brain_events > 0' -o "$work/small.yaml" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
"$conclave" run "$work/small.yaml" --quiet || { echo "drawn: what was shrunk does not show it"; exit 1; }

# A broken promise comes with the command that shows it again.
"$conclave" sweep quickstart --seeds 1..30 --set raft.quorum=2 --set 'chaos={faults: 20}' --db "$work/two.db" > "$work/log" 2>&1 || true
command=$(sed -n 's/^[a-z_]* broken: conclave //p' "$work/log" | head -1)
[ -n "$command" ] || { cat "$work/log"; echo "no command for a broken promise"; exit 1; }
if eval "'$conclave' $command" > "$work/log" 2>&1; then echo "the command breaks nothing"; exit 1; fi
grep -q "Violations" "$work/log" || { cat "$work/log"; exit 1; }
echo "drawn runs are their seeds' own"
