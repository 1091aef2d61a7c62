#!/usr/bin/env bash
# The end-to-end scenario of the core loop, on the real program: real PostgreSQL, real VMs, real edge. Needs root.
# e2e/run.sh [STEP...]: all steps in order, or only the named ones on what is running already.
# VT_DEV_SERVERS=3 VT_E2E_KILL_EVERY=20: against three servers, of which one is killed with kill -9 every 20 s, in turn.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export VT_DEV_DIR=${VT_DEV_DIR:-$PWD/.dev/e2e}
export VT_DEV_RUN_DIR=${VT_DEV_RUN_DIR:-/run/vt-e2e}
export VT_DEV_HTTP_PORT=${VT_DEV_HTTP_PORT:-18440}
export VT_DEV_GRPC_PORT=${VT_DEV_GRPC_PORT:-18441}
source scripts/common.sh
source e2e/lib/assert.sh
source e2e/steps.sh

steps=("$@")
[ ${#steps[@]} -gt 0 ] || mapfile -t steps < <(all_steps)

killer=
kill_servers() {
  local turn name
  for ((turn = 0; ; turn++)); do
    sleep "$VT_E2E_KILL_EVERY"
    name=server
    [ $((turn % servers)) = 0 ] || name=server-$((turn % servers + 1))
    say "   kill -9 $name"
    # One that is still being started again has no process at this moment.
    if kill -9 "$(cat "$state_dir/$name.pid")"; then echo "$name" >> "$work/killed"; fi
  done
}
start_killer() {
  [ -n "${VT_E2E_KILL_EVERY:-}" ] || return 0
  kill_servers &
  killer=$!
}
stop_killer() {
  [ -z "$killer" ] || kill "$killer" 2>/dev/null || true
  killer=
}

finish() {
  status=$?
  stop_killer
  if [ $status -ne 0 ]; then
    say "-- server log"; tail -n 30 "$VT_DEV_DIR/logs/server.log" >&2 || true
    say "-- agent log"; tail -n 30 "$VT_DEV_DIR/logs/agent.log" >&2 || true
    say "-- edge log"; tail -n 15 "$VT_DEV_DIR/logs/edge.log" >&2 || true
  fi
  if [ "${VT_E2E_KEEP:-no}" = no ]; then
    scripts/down.sh || status=1
    rm -rf "$VT_DEV_DIR"
    leftovers || status=1
  fi
  exit $status
}
trap finish EXIT

[ "${steps[0]}" = up ] || start_killer
for step in "${steps[@]}"; do
  began=$(date +%s)
  say "== $step"
  # What must not be disturbed: the first start, and the last stop.
  [ "$step" != down_up ] || stop_killer
  "step_$step"
  [ "$step" != up ] || start_killer
  say "   ok, $(($(date +%s) - began)) s"
  passed=$((passed + 1))
done
if [ -n "${VT_E2E_KILL_EVERY:-}" ]; then
  [ -s "$work/killed" ] || fail "no server was killed"
  say "   servers killed: $(wc -l < "$work/killed")"
fi
echo "e2e: $passed passed, 0 failed"
