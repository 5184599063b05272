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
(checks=$work/wrong; check WRONG "another text" flaps exact recovers 2>/dev/null; check WRONG "too few" 3 least 2.9 2>/dev/null)
[ "$(grep -c 'FAIL$' "$work/wrong")" = 4 ] || { echo "a wrong figure passes"; exit 1; }
# Nor prose whose figures nobody measured, or a figure that no sentence tells.
(
    papers=$work
    mkdir -p "$work/pages"
    echo "the mean is {mean} ms" >"$work/pages/papers.findings"
    : >"$work/told"
    ! findings >/dev/null 2>&1 || { echo "prose with a figure that nobody told passes"; exit 1; }
    tell mean 35
    [ "$(findings)" = "the mean is 35 ms" ] || { echo "a figure is not told"; exit 1; }
    tell median 30
    ! findings >/dev/null 2>&1 || { echo "a figure that no sentence uses passes"; exit 1; }
)
# The distance of two distributions: of four numbers to the uniform one.
printf '0.1\n0.2\n0.3\n0.9\n' >"$work/sample"
[ "$(distance "$work/sample" x)" = 0.45000 ] || { echo "the distance of distributions is wrong"; exit 1; }
cat "$checks"
! grep -q 'FAIL$' "$checks"
