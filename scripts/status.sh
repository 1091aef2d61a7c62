#!/usr/bin/env bash
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
if ! pid=$(dev_pid); then
  say "not running; start with ./dev up"
  exit 1
fi
echo "vt dev      pid $pid, state $state_dir"
for role in server agent edge; do
  child=$(cat "$state_dir/$role.pid" 2>/dev/null || echo -)
  [ -d "/proc/$child" ] && state=running || state=gone
  echo "$role$(printf '%*s' $((12 - ${#role})) '')pid $child, $state"
done
echo
vt_dev nodes list
echo
vt_dev status --org dev --project sample --app hello --env prod
