#!/usr/bin/env bash
# ./dev test [all|fast|slow|e2e|network|cluster|faults]: fast, slow and e2e (all, the default, and what CI runs), or one of them.
#   fast     formatter, compiler checks, unit, property, golden and PostgreSQL tests
#   slow     the guest's tests under sanitizers and fuzzers, real VM boots, roles as processes
#   e2e      the whole scenario on the real program
#   network  three nodes and two edges as hosts of their own; not in all, because it takes minutes
#   cluster  three servers in Raft mode, killed and seeded, in one process and as processes; not in all until it is steady
#   faults   [SEED [SECONDS [KIND,...]]] three servers in network namespaces under random faults, and checkers of what their clients saw
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
case "${1:-all}" in
  all) stages=(fast slow e2e) ;;
  fast | slow | e2e | network | cluster | faults) stages=("$1") ;;
  *) die "./dev test takes all, fast, slow, e2e, network, cluster or faults, not '$1'" ;;
esac
if [ "$(id -u)" != 0 ] && [ "${stages[*]}" != fast ]; then
  say "some tests make VMs and network devices: going on with sudo"
  exec sudo -E "$0" "$@"
fi
need_packages build run test

stage_fast() {
  build_guest
  maven spotless:check test
}

stage_slow() {
  guest/test.sh
  build_all
  maven test -Dvt.excludedGroups= -Dvt.groups=slow
}

stage_e2e() { e2e/run.sh; }

stage_network() {
  build_all
  e2e/network.sh
}

stage_cluster() {
  maven test -Dvt.excludedGroups= -Dvt.groups=cluster
  build_all
  e2e/three-servers.sh
  e2e/grpc.sh
}

stage_faults() {
  build_all
  maven -q compile -pl simulation -am
  e2e/faults.sh "$@"
}

for stage in "${stages[@]}"; do
  say "== $stage"
  began=$SECONDS
  "stage_$stage" "${@:2}"
  say "== $stage ok, $((SECONDS - began)) s"
done
