#!/usr/bin/env bash
# run.sh BUILD: installs BUILD, and does what algorithms/README.md says, word for word, outside of the
# tree; then loads plug-ins that are wrong in one way each, and reads what the program says of them.
set -euo pipefail
build=$(realpath "$1")
here=$(cd "$(dirname "$0")" && pwd)
root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "$*"; [ ! -s "$work/err" ] || cat "$work/err"; exit 1; }
quick=quickstart

cmake --install "$build" --prefix "$work/prefix" > "$work/log"
mkdir "$work/mine"
cd "$work/mine"

# ---- The page's code is the example, and its commands work -----------------------------------------
awk '/^```c$/ { if (seen++) print ""; inside = 1; next } /^```$/ { inside = 0 } inside' "$root/algorithms/README.md" > lowest.c
cmp lowest.c "$here/lowest.c" || fail "algorithms/README.md shows other code than tests/plugin/lowest.c"
awk '/^```sh$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/algorithms/README.md" \
    | sed "s|cmake --install build |cmake --install '$build' |; s|^cc |${CC:-cc} ${CONSUMER_FLAGS:-} |" > commands
grep -q "conclave replay" commands || fail "no commands in algorithms/README.md"
PREFIX=$work/prefix bash -euo pipefail commands > said 2> "$work/err" || fail "a command of algorithms/README.md fails"
for words in "Lowest node alive (algorithm: lowest)" "run 1 is the same" "Hierarchical election, 5 nodes"; do
    grep -qF "$words" said || fail "the commands of algorithms/README.md do not say '$words'"
done
conclave=$work/prefix/bin/conclave

# So do those for the source tree, without an installation.
awk '/^```bash$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$root/algorithms/README.md" \
    | sed "s|^cc |${CC:-cc} ${CONSUMER_FLAGS:-} |; s|-Ibuild/|-I$build/|; s|^build/|$build/|; s|\./lowest\.so|lowest.so|; s|lowest\.so|$work/tree.so|" > tree-commands
grep -q generated/headers tree-commands || fail "no commands for the source tree in algorithms/README.md"
(cd "$root" && bash -euo pipefail "$work/mine/tree-commands") > said 2> "$work/err" || fail "a command for the source tree fails"
grep -qF "Lowest node alive (algorithm: lowest)" said || fail "it is not the page's algorithm"

# By find_package it is the same plug-in.
cp "$here/CMakeLists.txt" .
cmake -S . -B by-cmake -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_C_FLAGS="${CONSUMER_FLAGS:-}" > "$work/log"
cmake --build by-cmake > "$work/log"
hash_with() { "$conclave" run $quick --plugin "$1" --set algorithm=lowest --json | grep trace_hash; }
[ "$(hash_with by-cmake/lowest.so)" = "$(hash_with lowest.so)" ] || fail "two builds of one plug-in run otherwise"

# ---- Every command knows it --------------------------------------------------------------------------
"$conclave" list algorithms --plugin lowest.so | grep -q '^  lowest ' || fail "list does not show it"
"$conclave" list algorithms | grep -q '^  lowest ' && fail "list shows it without --plugin"
printf 'duration: 20s\ncluster: {nodes: 5}\nalgorithm: lowest\nlowest: {timeout: 3s}\n' > mine.yaml
"$conclave" check mine.yaml --plugin lowest.so > said
"$conclave" sweep $quick --plugin lowest.so --set algorithm=lowest --set expect=[] --seeds 1..40 --jobs 2 --db two.db --quiet
"$conclave" sweep $quick --plugin lowest.so --set algorithm=lowest --set expect=[] --seeds 1..40 --jobs 1 --db one.db --quiet
[ "$(sqlite3 one.db 'SELECT seed, trace_hash FROM run ORDER BY seed')" = \
    "$(sqlite3 two.db 'SELECT seed, trace_hash FROM run ORDER BY seed')" ] || fail "it depends on the number of jobs"
"$conclave" hunt $quick --plugin lowest.so --set algorithm=lowest --for 'split_brain_time > 1s' --limit 1 > said
grep -qF -- "--plugin lowest.so" said || fail "the command that repeats a run lacks the plug-in"
eval "$(grep -o 'conclave run.*' said | head -1 | sed "s|^conclave|$conclave|")" > said || [ $? = 1 ] || fail "and does not work"
"$conclave" shrink $quick --plugin lowest.so --set algorithm=lowest --for 'split_brain_time > 1s' -o small.yaml > said
eval "$(grep '^conclave run small.yaml' said | sed "s|^conclave|$conclave|")" > said || [ $? = 1 ] || fail "nor does that of what shrink left"

# ---- What is wrong is said, with status 2 ------------------------------------------------------------
expect() { # words, then the command
    local words=$1 status=0
    shift
    "$@" > said 2> "$work/err" || status=$?
    [ $status = 2 ] || fail "status $status, not 2 with $words: $*"
    grep -qF -- "$words" "$work/err" || fail "no word of '$words': $*"
}
expect "unknown algorithm \`lowest\`" "$conclave" check mine.yaml
expect "must be at least twice the interval" "$conclave" check mine.yaml --plugin lowest.so --set lowest.timeout=1ms
expect "run 1 is of algorithm \`lowest\`" "$conclave" replay mine.db 1
expect "--plugin FILE.so" "$conclave" replay mine.db 1
expect "\`lowest\` is none of first, majority, and no algorithm" "$conclave" check $quick --set algorithm=hierarchical --set hierarchical.regional_election=lowest
expect "missing.so: No such file" "$conclave" list --plugin missing.so
expect "--plugin needs a value" "$conclave" list --plugin
expect "takes no --plugin" "$conclave" compare both.db --plugin lowest.so
expect "there is an algorithm \`lowest\` already, of lowest.so" "$conclave" list --plugin lowest.so --plugin lowest.so
printf 'no library' > text.so
expect "text.so: no shared library" "$conclave" list --plugin text.so
expect "no shared library" "$conclave" list --plugin .
printf 'int nothing;\n' > nothing.c
# shellcheck disable=SC2086
${CC:-cc} ${CONSUMER_FLAGS:-} -shared -fPIC nothing.c -o nothing.so
expect "no plug-in of Conclave" "$conclave" list --plugin nothing.so

wrong() { # words, then flags
    local words=$1
    shift
    # shellcheck disable=SC2086
    ${CC:-cc} ${CONSUMER_FLAGS:-} -std=c17 -shared -fPIC -I"$work/prefix/include/conclave" -I"$root" "$@" "$here/wrong.c" -o wrong.so
    expect "$words" "$conclave" list algorithms --plugin wrong.so
}
nothing="(void) 0"
wrong "built for the interface 0.0.1-old, and this program has" -DWRONG="$nothing" -DINTERFACE='"0.0.1-old"'
wrong "lays the tables out otherwise" -DWRONG="$nothing" -DALGORITHM_SIZE=8
wrong "there is an algorithm \`raft\` already, one of Conclave's own" -DWRONG='wrong.name = "raft"'
wrong "\`network\` is a key of every scenario" -DWRONG='wrong.name = "network"'
wrong "is no word of lower-case letters" -DWRONG='wrong.name = "My Algorithm"'
wrong "it has no name" -DWRONG='wrong.name = NULL'
wrong "it has no view()" -DWRONG='wrong.view = NULL'
wrong "it has no on_timer()" -DWRONG='wrong.on_timer = NULL'
wrong "title, about and source must be given" -DWRONG='wrong.source = NULL'
wrong "but no names for them" -DWRONG='wrong.timers = NULL'
wrong "but has no table of them" -DWRONG='wrong.messages = NULL'
wrong "at most 256 fit" -DWRONG='changed_message.size = 300'
wrong "field \`term\` lies outside of message \`Alive\`" -DWRONG='changed_message.size = 4'
wrong "the default of option \`interval\` is wrong" -DWRONG='changed_option.default_text = "200 parsecs"'
wrong "option \`interval\` has no default" -DWRONG='changed_option.default_text = NULL'
wrong "lies outside of the config_size" -DWRONG='changed_option.offset = 4000'
wrong "option no. 1 has no name" -DWRONG='changed_option.name = "In Terval"'
wrong "with its defaults and three nodes" -DWRONG='changed_option.default_text = "10s"'
wrong "it calls \`world_create\`, which this program does not offer" -include sim/world.h -DWRONG='(void) world_create(NULL, NULL, NULL, 0, NULL)'

# ---- What it does wrong while it runs is noticed, by whom it called ------------------------------------
breaks() { # words, then flags
    local words=$1 status=0
    shift
    # shellcheck disable=SC2086
    ${CC:-cc} ${CONSUMER_FLAGS:-} -std=c17 -shared -fPIC -I"$work/prefix/include/conclave" -I"$root" "$@" "$here/wrong.c" -o wrong.so
    (ulimit -c 0; "$conclave" run $quick --plugin wrong.so --set algorithm=lowest --set expect=[] > said 2> "$work/err") || status=$?
    [ $status = 134 ] || fail "status $status, not an assertion with $words"
    for told in "$words" "on n1, algorithm lowest" "The plug-in wrong.so has most likely broken a rule of sim/algorithm.h"; do
        grep -qF -- "$told" "$work/err" || fail "no word of '$told' with $words"
    done
}
breaks "in node_send()" -DWRONG="$nothing" -DSTART='node_send(self, NODE_NONE, ALIVE, &(struct alive){0})'
breaks "in node_set_timer()" -DWRONG="$nothing" -DSTART='node_set_timer(self, 7, 0)'
breaks "\`(now.role == ROLE_LEADER) == n->leads\` in world_leave()" -DWRONG="$nothing" -DSTART='((struct state *) state)->leader = node_self(self)'
echo "an algorithm from outside the tree: built, run, replayed, and refused where it is wrong"
