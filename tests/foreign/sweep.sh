#!/usr/bin/env bash
# sweep.sh CONCLAVE: servers of a foreign library on several threads do not mix: one job and three
# give the same database. Skipped where the library is not built in.
set -euo pipefail
conclave=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."
if "$conclave" list algorithms | grep -q '^ *libraft .*not built in'; then
    "$conclave" list algorithms | grep libraft
    exit 77
fi
for jobs in 1 3; do
    "$conclave" sweep scenarios/swarm.yaml --set algorithm=libraft --seeds 1..120 --jobs $jobs \
        --quiet --db "$work/$jobs.db" 2>"$work/log" || [ $? -eq 1 ]
    sqlite3 "$work/$jobs.db" .dump | sha256sum >"$work/$jobs.sum"
done
cmp "$work/1.sum" "$work/3.sum"
echo "one job and three: the same database"
