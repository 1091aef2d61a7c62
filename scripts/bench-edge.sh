#!/usr/bin/env bash
# The edge beside HAProxy on this machine: scripts/bench-edge.sh [SECONDS] [ROUNDS]. Needs haproxy.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
command -v haproxy >/dev/null || die "haproxy is missing: apt-get install haproxy"
[ "$(nproc)" -ge 2 ] || die "this bench needs two cores"
use_jdk
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
# Compiled in the same run, so that the modules of this tree are found in it.
maven -q compile dependency:build-classpath -Dmdep.outputFile="$classpath" -pl bench -am
# Core 0 is the proxy's alone.
taskset -c "1-$(($(nproc) - 1))" "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m -cp "bench/target/classes:$(cat "$classpath")" \
  dev.vt.bench.EdgeBench "$@"
