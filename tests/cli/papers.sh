#!/usr/bin/env bash
# papers.sh CONCLAVE: the gates of results/papers that are quick: three ranges of the Raft paper's figure 16, and
# the order of Raft Refloated's variants; fewer runs than the pages have, and tolerances as much wider as that asks for.
set -euo pipefail
conclave=$(realpath "$1")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
. results/papers/library.sh
. results/papers/gates.sh
page=papers
checks=$work/checks
for range in 150-300 50-100 12-24; do f16 "$range" 600; done
refloated_order 500
# A check that could not fail would be none.
(checks=$work/wrong; check WRONG "a wrong figure" 100 6% 107 ms 2>/dev/null; check WRONG "no figure" 100 6% "" ms 2>/dev/null)
[ "$(grep -c 'FAIL$' "$work/wrong")" = 2 ] || { echo "a wrong figure passes"; exit 1; }
cat "$checks"
! grep -q 'FAIL$' "$checks"
