#!/usr/bin/env bash
# ./dev test [fast|slow]: fast is formatter, compiler checks, unit, property, golden and PostgreSQL tests; slow adds guest
# tests with sanitizers, VM boots, and the end-to-end scenario on the real program.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
stage=${1:-both}
case "$stage" in fast | slow | both) ;; *) die "./dev test takes fast or slow, not '$stage'" ;; esac
need_packages build run test

if [ "$stage" != slow ]; then
  say "== fast: formatter, compiler, unit, property, golden, PostgreSQL"
  build_guest
  maven spotless:check test
fi
if [ "$stage" != fast ]; then
  say "== slow: guest with sanitizers"
  guest/test.sh
  say "== slow: real VMs"
  [ "$(id -u)" = 0 ] || die "the slow tests make VMs and network devices: run them as root (sudo ./dev test slow)"
  build_all
  maven test -Dvt.excludedGroups= -Dvt.groups=slow
  say "== slow: end to end"
  e2e/run.sh
fi
