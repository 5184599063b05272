#!/usr/bin/env bash
# sweep.sh CONCLAVE: servers of a foreign library on several threads do not mix: one job and three
# give the same database, in processes of their own. Skipped where no such library is built in.
set -euo pipefail
conclave=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."
compared=0
for library in libraft etcd_raft; do
    if "$conclave" list algorithms | grep "^ *$library  *not built in"; then
        continue
    fi
    for jobs in 1 3; do
        "$conclave" sweep scenarios/swarm.yaml --set algorithm=$library --seeds 1..120 --jobs $jobs \
            --quiet --db "$work/$jobs.db" 2>"$work/log" || [ $? -eq 1 ]
        sqlite3 "$work/$jobs.db" .dump | sha256sum >"$work/$jobs.sum"
        rm "$work/$jobs.db"
    done
    cmp "$work/1.sum" "$work/3.sum"
    echo "$library: one job and three: the same database"
    compared=$((compared + 1))
done
[ $compared -gt 0 ] || exit 77
