#!/usr/bin/env bash
# The edge beside HAProxy on this machine: scripts/bench-edge.sh [SECONDS] [ROUNDS]. Needs the program built and haproxy.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
command -v haproxy >/dev/null || die "haproxy is missing: apt-get install haproxy"
[ "$(nproc)" -ge 2 ] || die "this bench needs two cores"
use_jdk
maven -q compile -pl bench -am
classpath=$(mktemp)
trap 'rm -f "$classpath"' EXIT
maven -q dependency:build-classpath -Dmdep.outputFile="$classpath" -pl bench -am
# Core 0 is the proxy's alone.
taskset -c "1-$(($(nproc) - 1))" "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m -cp "bench/target/classes:edge/target/classes:api/target/classes:kernel/target/classes:$(cat "$classpath")" \
  dev.vt.bench.EdgeBench "$@"
