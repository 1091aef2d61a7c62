#!/usr/bin/env bash
# scripts/bench-edge.sh [--rounds N] [--seconds N] [--only short,bulk,echo,idle,swaps,reloads]: the edge beside HAProxy (TCP mode, by server
# name) and nginx (stream, ssl_preread): same clients, backend and namespaces, rounds in turn, medians. Default: 10 rounds of 3 s, all.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
rounds=10 seconds=3 only=short,bulk,echo,idle,swaps,reloads
while [ $# -gt 0 ]; do
  case "$1" in
    --rounds) rounds=$2 ;;
    --seconds) seconds=$2 ;;
    --only) only=$2 ;;
    *) die "./dev bench edge takes --rounds N, --seconds N and --only LIST, not '$1'" ;;
  esac
  shift 2
done
[ "$(id -u)" = 0 ] || exec sudo -E "$0" --rounds "$rounds" --seconds "$seconds" --only "$only"
[ "$(nproc)" -ge 2 ] || die "this bench needs two cores"
need_packages build run test
use_jdk
# In one run, so that the modules of this tree are taken.
maven -q compile dependency:build-classpath -pl bench -am -Dmdep.outputFile=target/classpath -Dmdep.includeScope=runtime
classpath=bench/target/classes:$(cat bench/target/classpath)

prefix=${VT_BENCH_PREFIX:-vte}-$$
clients=$prefix-c proxies=$prefix-p backends=$prefix-b
work=$(mktemp -d /dev/shm/vt-edge-bench-XXXXXX)
started=()
finish() {
  for pid in "${started[@]}"; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  for namespace in "$clients" "$proxies" "$backends"; do ip netns del "$namespace" 2>/dev/null || true; done
  rm -rf "$work"
}
trap finish EXIT
trap "exit 1" INT TERM
for namespace in "$clients" "$proxies" "$backends"; do
  ip netns add "$namespace"
  ip -n "$namespace" link set lo up
  ip netns exec "$namespace" sysctl -qw net.ipv4.ip_local_port_range="10000 65000" net.core.somaxconn=4096
done
# connect A B SUBNET: A is ::1, B is ::2.
connect() {
  ip link add v0 netns "$1" type veth peer name "v$3" netns "$2"
  ip -n "$1" addr add "fd76:7465:$3::1/64" dev v0 nodad
  ip -n "$2" addr add "fd76:7465:$3::2/64" dev "v$3" nodad
  ip -n "$1" link set v0 up
  ip -n "$2" link set "v$3" up
}
connect "$clients" "$proxies" 1
connect "$backends" "$proxies" 2
# 20 000 connections are two descriptors each in a proxy.
ulimit -n 100000 2>/dev/null || ulimit -n "$(ulimit -Hn)"
idle=$((($(ulimit -n) - 500) / 2))
[ "$idle" -lt 20000 ] && say "only $(ulimit -n) descriptors are allowed here: $idle idle connections instead of 20000" || idle=20000
# Core 0 is the proxies'.
rest=1-$(($(nproc) - 1))
java=("$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx512m --enable-native-access=ALL-UNNAMED -cp "$classpath")
coproc BACKEND { exec ip netns exec "$backends" taskset -c "$rest" "${java[@]}" dev.vt.bench.edge.EdgeBenchBackend fd76:7465:2::1 "$work/zeros"; }
started+=("$BACKEND_PID")
read -r -t 20 ready <&"${BACKEND[0]}" && [ "$ready" = ready ] || die "the backend did not start"
ip netns exec "$clients" taskset -c "$rest" "${java[@]}" dev.vt.bench.edge.EdgeBench \
  "$proxies" fd76:7465:1::2 fd76:7465:2::1 "$work" "$seconds" "$rounds" "$only" "$idle" &
# In the background, so that this script hears when it is to end.
started+=($!)
wait $!
