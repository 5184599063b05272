#!/usr/bin/env bash
# run.sh BUILD: installs BUILD into a folder of its own, and builds and runs a program against that, once by
# find_package and once by pkg-config.
set -euo pipefail
build=$1
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cmake --install "$build" --prefix "$work/prefix" > "$work/log"
cmake -S "$here" -B "$work/consumer" -DCMAKE_PREFIX_PATH="$work/prefix" \
    -DCMAKE_C_FLAGS="${CONSUMER_FLAGS:-}" > "$work/log"
cmake --build "$work/consumer" > "$work/log"
"$work/consumer/consumer"

pc=$(dirname "$(find "$work/prefix" -name conclave.pc)")
export PKG_CONFIG_PATH=$pc
# shellcheck disable=SC2046,SC2086
${CC:-cc} ${CONSUMER_FLAGS:-} -std=c17 "$here/consumer.c" -o "$work/by-pkg-config" \
    $(pkg-config --define-variable=prefix="$work/prefix" --cflags --libs conclave)
"$work/by-pkg-config"
(cd / && "$work/prefix/bin/conclave" check quickstart)
