#!/usr/bin/env bash
# timeline.sh CONCLAVE: what other tools read is as they want it.
set -euo pipefail
conclave=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$(dirname "$0")/../.."
timeline=("$conclave" timeline scenarios/quickstart.yaml --set 'scenario="quoted \" </script> \\ title"')
one() { # SQL over the events, that must give one number
    sqlite3 :memory: "CREATE TEMP TABLE event AS SELECT value FROM json_each(readfile('$work/trace.json'), '\$.traceEvents'); $1"
}
expect() { # WHAT GIVEN WANTED
    [ "$2" = "$3" ] || { echo "$1: $2, not $3"; exit 1; }
}

"${timeline[@]}" --election 2 -o "$work/trace.json"
expect "valid JSON" "$(sqlite3 :memory: "SELECT json_valid(readfile('$work/trace.json'))")" 1
expect "tracks of five nodes" "$(one "SELECT count(*) FROM event WHERE value ->> 'name' = 'thread_name'")" 10
expect "arrows that end without a beginning" "$(one "SELECT count(*) FROM event AS e WHERE value ->> 'ph' = 'f' AND NOT EXISTS
    (SELECT 1 FROM event WHERE value ->> 'ph' = 's' AND value ->> 'id' = e.value ->> 'id' AND value ->> 'ts' <= e.value ->> 'ts')")" 0
expect "arrows" "$(one "SELECT count(*) > 20 FROM event WHERE value ->> 'ph' = 'f'")" 1
expect "elections" "$(one "SELECT count(*) FROM event WHERE value ->> 'cat' = 'election'")" 2
expect "roles that overlap" "$(one "SELECT count(*) FROM event AS a JOIN event AS b ON a.value ->> 'tid' = b.value ->> 'tid'
    WHERE a.value ->> 'cat' = 'role' AND b.value ->> 'cat' = 'role' AND a.rowid < b.rowid
    AND b.value ->> 'ts' < a.value ->> 'ts' + a.value ->> 'dur' - 0.0005")" 0

# ShiViz: every host's own clock goes 1, 2, 3 …; no clock knows of an event that has not been.
"${timeline[@]}" --election 2 --format shiviz > "$work/trace.log"
expect "first line" "$(head -1 "$work/trace.log")" '(?<event>.*)\n(?<host>\S*) (?<clock>{.*})'
tail -n +3 "$work/trace.log" | awk '
    NR % 2 == 0 {
        host = $1
        clock = substr($0, length(host) + 3)
        gsub(/[{}" ]/, "", clock)
        n = split(clock, parts, ",")
        for (i = 1; i <= n; i++) {
            split(parts[i], pair, ":")
            if (pair[1] == host) {
                if (pair[2] != seen[host] + 1) { print "clock of " host " goes to " pair[2]; exit 1 }
                seen[host] = pair[2]
            } else if (pair[2] > seen[pair[1]]) {
                print host " knows of what has not been at " pair[1]; exit 1
            } else {
                merged++
            }
        }
    }
    END { if (merged < 20) { print "hardly a clock was merged"; exit 1 } }'

"${timeline[@]}" --format text > "$work/trace.txt"
grep -q "AppendEntries" "$work/trace.txt" || { echo "text: no messages"; exit 1; }
"${timeline[@]}" --from 5s --to 6s -o "$work/a.svg"
"${timeline[@]}" --from 5s --to 6s -o "$work/b.svg"
cmp "$work/a.svg" "$work/b.svg"
echo "Perfetto's and ShiViz' forms are as they read them"
