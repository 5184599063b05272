#!/usr/bin/env bash
# gallery.sh CONCLAVE: the pictures and claims of results/ come out byte for byte; those that gnuplot draws as
# long as its version is the one they were drawn with.
set -euo pipefail
CONCLAVE=$(realpath "$1")
export CONCLAVE
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
drawn_with="gnuplot 5.4 patchlevel 4"
results/make "$work" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
results/make-claims "$work/claims.md" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmp "$work/claims.md" results/claims.md
for made in "$work"/*.svg "$work"/*.csv; do
    name=${made##*/}
    if [ "$name" = timeline.svg ] || [ "${name##*.}" = csv ] || [ "$(gnuplot --version)" = "$drawn_with" ]; then
        cmp "$made" "results/$name"
    else
        echo "$name: drawn by $(gnuplot --version), not compared"
    fi
done
awk -f tests/cli/table.awk results/compare-all.csv README.md || { echo "the table of README.md is not that of compare-all"; exit 1; }
echo "the gallery is what the program makes"
