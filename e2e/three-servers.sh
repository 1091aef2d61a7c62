#!/usr/bin/env bash
# Three server processes and nothing else, in a network namespace of their own: join, write at a follower, push an image, kill -9 the
# leader, write and pull, start it again, and all three have the same bytes; then what an operator does with vt: demote, promote, recover, leave, remove. Needs root and a built program (./dev build).
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
use_jdk
home=${VT_E2E_HOME:-$(mktemp -d /tmp/vt-three-servers-XXXXXX)}
chmod 711 "$home"
namespace=vt-e2e-raft-$$
pids=()

finish() {
  status=$?
  if [ $status -ne 0 ]; then
    for log in "$home"/*.log; do say "-- $log"; tail -n 20 "$log" >&2; done
  fi
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  ip netns pids "$namespace" 2>/dev/null | while read -r pid; do kill "$pid" 2>/dev/null || true; done
  for _ in $(seq 100); do [ -z "$(ip netns pids "$namespace" 2>/dev/null)" ] && break; sleep 0.1; done
  ip netns del "$namespace"
  [ "${VT_E2E_KEEP:-no}" = no ] && rm -rf "$home"
  exit $status
}
ip netns add "$namespace"
trap finish EXIT
inside() { ip netns exec "$namespace" "$@"; }
inside ip link set lo up

# addresses N: what server N listens on.
addresses() { echo --dev --listen "127.0.0.1:${1}8440" --grpc-listen "127.0.0.1:${1}8441" --raft-listen "127.0.0.1:${1}8442"; }

# start N: runs server N until it serves.
start() {
  # shellcheck disable=SC2046
  inside ./vt server run --data-dir "$home/$1" --mode raft $(addresses "$1") >>"$home/$1.log" 2>&1 &
  pids[$1]=$!
  until_true "server $1 serves" api "$1" GET /healthz
}

token=
# api N METHOD PATH [BODY]: the answer's body; fails unless it is 2xx.
api() {
  local body=()
  [ $# -gt 3 ] && body=(-H 'content-type: application/json' -H "idempotency-key: key-$RANDOM$RANDOM" -d "$4")
  inside curl -sS --fail-with-body --max-time 30 -X "$2" -H "authorization: Bearer $token" "${body[@]}" "http://127.0.0.1:${1}8440$3" 2>>"$home/curl.log"
}

# until_true WHAT COMMAND...: tries for two minutes.
until_true() {
  local what=$1 deadline=$((SECONDS + 120))
  shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $deadline ] || die "waited in vain until $what"
    sleep 0.2
  done
}
voters() { [ "$(api "$1" GET /v1/servers | jq '[.items[] | select(.member == "voter")] | length')" = "$2" ]; }
head_of() { api "$1" GET /v1/cluster | jq .head_event_id; }
org() { api "$1" POST /v1/orgs "{\"name\": \"$2\"}"; }
# registry N METHOD PATH [CURL ARGUMENTS...]: the built-in registry of server N.
registry() {
  local n=$1 method=$2 path=$3
  shift 3
  inside curl -sS --fail-with-body --max-time 60 -X "$method" -H "authorization: Bearer $token" "$@" "http://127.0.0.1:${n}8440/v2/$path" 2>>"$home/curl.log"
}
digest_of() { echo "sha256:$(sha256sum "$home/$1" | cut -d' ' -f1)"; }
descriptor() { printf '{"mediaType": "application/vnd.oci.image.%s", "digest": "%s", "size": %s}' "$1" "$(digest_of "$2")" "$(stat -c %s "$home/$2")"; }
pulled() {
  registry "$1" GET acme/web/manifests/v1 | cmp - "$home/manifest" && registry "$1" GET "acme/web/blobs/$(digest_of layer)" | cmp - "$home/layer"
}
equal() {
  local all
  all=$(for n in 1 2 3; do inside curl -sS --max-time 60 -X GET -H "authorization: Bearer $token" "http://127.0.0.1:${n}8440/v1/cluster" | jq .head_event_id; done | sort -u | wc -l)
  [ "$all" = 1 ]
}

say "== the first server"
mkdir -p "$home/1"
start 1
token=$(api 1 POST /v1/bootstrap "{\"code\": \"$(cat "$home/1/bootstrap-code")\", \"email\": \"owner@example.com\", \"org_name\": \"acme\"}" | jq -r .secret)

for n in 2 3; do
  say "== server $n joins"
  api 1 POST /v1/enrollment-tokens '{"kind": "server"}' | jq -r .secret >"$home/$n.token"
  # shellcheck disable=SC2046
  inside ./vt server join --data-dir "$home/$n" --server 127.0.0.1:18441 --token-file "$home/$n.token" --ca "$home/1/ca.pem" \
    --master-key "$home/1/master.key" --name "server-$n" $(addresses "$n") >>"$home/$n.log" 2>&1
  start "$n"
done
until_true "three servers vote" voters 1 3

say "== a write at a follower"
org 3 via-follower >/dev/null

say "== an image is pushed to server 1"
head -c 3000000 /dev/urandom >"$home/layer"
echo '{"os": "linux", "architecture": "amd64"}' >"$home/config"
for blob in layer config; do
  registry 1 POST "acme/web/blobs/uploads/?digest=$(digest_of $blob)" -H 'content-type: application/octet-stream' --data-binary @"$home/$blob" >/dev/null
done
printf '{"schemaVersion": 2, "config": %s, "layers": [%s]}' "$(descriptor config.v1+json config)" "$(descriptor layer.v1.tar layer)" >"$home/manifest"
registry 1 PUT acme/web/manifests/v1 -H 'content-type: application/vnd.oci.image.manifest.v1+json' --data-binary @"$home/manifest" >/dev/null

say "== kill -9 the leader"
kill -9 "$(inside ss -ltnpH 'sport = :18440' | sed -n 's/.*pid=\([0-9]*\).*/\1/p' | head -1)"
began=$(date +%s%N)
until_true "another server leads" org 2 after-the-kill
say "   written again after $((($(date +%s%N) - began) / 1000000)) ms"

for n in 2 3; do until_true "server $n has what was pushed to server 1" pulled "$n"; done

say "== it comes back"
start 1
until_true "all three are at the same event" equal
until_true "three servers vote" voters 2 3
for n in 1 2 3; do
  api "$n" GET /v1/orgs | jq -e '[.items[].name] | contains(["via-follower", "after-the-kill"])' >/dev/null || die "server $n lacks what was written"
done
# as_operator N ARGUMENTS...: vt against server N.
as_operator() {
  local n=$1
  shift
  inside env VT_SERVER="http://127.0.0.1:${n}8440" VT_TOKEN="$token" XDG_CONFIG_HOME="$home/client" XDG_DATA_HOME="$home/client" XDG_STATE_HOME="$home/client" ./vt "$@"
}
# field N NAME: a line of vt server status.
field() { as_operator "$1" server status | sed -n "s/^$2: //p"; }
# refused CODE COMMAND...: the command fails and says the code.
refused() {
  local code=$1 out
  shift
  if out=$("$@" 2>&1); then die "'$*' was not refused"; fi
  case "$out" in *"$code"*) say "   refused: $code" ;; *) die "'$*' was refused otherwise: $out" ;; esac
}

say "== votes: vt cluster demote, promote"
as_operator 1 cluster demote server-3 >&2
until_true "two servers vote" voters 1 2
[ "$(field 3 voter_eligible)" = false ] || die "server 3 still may vote"
as_operator 2 cluster promote server-3 >&2
until_true "three servers vote again" voters 1 3

say "== vt server recover-operator"
leader=0
for n in 1 2 3; do if [ "$(field "$n" leads)" = true ]; then leader=$n; fi; done
[ $leader != 0 ] || die "no server says that it leads"
code=$(cat "$(./vt server recover-operator --data-dir "$home/$leader")")
recovery="{\"code\": \"$code\", \"email\": \"owner@example.com\", \"password\": \"a new and long password\"}"
token=$(api "$leader" POST /v1/bootstrap "$recovery" | jq -er .secret)
if api "$leader" POST /v1/bootstrap "$recovery" >/dev/null; then die "a recovery code was good twice"; fi
as_operator "$leader" orgs list >&2

say "== the leader leaves: vt server leave"
as_operator "$leader" server leave --yes >&2
for _ in $(seq 600); do kill -0 "${pids[$leader]}" 2>/dev/null || break; sleep 0.1; done
kill -0 "${pids[$leader]}" 2>/dev/null && die "server $leader left and did not stop"
wait "${pids[$leader]}" || die "server $leader ended with $? after it left"
unset "pids[$leader]"
rest=()
for n in 1 2 3; do if [ "$n" != $leader ]; then rest+=("$n"); fi; done
until_true "the other two vote" voters "${rest[0]}" 2
until_true "they write" org "${rest[1]}" after-leave
# shellcheck disable=SC2046
refused "must join again" inside ./vt server run --data-dir "$home/$leader" --mode raft $(addresses "$leader")

say "== one is removed: vt cluster remove"
out=${rest[0]} last=${rest[1]}
name=$(field "$out" name)
as_operator "$last" cluster remove "$name" --yes >&2
until_true "one server votes" voters "$last" 1
refused stale_server as_operator "$out" server status
refused quorum_unsafe as_operator "$last" cluster remove "$(field "$last" name)" --yes
until_true "the last one writes" org "$last" after-remove
echo "three servers: passed"
