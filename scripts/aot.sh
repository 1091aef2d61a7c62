#!/usr/bin/env bash
# scripts/aot.sh DIST: the start-up caches (JEP 483, 514, 515): vt.aot of the client, trained on commands that load what daily ones load;
# server.aot, trained on a server under requests. Class files that a cache would leave out for their age are written again first.
set -euo pipefail
dist=$1
java=$(cat "$dist/java-home")/bin/java
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
jars=$(printf '%s:' "$dist"/lib/*.jar)
common=(-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "${jars%:}")
rm -f "$dist/aot.log"
build() { # STEP [OPTION...] [-- ARGUMENT...]
  local step=$1 options=()
  shift
  while [ $# -gt 0 ] && [ "$1" != -- ]; do options+=("$1"); shift; done
  [ $# = 0 ] || shift
  "$java" "${common[@]}" "${options[@]}" "-Dvt.build=$step" dev.vt.distribution.Main "$@" >> "$dist/aot.log" 2>&1 ||
    { cat "$dist/aot.log" >&2; exit 1; }
}
build renew -- "$dist"/lib/picocli-*.jar
build train "-XX:AOTCacheOutput=$dist/vt.aot.new"
build train-server "-XX:AOTCacheOutput=$dist/server.aot.new"
mv "$dist/vt.aot.new" "$dist/vt.aot"
mv "$dist/server.aot.new" "$dist/server.aot"
