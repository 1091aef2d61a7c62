#!/usr/bin/env bash
# Unit tests of init with the sanitizers on, then each fuzz target for FUZZ_SECONDS (default 10) from its seeds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

command -v clang > /dev/null || { echo "guest/test.sh: missing package: clang" >&2; exit 1; }
mkdir -p build
./build.sh > /dev/null
make -s tests fuzzers

size=$(stat -c %s build/vt-init)
[ "$size" -le $((512 << 10)) ] || { echo "init has $size bytes, more than 512 KiB (RT17)" >&2; exit 1; }

for test in build/test/*_test; do
  timeout 120 "$test" || { echo "FAILED $(basename "$test")" >&2; exit 1; }
  echo "ok $(basename "$test")"
done

seconds=${FUZZ_SECONDS:-10}
for target in build/fuzz/*_fuzz; do
  name=$(basename "$target" _fuzz)
  # New inputs are kept apart from the seeds; a finding is left in build/fuzz/findings.
  mkdir -p "build/fuzz/corpus/$name" build/fuzz/findings
  "$target" -max_total_time="$seconds" -max_len=20000 -timeout=10 -rss_limit_mb=1024 -artifact_prefix="build/fuzz/findings/$name-" \
    "build/fuzz/corpus/$name" "fuzz/corpus/$name" > "build/fuzz/$name.log" 2>&1 ||
    { tail -n 30 "build/fuzz/$name.log" >&2; echo "FAILED fuzz $name" >&2; exit 1; }
  echo "ok fuzz $name: $(grep -c . "build/fuzz/$name.log") log lines, $(sed -n 's/^Done \([0-9]*\) runs.*/\1/p' "build/fuzz/$name.log") runs"
done
