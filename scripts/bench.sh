#!/usr/bin/env bash
# ./dev bench [loop|boot|append|lag|api|raft|scheduler|edge]: measures on this machine and prints its load beside the figures. Never a gate.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
need_packages build run test
use_jdk
run() {
  say "machine: $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg)"
  # In one run, so that the other modules are taken from this tree.
  maven -q compile dependency:build-classpath -pl bench -am -Dmdep.outputFile=target/classpath -Dmdep.includeScope=runtime
  "$JAVA_HOME/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
    -cp "bench/target/classes:$(cat bench/target/classpath)" "dev.vt.bench.$1" "${@:2}"
}
case "${1:-append}" in
  loop) exec scripts/bench-loop.sh "${@:2}" ;;
  append) run AppendBench "${@:2}" ;;
  lag) run ViewLagBench "${@:2}" ;;
  api) exec scripts/bench-api.sh "${@:2}" ;;
  raft)
    need_packages rival
    ETCD=$(command -v etcd) run RaftBench "${@:2}"
    ;;
  boot) exec scripts/bench-boot.sh "${@:2}" ;;
  boot-java) run BootBench "${@:2}" ;;
  scheduler) run SchedulerBench "${@:2}" ;;
  edge) exec scripts/bench-edge.sh "${@:2}" ;;
  *) die "./dev bench takes loop, boot, append, lag, api, raft, scheduler or edge, not '$1'" ;;
esac
