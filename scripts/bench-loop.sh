#!/usr/bin/env bash
# scripts/bench-loop.sh [DEPLOYS]: how long a deploy takes from the command to ready, by phase, on a real microVM; then appends per second,
# and the edge beside HAProxy. Runs a server, agent and edge of its own beside those of ./dev up, but needs the sample's ports.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export VT_DEV_DIR=${VT_DEV_DIR:-$PWD/.dev/bench}
export VT_DEV_RUN_DIR=${VT_DEV_RUN_DIR:-/run/vt-bench}
export VT_DEV_HTTP_PORT=${VT_DEV_HTTP_PORT:-28440}
export VT_DEV_GRPC_PORT=${VT_DEV_GRPC_PORT:-28441}
source scripts/common.sh
[ "$(id -u)" = 0 ] || die "this bench boots VMs: run it as root (sudo ./dev bench loop)"
deploys=${1:-20}
finish() {
  scripts/down.sh >&2 || true
  rm -rf "$VT_DEV_DIR"
}
trap finish EXIT

scripts/up.sh --reset > /dev/null
for version in 1 2; do
  samples/hello/build.sh "$version" > /dev/null
  vt_dev image push "guest/build/samples/hello-$version" "127.0.0.1:$http_port/dev/hello:$version" > /dev/null
done
export VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client XDG_CONFIG_HOME=$state_dir/client XDG_STATE_HOME=$state_dir/client
python3 bench/loop.py --vt "$PWD/vt" --manifest samples/hello/vt.toml --image "127.0.0.1:$http_port/dev/hello" --agent-log "$state_dir/logs/agent.log" \
  --deploys "$deploys"
finish
trap - EXIT
scripts/bench.sh append 5
scripts/bench.sh edge --rounds 3
