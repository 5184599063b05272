#!/usr/bin/env bash
# objects.sh LIBRARY… : the pure line, seen in the object files. The static libraries given hold no
# data that can change, and call nothing but each other and the short list below.
set -euo pipefail
export LC_ALL=C

# What C itself may call for (clang makes bcmp of memcmp), our own assertion, and the compiler's helpers.
allowed='memcpy|memset|memmove|memcmp|bcmp|strlen|sim_assert_failed|__[a-z]+[dst]i[234]|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_'

[ $# -gt 0 ] || { echo "objects.sh: no library named" >&2; exit 2; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# Tables of constants that hold pointers lie in .data.rel.ro, which is read-only once loaded.
size -A "$@" >"$scratch/sizes"
grep -q '^\.text' "$scratch/sizes" || { echo "objects.sh: no code found" >&2; exit 2; }
if ! awk '
    $2 == "(ex" { object = $1 }
    $1 ~ /^\.(data|bss|tdata|tbss)($|\.)/ && $1 !~ /^\.data\.rel\.ro/ && $2 > 0 {
        print object ": " $2 " bytes of changeable data in " $1
        found = 1
    }
    $2 == "common" { print "common symbols"; found = 1 }
    END { exit found }' "$scratch/sizes"; then
    failed=1
fi

nm --undefined-only "$@" | awk 'NF == 2 { print $2 }' | sort -u >"$scratch/wanted"
nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u >"$scratch/given"
if comm -23 "$scratch/wanted" "$scratch/given" | grep -vxE "$allowed" >"$scratch/outside"; then
    sed 's/^/called from outside the pure line: /' "$scratch/outside"
    failed=1
fi
exit $failed
