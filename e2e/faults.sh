#!/usr/bin/env bash
# Three servers as processes in network namespaces, faults from a seed, concurrent clients, and a checker of what they saw.
# e2e/faults.sh [SEED [SECONDS [KIND,...]]], kinds as in FaultKind. Needs root, a built program and simulation's classes (./dev test faults does both).
# All devices and mounts live in the namespaces that are made here, so that removing these removes everything.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
use_jdk
seed=${1:-$(od -An -N6 -tu8 /dev/urandom | tr -d ' ')}
seconds=${2:-60}
kinds=${3:-all}
home=${VT_FAULTS_HOME:-$(mktemp -d /tmp/vt-faults-XXXXXX)}
chmod 711 "$home"
gcc -std=c11 -O2 -Wall -Wextra -Werror -fPIC -shared -o "$home/vt-faults.so" simulation/src/main/c/faults.c
hub=vt-faults-$$
hosts=("$hub-1" "$hub-2" "$hub-3")
harness=

# Ends what runs in the namespaces, by pid.
signal_all() {
  local namespace
  for namespace in "$hub" "${hosts[@]}"; do
    ip netns pids "$namespace" 2>/dev/null | while read -r pid; do kill "-$1" "$pid" 2>/dev/null || true; done
  done
}
empty() { [ -z "$(for namespace in "$hub" "${hosts[@]}"; do ip netns pids "$namespace" 2>/dev/null; done)" ]; }
finish() {
  status=$?
  trap '' INT TERM
  if [ -n "$harness" ]; then kill "$harness" 2>/dev/null || true; wait "$harness" 2>/dev/null || true; fi
  for _ in $(seq 50); do
    empty && break
    signal_all KILL
    sleep 0.1
  done
  for namespace in "${hosts[@]}" "$hub"; do ip netns del "$namespace" 2>/dev/null || true; done
  rm -rf "$home"/etc-*
  if [ $status -eq 0 ] && [ "${VT_E2E_KEEP:-no}" = no ]; then rm -rf "$home"; else say "kept: $home"; fi
  exit $status
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
for namespace in "$hub" "${hosts[@]}"; do
  ip netns add "$namespace"
  # A JVM that finds no IPv6 address at its start does without IPv6.
  ip -n "$namespace" link set lo up
done

jars=$(printf "%s:" "$PWD"/distribution/target/dist/lib/*.jar)
ip netns exec "$hub" "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx256m -cp "simulation/target/classes:${jars%:}" \
  dev.vt.simulation.run.FaultsMain "$PWD/vt" "$home" "$seed" "$seconds" "$kinds" "${hosts[@]}" &
harness=$!
wait "$harness"
