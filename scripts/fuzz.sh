#!/usr/bin/env bash
# ./dev fuzz [SECONDS]: the fuzzers of the guest (frames, JSON) and of the edge (hellos, PROXY headers), longer than tests run them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
need_packages build test
seconds=${1:-60}
FUZZ_SECONDS=$seconds guest/test.sh
maven -q test -pl edge -am -Dtest=EdgeFuzzTest -Dsurefire.failIfNoSpecifiedTests=false -Dvt.fuzz.seconds="$seconds"
say "ok fuzz edge"
