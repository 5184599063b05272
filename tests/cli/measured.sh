#!/usr/bin/env bash
# measured.sh CONCLAVE: `list algorithms` tells of every algorithm what results/make-algorithms measures now.
set -euo pipefail
CONCLAVE=$(realpath "$1")
export CONCLAVE
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; exit 1; }

results/make-algorithms "$work/now.csv"
# An algorithm of an optional component may have a line, and not be in this program.
cut -d, -f1 "$work/now.csv" | while read -r name; do
    [ "$(grep -c "^$name," results/algorithms.csv)" = 1 ] || fail "$name: not one line in results/algorithms.csv; run results/make-algorithms"
done
grep -E "^($(cut -d, -f1 "$work/now.csv" | paste -sd'|'))," results/algorithms.csv > "$work/stored.csv"
diff "$work/stored.csv" "$work/now.csv" || fail "results/algorithms.csv (<) is not what the program does (>); run results/make-algorithms"

"$CONCLAVE" list algorithms > "$work/list"
sed 1d "$work/now.csv" | while IFS=, read -r name _ five _ _ complexity failover; do
    [ -n "$failover" ] || fail "$name: no leader within hours after a crash"
    line=$(grep "^  $name " "$work/list") || fail "$name: not listed"
    [ "$complexity" = 0 ] || grep -qF "O($complexity) $(printf '%.4g' "$five")" <<< "$line" || fail "$name: listed with other messages: $line"
done
[ "$(wc -L < "$work/list")" -le 100 ] || fail "list is wider than 100 columns"
# Whom an algorithm is from fits its column, and is given.
"$CONCLAVE" list algorithms --json > "$work/list.json"
[ "$(grep -c '"origin": "[^"]\{3,27\}"' "$work/list.json")" = "$(sed 1d "$work/now.csv" | wc -l)" ] || fail "an origin is missing or too long"
for name in $(cut -d, -f1 "$work/now.csv" | sed 1d); do
    [ ! -e "algorithms/$name.c" ] || grep -qE "\.origin = " "algorithms/$name.c" || fail "$name: no .origin"
done
echo "every algorithm is listed with what is measured"
