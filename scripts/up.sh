#!/usr/bin/env bash
# ./dev up: from nothing to a sample app in a real VM behind the edge.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
[ "$(id -u)" = 0 ] || { say "vt makes network devices and VMs: going on with sudo"; exec sudo -E "$0" "$@"; }

reset=no
for argument in "$@"; do
  case "$argument" in
    --reset) reset=yes ;;
    *) die "./dev up knows --reset only, not '$argument'" ;;
  esac
done

need_packages build run
build_all
if [ $reset = yes ]; then
  scripts/down.sh
  say "removing $state_dir"
  rm -rf "$state_dir"
fi
mkdir -p "$state_dir/logs"

if ! dev_pid >/dev/null; then
  say "starting server, agent and edge (logs in $state_dir/logs)"
  setsid nohup ./vt dev --data-dir "$state_dir" --run-dir "$run_dir" --kernel-bundle "$(readlink -f $bundle_link)" \
    --http-port "$http_port" --grpc-port "$grpc_port" --servers "$servers" >> "$state_dir/logs/dev.log" 2>&1 < /dev/null &
  echo $! > "$state_dir/dev.pid"
  # The child is this shell until it has executed the program.
  await 10 dev_pid > /dev/null || die "vt dev did not start; see $state_dir/logs/dev.log"
fi
node_ready() { prints '"health": "online"' vt_dev nodes list --json; }
started() { dev_pid >/dev/null || die "vt dev ended; see $state_dir/logs/dev.log"; node_ready; }
limit=$((180 * servers))
await "$limit" started || die "the node did not come online in $limit s; see $state_dir/logs"

scripts/sample.sh
