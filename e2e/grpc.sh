#!/usr/bin/env bash
# The public gRPC API as somebody else's program uses it: samples/grpc/vt_grpc.py against a leader and a server that follows it, in a
# network namespace of their own. An agent joins with a token made over gRPC. Needs root and a built program (./dev build).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
use_jdk
need_packages grpc
home=$(mktemp -d /tmp/vt-grpc-XXXXXX)
chmod 711 "$home"
namespace=${VT_E2E_NAMESPACE:-vt-e2e-grpc-$$}

finish() {
  status=$?
  if [ $status -ne 0 ]; then
    for log in "$home"/*.log; do say "-- $log"; tail -n 20 "$log" >&2; done
  fi
  ip netns pids "$namespace" 2>/dev/null | while read -r pid; do kill "$pid" 2>/dev/null || true; done
  for _ in $(seq 100); do [ -z "$(ip netns pids "$namespace" 2>/dev/null)" ] && break; sleep 0.1; done
  ip netns del "$namespace"
  rm -rf "$home"
  exit $status
}
ip netns add "$namespace"
trap finish EXIT
inside() { ip netns exec "$namespace" "$@"; }
inside ip link set lo up

addresses() { echo --dev --listen "127.0.0.1:${1}8440" --grpc-listen "127.0.0.1:${1}8441" --raft-listen "127.0.0.1:${1}8442"; }

# until_true WHAT COMMAND...: tries for two minutes, or as many seconds as VT_E2E_PATIENCE says.
until_true() {
  local what=$1 deadline=$((SECONDS + ${VT_E2E_PATIENCE:-120}))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || die "waited in vain until $what"
    sleep 0.2
  done
}

start() {
  # shellcheck disable=SC2046
  inside ./vt server run --data-dir "$home/$1" --mode raft $(addresses "$1") >>"$home/$1.log" 2>&1 &
  until_true "server $1 is ready" inside curl -sf "http://127.0.0.1:${1}8440/readyz"
  until_true "server $1 serves gRPC" inside bash -c "exec 3<>/dev/tcp/127.0.0.1/${1}8441"
}

# rpc N METHOD [REQUEST [OPTION...]]: what server N answers.
rpc() {
  local server=$1 method=$2 request=${3:-'{}'}
  shift $(($# < 3 ? $# : 3))
  inside env VT_TOKEN_FILE="$home/token" samples/grpc/vt_grpc.py --ca "$home/1/ca.pem" --descriptors "$home/vt.binpb" "$@" \
    "127.0.0.1:${server}8441" "$method" "$request"
}
# refused CODE N METHOD [REQUEST]: that it is refused with this code.
refused() {
  local code=$1
  shift
  if rpc "$@" 2>"$home/refusal"; then die "$2 was not refused"; fi
  grep -q " $code:" "$home/refusal" || die "not $code: $(cat "$home/refusal")"
}

protoc -I api/proto --include_imports --descriptor_set_out="$home/vt.binpb" api/proto/vt/cluster/v1/*.proto
start 1
inside curl -sS --fail-with-body -H 'content-type: application/json' \
  -d "{\"code\":\"$(cat "$home/1/bootstrap-code")\",\"email\":\"root@example.com\",\"org_name\":\"acme\"}" \
  http://127.0.0.1:18440/v1/bootstrap | jq -r .secret >"$home/token"

say "== a second server joins with a token made over gRPC, and follows"
rpc 1 ClusterService/CreateToken '{"kind":"server"}' | jq -r .secret >"$home/join"
# shellcheck disable=SC2046
inside ./vt server join --data-dir "$home/2" --server 127.0.0.1:18441 --token-file "$home/join" --ca "$home/1/ca.pem" \
  --master-key "$home/1/master.key" --name server-2 $(addresses 2) >>"$home/2.log" 2>&1
start 2
rpc 2 ServerService/List | jq -e '.items | length == 2' >/dev/null

say "== an agent joins with a token made at the follower: the leader executes it"
rpc 2 ClusterService/CreateToken '{"kind":"node","labels":{"rack":"r1"}}' | jq -r .secret >"$home/enrol"
inside ./vt agent enroll --data-dir "$home/node" --server 127.0.0.1:18441 --ca-file "$home/1/ca.pem" \
  --token-file "$home/enrol" --name n1 >/dev/null
mkdir "$home/bundle"
inside ./vt agent run --data-dir "$home/node" --run-dir "$home/run" --kernel-bundle "$home/bundle" --driver sim \
  --server 127.0.0.1:18441 --server 127.0.0.1:28441 >>"$home/node.log" 2>&1 &
active() { rpc 1 NodeService/List '{"status":["active"]}' | jq -e '.items[0] | .connected and .labels.rack == "r1"'; }
until_true "the node is active" active
node=$(rpc 1 NodeService/List | jq -r '.items[0].id')

say "== a watcher at the follower sees what is done at the leader"
rpc 2 ClusterService/Watch '{"type":"node.state_changed"}' --messages 2 >"$home/watched" &
watcher=$!
until_true "the watcher is there" grep -q '"head"' "$home/watched"
rpc 1 NodeService/Drain "{\"node_id\":\"$node\",\"reason\":\"new disks\"}" | jq -e '.resource.state == "draining"' >/dev/null
wait $watcher
jq -se --arg node "$node" '.[-1].event | .aggregate_id == $node and (.payload_json | @base64d | fromjson | .state == "draining")' \
  "$home/watched" >/dev/null

say "== refusals have the codes of HTTP"
refused not_found 1 NodeService/Get '{"node_id":"node_00000000000000000000000000"}'
refused not_found 2 NodeService/Drain '{"node_id":"node_00000000000000000000000000"}'
refused if_match_required 1 ConfigService/Set '{"document_json":"e30="}'
refused malformed_body 1 ConfigService/Validate '{"document_json":"ew=="}'
echo vt_pat_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA >"$home/other"
if inside env VT_TOKEN_FILE="$home/other" samples/grpc/vt_grpc.py --ca "$home/1/ca.pem" --descriptors "$home/vt.binpb" 127.0.0.1:18441 \
  NodeService/List 2>"$home/refusal"; then die "a foreign token was let in"; fi
grep -q "UNAUTHENTICATED: unauthorized" "$home/refusal"
say "grpc: ok"
