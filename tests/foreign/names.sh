#!/usr/bin/env bash
# names.sh CONCLAVE LIBRARY…: no function of ours has the name of one of the foreign library's, which
# it would hide: calls of the one would reach the other.
set -euo pipefail
export LC_ALL=C
conclave=$1
shift
names() { nm "$@" | awk 'NF == 3 && $2 ~ /[TDBRVW]/ { print $3 }' | sort -u; }
common=$(comm -12 <(names --defined-only "$conclave") <(names -D --defined-only "$@" | sed 's/@.*//') |
    grep -vxE '_init|_fini|_edata|_end|__bss_start' || true)
[ -z "$common" ] || { echo "both have: $common"; exit 1; }
