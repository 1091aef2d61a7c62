#!/usr/bin/env bash
# ./dev fuzz [SECONDS]: the guest's fuzz targets, longer than its tests run them.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
need_packages build test
FUZZ_SECONDS=${1:-60} exec guest/test.sh
