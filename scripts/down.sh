#!/usr/bin/env bash
# ./dev down: stops what ./dev up started, VMs too. State is kept.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
[ "$(id -u)" = 0 ] || exec sudo -E "$0" "$@"

if pid=$(dev_pid); then
  say "stopping server, agent and edge"
  kill "$pid"
  gone() { ! dev_pid >/dev/null; }
  await 60 gone || { say "still there after 60 s: killing"; kill -9 "$pid"; }
fi
rm -f "$state_dir/dev.pid"
if [ -d "$state_dir/agent" ] && [ -x ./vt ] && [ -d "$dist/lib" ]; then
  ./vt agent stop-vms --data-dir "$state_dir/agent" --run-dir "$run_dir" --kernel-bundle "$(readlink -f $bundle_link)"
fi
say "stopped"
