#!/usr/bin/env bash
# sweep.sh CONCLAVE: what a whole sweep costs, with faults, checks and every row stored.
set -euo pipefail
conclave=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/crashes.yaml" << 'END'
duration: 60s
cluster: {nodes: 5}
algorithm: raft
network: {latency: "uniform(1ms, 5ms)", loss: 0.5%}
faults: [{every: 1s, for: 300ms, crash: leader}]
END

# timed DB SCENARIO ARGUMENTS...: the best of three, in seconds.
timed() {
    local db=$1 best=999999999999 begun took
    shift
    for _ in 1 2 3; do
        rm -f "$db"
        begun=$(date +%s%N)
        ${on_one:+taskset -c 0} "$conclave" sweep "$@" --quiet --db "$db" 2> "$work/log"
        took=$((($(date +%s%N) - begun) / 1000))
        if [ "$took" -lt "$best" ]; then best=$took; fi
    done
    echo "$best"
}
# Held on one core: with one job the writer would else have a core of its own.
one=$(on_one=1 timed "$work/one.db" "$work/crashes.yaml" --seeds 1..2000 --jobs 1)
two=$(timed "$work/two.db" "$work/crashes.yaml" --seeds 1..2000 --jobs 2)
elections=$(sqlite3 "$work/one.db" 'SELECT count(*) FROM election')
awk -v e="$elections" -v one="$one" -v two="$two" 'BEGIN {
    printf "2 000 seeds of 60 s, a leader crash each second: %.0f elections/s on one core, %.2fx on two\n",
        e / one * 1e6, one / two }'

sed -i 's/duration: 60s/duration: 1s/; /faults/d' "$work/crashes.yaml"
short=$(on_one=1 timed "$work/short.db" "$work/crashes.yaml" --seeds 1..20000 --jobs 1)
awk -v t="$short" 'BEGIN { printf "one-second runs: %.1f us each, stored\n", t / 20000 }'
# The peak of resident memory, as the kernel counts it for a process that has ended.
peak() {
    "$conclave" sweep "$@" --quiet --db "$work/memory.db" 2> "$work/log" &
    local pid=$! most=0 now
    while now=$(awk '/VmHWM/ {print $2}' "/proc/$pid/status" 2> "$work/log") && [ -n "$now" ]; do
        most=$now
        sleep 0.02
    done
    wait "$pid"
    rm -f "$work/memory.db"
    echo "$most"
}
printf 'memory at most: %s KiB for 2 000 seeds, %s KiB for 200 000\n' \
    "$(peak "$work/crashes.yaml" --seeds 1..2000 --jobs 2)" "$(peak "$work/crashes.yaml" --seeds 1..200000 --jobs 2)"
