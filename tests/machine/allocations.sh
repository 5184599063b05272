#!/usr/bin/env bash
# allocations.sh CONCLAVE [STEP]: every STEP-th allocation of whole commands fails, one a run. Each
# run ends well, or with status 3 and a message; what it leaves behind is whole or not there.
set -uo pipefail
conclave=$(realpath "$1")
step=${2:-9}
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cc -shared -fPIC -O1 -fno-builtin tests/machine/fail_allocation.c -o "$work/fail.so" || exit 1
"$conclave" sweep quickstart --seeds 1..3 --db "$work/three.db" --quiet 2>"$work/log" || exit 1
runs=0
wrong() { echo "allocation $1 of $2: $3"; head -c 300 "$work/log"; exit 1; }

try() { # what is made, then the command
    local made=$1 count at status found
    shift
    rm -f "$work/made"*
    COUNT_INTO=$work/count LD_PRELOAD=$work/fail.so "$conclave" "$@" >"$work/log" 2>&1 || wrong 0 "$1" "fails by itself"
    count=$(cat "$work/count")
    for ((at = 1 + RANDOM % step; at <= count; at += step)); do
        rm -f "$work/made"*
        FAIL_AT=$at LD_PRELOAD=$work/fail.so "$conclave" "$@" >"$work/log" 2>&1
        status=$?
        runs=$((runs + 1))
        case $status in
        0 | 1) ;;
        3) [ -s "$work/log" ] || wrong $at "$1" "silent" ;;
        *) wrong $at "$1" "status $status" ;;
        esac
        found=$(find "$work" -name 'made*' ! -name '*-journal' | head -1)
        [ -n "$found" ] || { [ $status -ne 0 ] || [ "$made" = nothing ] || wrong $at "$1" "made nothing"; continue; }
        case $made in
        database)
            [ "$(sqlite3 "$found" 'PRAGMA integrity_check')" = ok ] || wrong $at "$1" "torn database"
            [ $status -ne 0 ] || [ "$(sqlite3 "$found" 'SELECT count(*) > 0 FROM run')" = 1 ] || wrong $at "$1" "lost runs"
            ;;
        text) [ $status -le 1 ] || wrong $at "$1" "left half a file" ;;
        esac
    done
}

RANDOM=1
try database run quickstart --db "$work/made" --quiet
try database sweep quickstart --seeds 1..2 --jobs 1 --db "$work/made" --quiet
try text run quickstart --quiet --trace "$work/made"
try text timeline quickstart -o "$work/made.svg"
try nothing compare "$work/three.db"
try nothing check swarm
try nothing hunt quickstart --seeds 1..2 --jobs 1 --for 'elections >= 0'
try text shrink quickstart --for 'elections > 0' -o "$work/made"
echo "$runs runs with an allocation that failed: all ended well or said so"
