#!/usr/bin/env bash
# source.sh [ROOT] : rules of the source text that no compiler checks. Prints every breach; fails on any.
set -euo pipefail
export LC_ALL=C.UTF-8
cd "${1:-$(dirname "$0")/../..}"

# Files that may be longer than 600 lines, and why.
long_files=(
    "sim/fixed_tables.h:tables of numbers"
)
line_limit=600
function_limit=70
column_limit=100

mapfile -t files < <(find sim algorithms scenarios analysis tests -name '*.[ch]' | sort)
[ ${#files[@]} -gt 0 ] || { echo "source.sh: no files in $PWD" >&2; exit 2; }
failed=0

# report RULE : names the rule for every line of standard input, and fails if there is any.
report() {
    local line
    while IFS= read -r line; do
        printf '%s: %s\n' "$line" "$1"
        failed=1
    done
}

# includes PATTERN FILE… : FILE:LINE:#include… where the pattern is what is included.
includes() {
    local pattern=$1
    shift
    grep -HnE "^[[:space:]]*#[[:space:]]*include[[:space:]]*[<\"]($pattern)[>\"]" "$@" || true
}

mapfile -t pure < <(printf '%s\n' "${files[@]}" | grep -E '^(sim|algorithms)/')
mapfile -t no_yaml < <(printf '%s\n' "${files[@]}" | grep -vE '^scenarios/language/')
mapfile -t no_sqlite < <(printf '%s\n' "${files[@]}" | grep -vE '^(analysis/store/|tests/analysis/store)')
mapfile -t machines < <(printf '%s\n' "${pure[@]}" | grep -E '^algorithms/')

report "not in pure code" < <(includes '(stdio|stdlib|time|math|errno)\.h' "${pure[@]}")
report "libfyaml belongs to scenarios/language" < <(includes 'libfyaml\.h' "${no_yaml[@]}")
report "SQLite belongs to analysis/store" < <(includes 'sqlite3\.h' "${no_sqlite[@]}")
report "an algorithm includes only the sim headers for algorithms" < <(
    includes '[^>"]*/[^>"]*' "${machines[@]}" \
        | grep -vE '"(algorithms/[a-z_]+|sim/(algorithm|assert|guest))\.h"' || true)

report "longer than $column_limit columns" < <(grep -HnoP "^.{$column_limit}(?=.)" "${files[@]}" | cut -d: -f1,2)
report "tab or trailing blank" < <(grep -HnP '\t|[ \r]+$' "${files[@]}" | cut -d: -f1,2)
# mktemp's own pattern of six X is no note.
report "a note of work left" < <(grep -HnwE 'TODO|FIXME|XXX' "${files[@]}" | cut -d: -f1,2)

# A body opens with a brace in the first column and closes with one (the repository's format).
report "function longer than $function_limit lines" < <(awk -v limit=$function_limit '
    FNR == 1 { start = 0 }
    /^\{/ { start = FNR }
    /^\}/ { if (start && FNR - start + 1 > limit) print FILENAME ":" start; start = 0 }
    ' "${files[@]}")

report "longer than $line_limit lines" < <(
    for file in "${files[@]}"; do
        [ "$(wc -l <"$file")" -le $line_limit ] || printf '%s\n' "$file"
    done | grep -vxFf <(printf '%s\n' "${long_files[@]%%:*}") || true)

report "header without a guard" < <(
    for file in "${files[@]}"; do
        [ "${file##*.}" != h ] || awk '
            /^#ifndef / { name = $2 }
            /^#define / && $2 == name && name != "" { found = 1 }
            /^#pragma once/ { found = 1 }
            END { exit !found }' "$file" || printf '%s\n' "$file"
    done)

# registered REGISTRY SUFFIX FILE… : every NAME_SUFFIX that a file defines is X(NAME) in the registry.
registered() {
    local registry=$1 suffix=$2 name
    shift 2
    { grep -hoP "^(const )?struct [a-z_]+ \K[a-z_]+(?=_$suffix = \{)" "$@" || true; } | sort -u \
        | while read -r name; do
            grep -qE "X\($name\)" "$registry" || printf '%s: %s_%s\n' "$registry" "$name" "$suffix"
        done
}
report "not in its registry" < <(
    registered sim/faults/registry.c fault sim/faults/*.c
    registered analysis/cli/registry.c command analysis/cli/*.c
    registered analysis/plot/plot.c plot analysis/plot/*.c
    registered algorithms/registry.c algorithm algorithms/*.c)

exit $failed
