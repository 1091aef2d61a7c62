#!/usr/bin/env bash
# scripts/bench-api.sh [SECONDS]: reads per second of the API with wrk, from 1, 16 and 64 connections: one resource, a page of 50, and the
# page again while 8 clients write. One server in direct mode with its own PostgreSQL, on loopback; wrk takes its share of the same cores.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
need_packages build run test rival
build_all
seconds=${1:-10}
home=$(mktemp -d /tmp/vt-bench-api-XXXXXX)
chmod 711 "$home"
server=
finish() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null; wait "$server" 2>/dev/null; } || true
  rm -rf "$home"
}
trap finish EXIT
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
url=http://127.0.0.1:$port
./vt server run --data-dir "$home/server" --dev --listen "127.0.0.1:$port" --grpc-listen 127.0.0.1:0 > "$home/log" 2>&1 &
server=$!
await 120 curl -sf -o /dev/null "$url/readyz" || { tail "$home/log" >&2; die "the server did not start"; }

# The token is in files only.
curl -sS --fail-with-body -X POST "$url/v1/bootstrap" -H 'content-type: application/json' -H 'idempotency-key: bench-bootstrap' \
  -d "{\"code\": \"$(cat "$home/server/bootstrap-code")\", \"email\": \"owner@example.com\", \"org_name\": \"acme\"}" > "$home/bootstrap" || { cat "$home/bootstrap" >&2; die "the server cannot be set up"; }
(umask 077; printf 'header = "authorization: Bearer %s"\n' "$(jq -r .secret "$home/bootstrap")" > "$home/curl"
  printf 'wrk.headers["authorization"] = "Bearer %s"\n' "$(jq -r .secret "$home/bootstrap")" > "$home/read.lua")
call() { curl -sS --fail-with-body -K "$home/curl" "$@"; }
write() { call -o /dev/null -X POST "$url$projects" -H 'content-type: application/json' -H "idempotency-key: bench-$1" -d "{\"name\": \"$1\"}"; }
org=$(call "$url/v1/orgs" | jq -r '.items[0].id')
projects=/v1/orgs/$org/projects
for n in $(seq 50); do write "project-$n"; done
project=$(call "$url$projects" | jq -r '.items[0].id')

writers=()
start_writers() {
  for client in $(seq 8); do
    (n=0; while write "w$client-$((n += 1))"; do :; done) 2>/dev/null &
    writers+=($!)
  done
}
stop_writers() { kill "${writers[@]}" 2>/dev/null || true; wait "${writers[@]}" 2>/dev/null || true; }

# read WHAT CONNECTIONS PATH
read_api() {
  wrk -t 1 -c "$2" -d "${seconds}s" --latency -s "$home/read.lua" "$url$3" > "$home/wrk"
  printf '%-28s %4s connections  %8s/s   p50 %8s  p99 %8s   errors %s   load %s\n' "$1" "$2" "$(awk '/^Requests\/sec/ {print $2}' "$home/wrk")" \
    "$(awk '$1 == "50%" {print $2}' "$home/wrk")" "$(awk '$1 == "99%" {print $2}' "$home/wrk")" \
    "$(awk '/Non-2xx/ {print $NF}' "$home/wrk" | grep . || echo 0)" "$(cut -d' ' -f1 /proc/loadavg)"
}
say "machine: $(nproc) cores, load $(cut -d' ' -f1-3 /proc/loadavg); $(wrk -v 2>&1 | head -n 1 | cut -d' ' -f1,2)"
read_api warm-up 16 "$projects/$project" > /dev/null
for connections in 1 16 64; do read_api 'one resource' "$connections" "$projects/$project"; done
for connections in 1 16 64; do read_api 'a page of 50' "$connections" "$projects?limit=50"; done
start_writers
read_api 'a page of 50, 8 writers' 16 "$projects?limit=50"
stop_writers
