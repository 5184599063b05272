#!/usr/bin/env bash
# etcd_raft.sh CONCLAVE: what Go's runtime in the process must not change: processes of their own run a
# seed alike, every other algorithm runs without it, and signals end the program as they do without.
# Skipped where etcd's raft is not built in.
set -euo pipefail
conclave=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."
if "$conclave" list algorithms | grep '^ *etcd_raft  *not built in'; then
    exit 77
fi
fail() { echo "$*"; exit 1; }

# Twenty processes, one seed.
for _ in {1..20}; do
    "$conclave" run scenarios/swarm.yaml --set algorithm=etcd_raft --seed 5 --trace - --quiet 2>"$work/log" |
        sha256sum
done | sort -u >"$work/hashes"
[ "$(wc -l <"$work/hashes")" = 1 ] || fail "one seed gave $(wc -l <"$work/hashes") different traces"

# threads of a long run, and how it ends by a signal. Background jobs of a shell ignore SIGINT.
long() { # algorithm, signal
    local status=0
    perl -e '$SIG{INT} = "DEFAULT"; alarm 60; exec @ARGV' "$conclave" run quickstart --set algorithm="$1" \
        --set duration=1000h --set expect=[] --set faults=[] >"$work/out" 2>&1 &
    local process=$!
    sleep 2
    grep -c libconclave_etcd "/proc/$process/maps" >"$work/loaded" || true
    awk '/^Threads/ { print $2 }' "/proc/$process/status" >"$work/threads"
    kill -"$2" $process
    wait $process 2>>"$work/log" || status=$?
    echo $status >"$work/status"
}

long raft TERM
[ "$(cat "$work/loaded")" = 0 ] || fail "raft runs with Go's runtime in its process"
[ "$(cat "$work/threads")" = 1 ] || fail "raft runs with $(cat "$work/threads") threads"
for signal in TERM INT HUP; do
    long raft $signal
    expected=$(cat "$work/status")
    long etcd_raft $signal
    [ "$(cat "$work/loaded")" -gt 0 ] || fail "etcd_raft runs without its library"
    [ "$(cat "$work/status")" = "$expected" ] || fail "SIG$signal: status $(cat "$work/status"), not $expected"
done

# A reader that goes away is told as with any other algorithm.
for algorithm in raft etcd_raft; do
    { "$conclave" run scenarios/swarm.yaml --set algorithm=$algorithm --trace - --quiet 2>"$work/$algorithm" || echo $? >"$work/$algorithm.status"; } |
        head -1 >"$work/out"
done
cmp "$work/raft" "$work/etcd_raft"
cmp "$work/raft.status" "$work/etcd_raft.status"
echo "20 processes run alike; signals end it as they end others"
