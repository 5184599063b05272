#!/usr/bin/env bash
# mistakes.sh CONCLAVE: wrong use and failing machines give a clear message and the exit status of
# the contract, leave nothing half-written, and lose no run that was reported done.
set -euo pipefail
conclave=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."
quick=scenarios/quickstart.yaml

# expect STATUS WORDS COMMAND...: the program's status, and words that standard error must hold.
expect() {
    local wanted=$1 words=$2 status=0
    shift 2
    timeout 60 "$@" > "$work/out" 2> "$work/err" || status=$?
    if [ "$status" != "$wanted" ]; then echo "status $status, not $wanted: $*"; cat "$work/err"; exit 1; fi
    if [ -n "$words" ] && ! grep -qF -- "$words" "$work/err"; then echo "no word of '$words': $*"; cat "$work/err"; exit 1; fi
}

# ---- Wrong use: 2 --------------------------------------------------------------------------------
expect 2 "5..1" "$conclave" sweep $quick --seeds 5..1 --db "$work/a.db"
expect 2 "--shard" "$conclave" sweep $quick --shard 4/4 --db "$work/a.db"
expect 2 "number array tasks from 0" env SLURM_ARRAY_TASK_ID=9 SLURM_ARRAY_TASK_COUNT=4 "$conclave" sweep $quick --db "$work/a.db"
expect 2 'did you mean `elections`?' "$conclave" hunt $quick --for 'electoins > 3'
expect 2 "--for:1:13" "$conclave" hunt $quick --for 'elections > '
expect 2 "--jobs must be from 1 to 1024" "$conclave" sweep $quick --jobs 0 --db "$work/a.db"
expect 2 "more than" "$conclave" sweep $quick --seeds 1..18446744073709551615 --vary network.loss=0%,1% --db "$work/a.db"
expect 2 "--vary needs KEY=V1,V2" "$conclave" sweep $quick --vary network.loss --db "$work/a.db"
expect 2 "--vary network.loss has the value 1% twice" "$conclave" sweep $quick --vary network.loss=1%,2%,1% --db "$work/a.db"
expect 2 "there is no variant" "$conclave" hunt $quick --variant nobody --for 'elections > 3'
expect 2 "--until" "$conclave" sweep $quick --until "downtime.p99" --db "$work/a.db"
expect 2 "neither" "$conclave" sweep $quick --until "downtime.p99 ± 5%" --shard 0/2 --db "$work/a.db"
expect 2 "which run?" "$conclave" replay "$work/a.db" x
expect 2 "No such file" "$conclave" compare "$work/none.db"
expect 2 "No such file" "$conclave" shrink "$work/none.yaml"
expect 2 "there is no number 99" "$conclave" why $quick --election 99
expect 2 "needs KEY=A..B" "$conclave" threshold $quick --vary network.loss=1% --for 'elections > 3'
[ ! -e "$work/a.db" ] || { echo "a mistake left a database"; exit 1; }
printf 'no database' > "$work/text.db"
expect 2 "text.db" "$conclave" compare "$work/text.db"
expect 2 "text.db" "$conclave" sweep $quick --seeds 1..2 --db "$work/text.db"
[ "$(cat "$work/text.db")" = "no database" ] || { echo "overwrote a stranger's file"; exit 1; }

# Where no scenarios are, the places that were tried are named.
mkdir "$work/alone"
cp "$conclave" "$work/alone/conclave"
expect 2 "No such file or directory; no scenarios in ./scenarios, $work/alone/../scenarios, " bash -c "cd '$work/alone' && ./conclave run quickstart"
expect 2 "CONCLAVE_SCENARIOS=FOLDER names another place" bash -c "cd '$work/alone' && ./conclave run quickstart"
expect 2 "no scenarios in /nowhere, which CONCLAVE_SCENARIOS names" env CONCLAVE_SCENARIOS=/nowhere "$conclave" run quickstart
expect 0 "" bash -c "cd '$work/alone' && ./conclave list scenarios"
grep -q "no scenarios in ./scenarios, " "$work/out" || { echo "list: no word of the places"; cat "$work/out"; exit 1; }
expect 0 "" "$conclave" help run
grep -q CONCLAVE_SCENARIOS "$work/out" || { echo "help run: no word of CONCLAVE_SCENARIOS"; exit 1; }

# ---- Right, and yet not meant so: a warning, and 0 --------------------------------------------------
expect 0 "warning: a heartbeat every 150ms comes too late" "$conclave" check $quick --set raft.heartbeat_interval=150ms
grep -q "good" "$work/out" || { echo "a warning is no mistake"; exit 1; }
expect 0 "belongs to raft.timeouts=phi_accrual" "$conclave" run $quick --set raft.phi_threshold=9 --set expect=[]
expect 0 "belongs to raft.timeouts=phi_accrual" "$conclave" sweep $quick --set raft.phi_threshold=9 --set expect=[] --seeds 1..2 --vary network.loss=0%,1% --db "$work/told.db"
[ "$(grep -c warning "$work/err")" = 1 ] || { echo "told more than once"; cat "$work/err"; exit 1; }
expect 0 "" "$conclave" sweep $quick --set raft.phi_threshold=9 --set expect=[] --seeds 1..2 --vary raft.timeouts=randomized,phi_accrual --db "$work/used.db"
! grep -q warning "$work/err" || { echo "told though a variant uses it"; exit 1; }
expect 0 "" "$conclave" check $quick --set raft.phi_threshold=9 --quiet
[ ! -s "$work/err" ] || { echo "--quiet warns"; exit 1; }
# Of the shipped scenarios only those warn that say why, in the line above.
for scenario in scenarios/*.yaml scenarios/*/*.yaml; do
    { "$conclave" check "$scenario" 2>&1 >/dev/null || true; } | sed -n 's/^[^:]*:\([0-9]*\):[0-9]*: warning: .*/\1/p' > "$work/lines"
    while read -r line; do
        sed -n "$((line - 1))p" "$scenario" | grep -q '`check` warns of it' || { echo "$scenario:$line warns"; exit 1; }
    done < "$work/lines"
done

# ---- Nothing found, or undecided: 1 ---------------------------------------------------------------
expect 1 "" "$conclave" hunt $quick --seeds 1..10 --for 'elections > 100'
expect 1 "does not hold" "$conclave" shrink $quick --for 'elections > 100'
expect 1 "nothing is wrong" "$conclave" shrink $quick

# ---- The machine fails: 3 -------------------------------------------------------------------------
expect 3 "/nowhere/a.db" "$conclave" sweep $quick --seeds 1..2 --db /nowhere/a.db
expect 3 "/nowhere/a.yaml" "$conclave" shrink $quick --for 'elections > 1' -o /nowhere/a.yaml
expect 3 "standard output" bash -c "'$conclave' describe raft > /dev/full"

# A billion seeds are begun at once and go nowhere until they are asked to; a run that was counted is stored.
"$conclave" sweep $quick --seeds 1..1000000000 --jobs 2 --db "$work/many.db" > "$work/out" 2> "$work/err" &
sleep 1
kill -TERM $!
wait $! && status=0 || status=$?
[ "$status" = 1 ] || { echo "interrupted: status $status"; cat "$work/err"; exit 1; }
said=$(sed -n 's/^interrupted: \([0-9]*\) of 1000000000 runs are stored.*/\1/p' "$work/err")
[ -n "$said" ] && [ "$said" = "$(sqlite3 "$work/many.db" 'SELECT count(*) FROM run')" ] \
    || { echo "interrupted: said '$said'"; cat "$work/err"; exit 1; }

# A full disk, as a file that may not grow: what was committed before is there and sound.
status=0
(trap '' XFSZ; ulimit -f 1500; exec "$conclave" sweep $quick --seeds 1..100000 --jobs 2 --db "$work/full.db") \
    > "$work/out" 2> "$work/err" || status=$?
[ "$status" = 3 ] || { echo "full disk: status $status"; cat "$work/err"; exit 1; }
grep -q "full.db" "$work/err" || { echo "full disk: no word of the file"; cat "$work/err"; exit 1; }
[ "$(sqlite3 "$work/full.db" 'PRAGMA integrity_check')" = ok ] || { echo "full disk: a torn database"; exit 1; }

# A database that another process holds: said, and as it was.
"$conclave" run $quick --db "$work/held.db" --quiet
before=$(sqlite3 "$work/held.db" .dump | sha256sum)
mkfifo "$work/pipe"
sqlite3 "$work/held.db" < "$work/pipe" > "$work/sqlite" 2>&1 &
exec 9> "$work/pipe"
printf 'BEGIN EXCLUSIVE; SELECT 1;\n' >&9
for _ in $(seq 100); do if [ -s "$work/sqlite" ]; then break; fi; sleep 0.05; done
expect 3 "locked" "$conclave" run $quick --db "$work/held.db" --quiet
printf 'ROLLBACK;\n' >&9
exec 9>&-
wait
[ "$(sqlite3 "$work/held.db" .dump | sha256sum)" = "$before" ] || { echo "held: changed"; exit 1; }
echo "every mistake is told"
