#!/usr/bin/env bash
# One server, three nodes and two edges as hosts of their own, IPv6 only: instances on different nodes reach each other by name
# inside their environment and nothing outside it; the overlay is repaired. Real VMs. Needs root and a built program (./dev build).
# e2e/network.sh [STEP...]: all steps in order, or the named ones on what VT_E2E_KEEP=yes kept in VT_E2E_HOME and VT_E2E_RUN.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
source e2e/lib/assert.sh
source e2e/lib/hosts.sh
use_jdk
hosts_prefix=${VT_E2E_PREFIX:-vt-e2e-net}
hosts_count=4
home=${VT_E2E_HOME:-$(mktemp -d /tmp/vt-network-XXXXXX)}
run=${VT_E2E_RUN:-$(mktemp -d /run/vt-network-XXXXXX)}
chmod 711 "$home" "$run"
tag=$(printf '%s' "$hosts_prefix" | cksum | cut -c1-4)
nodes=(2 3 4)
edges=(2 3)

finish() {
  status=$?
  if [ $status -ne 0 ]; then
    for log in "$home"/*.log; do say "-- $log"; tail -n "${VT_E2E_TAIL:-15}" "$log" >&2; done
  fi
  if [ "${VT_E2E_KEEP:-no}" = no ]; then
    for role in "$home"/*.pid; do stop_role TERM "$(basename "$role" .pid)"; done
    for n in "${nodes[@]}"; do
      [ ! -d "$home/agent-$n" ] || on "$n" ./vt agent stop-vms --data-dir "$home/agent-$n" --run-dir "$run/$n" \
        --kernel-bundle "$(readlink -f $bundle_link)" --overlay-device "vtw$tag$n" >>"$home/stop.log" 2>&1 || status=1
    done
    hosts_down
    if compgen -G "/var/run/wireguard/vtw$tag*" >/dev/null; then say "FAILED: WireGuard devices are left"; status=1; fi
    rm -rf "$home" "$run"
  fi
  exit $status
}

# role NAME HOST COMMAND...: a role of vt in a host, its log beside the others.
role() {
  local name=$1 n=$2
  shift 2
  # The process itself, not a shell that waits for it: it is told to stop by its number.
  (exec ip netns exec "$(host "$n")" ./vt "$@") >>"$home/$name.log" 2>&1 &
  echo $! >"$home/$name.pid"
}
# stop_role SIGNAL NAME: and waits for its end; fine if it has ended.
stop_role() {
  [ -f "$home/$2.pid" ] || return 0
  local pid
  pid=$(cat "$home/$2.pid")
  rm "$home/$2.pid"
  kill "-$1" "$pid" 2>/dev/null || return 0
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  fail "$2 did not end"
}
operator() {
  on 1 env VT_SERVER=http://127.0.0.1:8440 XDG_CONFIG_HOME="$home/client" XDG_DATA_HOME="$home/client" XDG_STATE_HOME="$home/client" ./vt "$@"
}
start_server() { role server 1 server run --data-dir "$home/server" --dev --listen 127.0.0.1:8440 --grpc-listen '[fd99::1]:8441'; }
start_agent() {
  role "agent-$1" "$1" agent run --data-dir "$home/agent-$1" --run-dir "$run/$1" --kernel-bundle "$(readlink -f $bundle_link)" \
    --server '[fd99::1]:8441' --allow-emulation --overlay-device "vtw$tag$1"
}
start_edge() { role "edge-$1" "$1" edge run --data-dir "$home/edge-$1" --server '[fd99::1]:8441' --no-client-limits --drain-seconds 1 --unready-seconds 1; }

# The API speaks plain HTTP on loopback only, so that loopback is one place on all hosts: images are pulled from there.
share_loopback() {
  local n
  on 1 socat TCP6-LISTEN:8440,bind=[fd99::1],fork,reuseaddr TCP4:127.0.0.1:8440 2>>"$home/socat.log" &
  for n in "${nodes[@]}"; do
    on "$n" socat TCP4-LISTEN:8440,bind=127.0.0.1,fork,reuseaddr 'TCP6:[fd99::1]:8440' 2>>"$home/socat.log" &
  done
}

serves() { on 1 curl -sf --max-time 2 http://127.0.0.1:8440/healthz -o /dev/null; }
online() { [ "$(operator nodes list --json | jq '[.items[] | select(.health == "online")] | length')" = "$1" ]; }
# A row per ready instance: id, process, node, address.
instances() { # ENV
  operator instances list --org dev --project net --app shop --env "$1" --json |
    jq -r '.items[] | select(.status == "ready") | [.id, .process_type, .node_id, .overlay_ipv6] | @tsv'
}
ready() { [ "$(instances "$1" | wc -l)" = "$2" ]; }
all_up() { [ "$(operator nodes list --json | jq '[.items[].observed.overlay.peers[]? | select(.state == "up")] | length')" = $((${#nodes[@]} * (${#nodes[@]} - 1))) ]; }

all_steps() { printf '%s\n' up mesh deploy names isolation edges explained repair; }

step_up() {
  hosts_up
  share_loopback
  start_server
  expect_within 120 serves
  operator auth login --bootstrap-code-file "$home/server/bootstrap-code" --email owner@example.com --org dev >/dev/null
  local n
  for n in "${nodes[@]}"; do
    operator tokens create --kind node --format ids >"$home/token"
    on "$n" ./vt agent enroll --data-dir "$home/agent-$n" --server '[fd99::1]:8441' --ca-file "$home/server/ca.pem" \
      --token-file "$home/token" --name "node-$n" >&2
    [ "$(stat -c %a "$home/agent-$n/wg.key")" = 600 ] || fail "the overlay's private key may be read by others (O2)"
    mkdir -p "$run/$n"
    start_agent "$n"
  done
  for n in "${edges[@]}"; do
    operator tokens create --kind edge --format ids >"$home/token"
    on "$n" ./vt edge enroll --data-dir "$home/edge-$n" --server '[fd99::1]:8441' --ca-file "$home/server/ca.pem" \
      --token-file "$home/token" --name "edge-$n" --address "fd99::$n" >&2
    start_edge "$n"
  done
  expect_within 240 online 3
}

step_mesh() {
  # O10: each node hears every other one over the overlay.
  expect_within 60 all_up
  operator nodes list --json | jq -r '.items[] | .name as $n | .observed.overlay | "   " + $n + " " + .device + ": " + ([.peers[] | .state + " " + ((.rtt_micros // 0) | tostring) + " us"] | join(", "))' >&2
}

step_deploy() {
  samples/hello/build.sh 1 >&2
  operator projects create net --org dev >/dev/null
  operator apps create shop --org dev --project net >/dev/null
  local env
  for env in prod other; do
    operator envs create "$env" --org dev --project net --app shop >/dev/null
    operator secrets confirm --none --org dev --project net --app shop --env "$env" >/dev/null
  done
  operator image push guest/build/samples/hello-1 127.0.0.1:8440/dev/hello:1 >/dev/null
  sed '/^\[\[routes\]\]/,$d' e2e/network/vt.toml >"$home/vt.toml"
  deploy prod e2e/network/vt.toml
  operator scale web=2 --org dev --project net --app shop --env prod --yes >/dev/null
  deploy other "$home/vt.toml"
  expect_within 180 ready prod 2
  expect_within 60 ready other 1
  [ "$(instances prod | cut -f3 | sort -u | wc -l)" = 2 ] || fail "both instances of prod are on one node"
  instances prod >&2
  instances other >&2
}
deploy() { # ENV MANIFEST
  operator deploy --org dev --project net --app shop --env "$1" --manifest "$2" --image 127.0.0.1:8440/dev/hello:1 --yes \
    --wait --wait-timeout 5m >"$home/deploy-$1.out" 2>&1 || { cat "$home/deploy-$1.out" >&2; fail "the deploy to $1 failed"; }
}

# The instances of prod, as first and second.
first() { instances prod | sed -n 1p | cut -f1; }
second() { instances prod | sed -n 2p | cut -f1; }
dns_name() { printf '%s.i.vt.internal' "${1//_/-}"; }
# run ENV INSTANCE COMMAND...
run_in() {
  local env=$1 id=$2
  shift 2
  operator exec "$id" --org dev --project net --app shop --env "$env" -- "$@"
}
fetch() { prints 'hello from vt' run_in "$1" "$2" busybox timeout 5 wget -q -O - "http://$3:8080/"; }

step_names() {
  # D1, D4: by its own name, by the process's, and by the short one that the search list completes.
  expect_within 10 fetch prod "$(first)" "$(dns_name "$(second)")"
  expect_within 10 fetch prod "$(second)" "$(dns_name "$(first)")"
  expect_within 10 fetch prod "$(first)" web.prod.shop.dev.vt.internal
  expect_within 10 fetch prod "$(first)" web
}

step_isolation() {
  local other target
  other=$(instances other | cut -f1)
  target=$(instances prod | sed -n 1p | cut -f4)
  # D3: what it may not reach has no name. P2: nor does the address answer.
  fetch other "$other" web.prod.shop.dev.vt.internal && fail "another environment's name resolves"
  fetch other "$other" "[$target]" && fail "another environment's instance answers"
  # P5: no instance reaches a host or the server.
  run_in prod "$(first)" busybox timeout 3 wget -q -O - 'http://[fd99::1]:8440/healthz' && fail "an instance reaches the server"
  # And none of this because nothing works there.
  expect_within 10 fetch other "$other" "$(dns_name "$other")"
}

step_edges() {
  local n
  for n in "${edges[@]}"; do
    expect_within 20 answers "$n"
  done
}
answers() { prints 'hello from vt' on 1 curl -sf -g --max-time 5 "http://[fd99::$1]:8080/"; }

step_explained() {
  # P12: the function says what the packets did.
  local one other
  one=$(first)
  other=$(instances other | cut -f1)
  expect_exit 0 operator explain-path "$one" "$(second)" 8080 --org dev
  expect_text "$work/out" 'allowed by p1'
  expect_exit 0 operator explain-path "$other" "$one" 8080 --org dev
  expect_text "$work/out" 'dropped by p2'
  expect_exit 0 operator explain-path edge "$one" 8080 --org dev
  expect_text "$work/out" 'allowed by p3'
  expect_exit 0 operator explain-path edge "$one" 22 --org dev
  expect_text "$work/out" 'dropped by p3_unrouted'
}

# reach N: this host reaches every node's overlay address.
reach() {
  local to
  for to in $(operator nodes list --json | jq -r '.items[].overlay_ipv6'); do
    on "$1" ping -6 -c 1 -W 1 "$to" >/dev/null || return 1
  done
}
repairs() { operator overlay matrix --json | jq -e --arg n "node-$1" '[.items[] | select(.name == $n)][0].peers | map(select(.state == "up")) | length == 2' >/dev/null; }

step_repair() {
  # O5: a killed wireguard-go is back within 2 s, fully written; the agent looks every second.
  reach 2 || fail "the nodes do not reach each other"
  local began
  kill -9 "$(jq .pid "$run/2/vtw${tag}2.json")"
  began=$(date +%s%N)
  expect_within 10 reach 2
  say "   reached again $((($(date +%s%N) - began) / 1000000)) ms after the kill"
  # O7: a peer that somebody removes comes back.
  local key
  key=$(on 2 wg show "vtw${tag}2" peers | head -1)
  on 2 wg set "vtw${tag}2" peer "$key" remove
  expect_within 30 reach 2
  expect_within 60 repairs 2
}

# By name only: neither has passed yet.
step_server_gone() {
  # O9: without a server, and over a restart of an agent, traffic, names and ingress go on.
  local id1 id2 n
  stop_role KILL server
  stop_role TERM agent-2
  start_agent 2
  for ((n = 0; n < ${VT_E2E_GONE_SECONDS:-30}; n++)); do
    answers 2 || fail "edge 2 does not answer while the server is gone"
    answers 3 || fail "edge 3 does not answer while the server is gone"
    reach_static 2 || fail "the overlay is broken while the server is gone"
    sleep 1
  done
  start_server
  expect_within 60 serves
  expect_within 120 online 3
  expect_within 20 fetch prod "$(first)" "$(dns_name "$(second)")"
}
# As reach, without asking a server.
reach_static() {
  local n
  for n in "${nodes[@]}"; do
    on "$1" ping -6 -c 1 -W 2 "$(jq -r .overlay_ipv6 "$home/agent-$n/node.json")" >/dev/null || return 1
  done
}

step_node_gone() {
  # A node that dies with all it has: the edges go on with the others, its instances start elsewhere.
  local victim=4 began n=0
  stop_role KILL agent-$victim
  ip netns pids "$(host $victim)" | while read -r pid; do kill -9 "$pid"; done
  ip -n "$(host $victim)" link set eth0 down
  began=$SECONDS
  until prints offline operator nodes get node-$victim --json; do
    [ $((SECONDS - began)) -lt 150 ] || fail "the node was not found to be offline"
    sleep 1
  done
  say "   offline after $((SECONDS - began)) s"
  expect_within 2 answers 2
  for _ in $(seq 20); do answers 2 && answers 3 || n=$((n + 1)); done
  [ $n = 0 ] || fail "$n of 20 requests failed after the node was found to be offline"
  expect_within 180 ready prod 2
  expect_within 60 fetch prod "$(first)" "$(dns_name "$(second)")"
}

steps=("$@")
[ ${#steps[@]} -gt 0 ] || mapfile -t steps < <(all_steps)
trap finish EXIT
for step in "${steps[@]}"; do
  began=$(date +%s)
  say "== $step"
  "step_$step"
  say "   ok, $(($(date +%s) - began)) s"
done
echo "network: passed"
