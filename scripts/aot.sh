#!/usr/bin/env bash
# scripts/aot.sh DIST: the start-up cache of the client (JEP 483, 514), trained on commands that load what daily ones load. Class files that
# the cache would leave out for their age are written again first.
set -euo pipefail
dist=$1
java=$(cat "$dist/java-home")/bin/java
here=$(cd "$(dirname "$(readlink -f "$0")")/.." && pwd)
jars=$(printf '%s:' "$dist"/lib/*.jar)
common=(-XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -cp "${jars%:}")
"$java" "${common[@]}" -Dvt.build=renew dev.vt.distribution.Main "$dist"/lib/picocli-*.jar > "$dist/aot.log" 2>&1 ||
  { cat "$dist/aot.log" >&2; exit 1; }
"$java" "${common[@]}" -XX:AOTCacheOutput="$dist/vt.aot.new" -Dvt.build=train dev.vt.distribution.Main >> "$dist/aot.log" 2>&1 ||
  { cat "$dist/aot.log" >&2; exit 1; }
mv "$dist/vt.aot.new" "$dist/vt.aot"
