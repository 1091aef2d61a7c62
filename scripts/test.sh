#!/usr/bin/env bash
# ./dev test [fast|slow|e2e]: fast (the default, and what CI runs) is formatter, compiler checks, unit, property, golden and PostgreSQL
# tests; slow is the guest's tests under sanitizers and real VM boots; e2e is the whole scenario on the real program.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
stage=${1:-fast}
case "$stage" in fast | slow | e2e) ;; *) die "./dev test takes fast, slow or e2e, not '$stage'" ;; esac
need_packages build run test
[ "$stage" = fast ] || [ "$(id -u)" = 0 ] || die "these tests make VMs and network devices: run them as root (sudo ./dev test $stage)"

case "$stage" in
  fast)
    say "== fast: formatter, compiler, unit, property, golden, PostgreSQL"
    build_guest
    maven spotless:check test
    ;;
  slow)
    say "== slow: guest with sanitizers"
    guest/test.sh
    say "== slow: real VMs"
    build_all
    maven test -Dvt.excludedGroups= -Dvt.groups=slow
    ;;
  e2e)
    say "== end to end"
    e2e/run.sh
    ;;
esac
