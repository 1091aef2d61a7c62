# The steps of the core loop, in the order in which they are shown. Each is a function step_NAME and stands on the ones before.

all_steps() {
  printf '%s\n' up reach_tcp reach_tls deploy_v2_under_load rollback secrets scale exec logs refusals \
    agent_killed server_killed_during_deploy verify down_up
}

target=(--org dev --project sample --app hello --env prod)
url='http://[::1]:8080/'

body() { curl -sf -g --max-time 5 "$url"; }
version_is() { prints "version $1\$" body; }
ready_is() { [ "$(instance_ids | wc -w)" = "$1" ]; }
instance_ids() { vt_dev instances list "${target[@]}" --json | python3 -c '
import json, sys
print("\n".join(i["id"] for i in json.load(sys.stdin)["items"] if i["status"] == "ready"))'; }
boot_ids() { vt_dev instances list "${target[@]}" --json | python3 -c '
import json, sys
print(" ".join(sorted(i["id"] + "=" + str(i.get("boot_id")) for i in json.load(sys.stdin)["items"] if i["status"] == "ready")))'; }

push() {
  samples/hello/build.sh "$1" >/dev/null
  vt_dev image push "guest/build/samples/hello-$1" "127.0.0.1:$http_port/dev/hello:$1" >/dev/null
}

deploy() { # VERSION [FLAGS...]
  local version=$1
  shift
  (cd samples/hello && VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client XDG_CONFIG_HOME=$state_dir/client \
    ../../vt deploy "${target[@]}" --image "127.0.0.1:$http_port/dev/hello:$version" --yes "$@")
}

step_up() {
  scripts/up.sh --reset > "$work/up"
  cat "$work/up" >&2
  expect_text "$work/up" 'hello from vt, version 1'
}

step_reach_tcp() { expect_within 5 version_is 1; }

step_reach_tls() {
  printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -quiet -connect '[::1]:8443' \
    -servername hello.localhost.localdomain > "$work/tls" 2>/dev/null || true
  expect_text "$work/tls" 'hello from vt, version 1'
  # An unknown name is refused with the alert unrecognized_name (112), T9.
  printf 'GET / HTTP/1.0\r\n\r\n' | timeout 10 openssl s_client -connect '[::1]:8443' \
    -servername nobody.localhost.localdomain > "$work/tls" 2>&1 || true
  expect_text "$work/tls" 'unrecognized name|alert number 112'
}

step_deploy_v2_under_load() {
  push 2
  : > "$work/load"
  (while [ ! -f "$work/stop" ]; do
    curl -sf -g --max-time 10 -o /dev/null "$url" && echo ok || echo failed
    sleep 0.02
  done) > "$work/load" &
  local load=$!
  deploy 2 --wait --wait-timeout 5m > "$work/out" 2> "$work/err" || { cat "$work/out" "$work/err" >&2; fail "the deploy of v2 failed"; }
  expect_text "$work/out" 'outcome +succeeded'
  expect_within 10 version_is 2
  touch "$work/stop"
  wait $load
  rm "$work/stop"
  say "   requests during the deploy: $(grep -c ok "$work/load") ok, $(grep -c failed "$work/load" || true) failed"
  ! grep -q failed "$work/load" || fail "requests failed during a rolling deploy"
}

step_rollback() {
  expect_exit 0 vt_dev rollback "${target[@]}" --wait --wait-timeout 5m --yes
  expect_within 10 version_is 1
}

step_secrets() {
  local before
  before=$(instance_ids)
  printf 'correct horse battery staple' > "$work/secret"
  expect_exit 0 vt_dev secrets set "DATABASE_URL=@$work/secret" "${target[@]}"
  ! grep -q 'correct horse' "$work/out" "$work/err" || fail "the value was printed"
  expect_within 120 prints 'secrets DATABASE_URL' body
  expect_within 60 ready_is 1
  [ "$(instance_ids)" != "$before" ] || fail "the instance was not replaced by one with the new file"
  expect_exit 2 vt_dev secrets set DATABASE_URL=plain "${target[@]}"
  # SE11: the value is in no log and no table.
  ! grep -rqa 'correct horse' "$state_dir/logs" || fail "the value stands in a log"
}

step_scale() {
  expect_exit 0 vt_dev scale web=3 "${target[@]}" --wait --wait-timeout 5m
  expect_within 30 ready_is 3
  for _ in $(seq 30); do body | sed -n 's/^instance //p'; done | sort | uniq -c > "$work/spread"
  [ "$(wc -l < "$work/spread")" = 3 ] || { cat "$work/spread" >&2; fail "connections did not reach three instances"; }
  expect_exit 0 vt_dev scale web=1 "${target[@]}" --wait --wait-timeout 5m
  expect_within 60 ready_is 1
}

step_exec() {
  local id
  id=$(instance_ids | head -n 1)
  expect_exit 7 vt_dev exec "$id" --org dev --no-tty -- sh -c 'echo out; echo err >&2; exit 7'
  expect_text "$work/out" '^out$'
  expect_text "$work/err" '^err$'
  # Every server takes it; while servers are killed, none can be counted on.
  if [ -z "${VT_E2E_KILL_EVERY:-}" ]; then
    local server token
    token=$(jq -er '[.. | objects | .token // .access_token | strings][0]' "$state_dir/client/vt/credentials.json")
    for server in ${server_urls//,/ }; do
      # A sign-in is kept for the servers together.
      VT_TOKEN=$token server_urls=$server expect_exit 7 vt_dev exec "$id" --org dev --no-tty -- sh -c 'exit 7'
    done
  fi
  expect_exit 0 vt_dev exec --process web "${target[@]}" --no-tty -- cat /run/secrets/platform.env
  expect_text "$work/out" '^DATABASE_URL=correct horse battery staple$'
  VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client XDG_CONFIG_HOME=$state_dir/client \
    python3 e2e/lib/terminal_session.py "$id" > "$work/tty" 2>&1 || { cat "$work/tty" >&2; fail "the terminal session failed"; }
  expect_text "$work/tty" 'resized to 50 132'
}

step_logs() {
  expect_exit 0 vt_dev logs "${target[@]}"
  expect_text "$work/out" 'web/[0-9a-z]{6} stdout hello version 1 listens'
  # Executed in place of the shell, so that the process that is ended is the one that tails.
  (VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client XDG_CONFIG_HOME=$state_dir/client \
    exec ./vt logs tail "${target[@]}" --limit 1 > "$work/tail" 2>&1 < /dev/null) &
  local tail=$!
  expect_within 20 test -s "$work/tail"
  kill "$tail"
  wait "$tail" || true
}

step_refusals() {
  local before
  before=$(vt_dev status "${target[@]}" --json | md5sum)
  cp samples/hello/vt.toml "$work/vt.toml"
  # Unknown key: line, column and the nearest key, before anything is sent.
  sed 's/^memory = /memroy = /' samples/hello/vt.toml > "$work/unknown.toml"
  expect_exit 2 vt_dev deploy "${target[@]}" --manifest "$work/unknown.toml" --image x/y:1 --yes
  expect_text "$work/err" "E_UNKNOWN_KEY.*memroy.*did you mean 'memory'"
  # Not TOML.
  echo 'schema_version = ' > "$work/bad.toml"
  expect_exit 2 vt_dev deploy "${target[@]}" --manifest "$work/bad.toml" --image x/y:1 --yes
  expect_text "$work/err" 'E_SYNTAX'
  # An image that is not there.
  expect_exit 2 vt_dev deploy "${target[@]}" --manifest samples/hello/vt.toml --image "127.0.0.1:$http_port/dev/hello:nosuch" --yes
  expect_text "$work/err" 'image_not_found'
  # A hostname that another environment holds.
  vt_dev envs create other --org dev --project sample --app hello > /dev/null
  vt_dev secrets confirm --none --org dev --project sample --app hello --env other > /dev/null
  expect_exit 5 vt_dev routes create --org dev --project sample --app hello --env other --hostname hello.localhost.localdomain \
    --port 8443 --process web --target-port 8443
  expect_text "$work/err" 'hostname_taken'
  # A broken image: the deploy fails, what ran before goes on.
  sed 's|command = \["/hello"\]|command = ["/hello", "fail"]|' samples/hello/vt.toml |
    sed 's/^\[processes.web.health\]/[processes.web.deploy]\nstartup_timeout_seconds = 20\nprogress_timeout_seconds = 60\n\n[processes.web.health]/' > "$work/fail.toml"
  expect_exit 9 vt_dev deploy "${target[@]}" --manifest "$work/fail.toml" --image "127.0.0.1:$http_port/dev/hello:1" --yes --wait --wait-timeout 5m
  expect_text "$work/out" 'outcome +failed'
  version_is 1 || fail "the old instance does not serve any more after a failed deploy"
  expect_exit 0 vt_dev rollback "${target[@]}" --wait --wait-timeout 5m --yes
  expect_within 60 ready_is 1
  : "$before"
}

step_agent_killed() {
  local before pid
  before=$(boot_ids)
  pid=$(cat "$state_dir/agent.pid")
  kill -9 "$pid"
  version_is 1 || fail "the app does not answer while the agent is dead"
  agent_back() { [ "$(cat "$state_dir/agent.pid")" != "$pid" ] && prints '"health": "online"' vt_dev nodes list --json; }
  expect_within 60 agent_back
  expect_within 60 ready_is 1
  [ "$(boot_ids)" = "$before" ] || fail "boot ids changed: $before became $(boot_ids)"
  version_is 1 || fail "the app does not answer after the agent came back"
}

step_server_killed_during_deploy() {
  local pid deploy_id
  push 2
  deploy 2 > "$work/out" 2> "$work/err" || { cat "$work/out" "$work/err" >&2; fail "the deploy was refused"; }
  deploy_id=$(sed -nE 's/^ +deploy +(dep_[0-9a-z]+)$/\1/p' "$work/out")
  pid=$(cat "$state_dir/server.pid")
  kill -9 "$pid"
  for _ in $(seq 10); do body > /dev/null || fail "the edge or the VM stopped with the server"; done
  server_back() { [ "$(cat "$state_dir/server.pid")" != "$pid" ] && curl -sf "http://127.0.0.1:$http_port/readyz" > /dev/null; }
  expect_within 60 server_back
  expect_exit 0 vt_dev wait deploy "$deploy_id" "${target[@]}" --wait-timeout 5m
  expect_within 30 version_is 2
  # No acknowledged command lost: what the receipts named is there.
  expect_exit 0 vt_dev deploys describe "$deploy_id" "${target[@]}"
}

step_verify() {
  expect_exit 0 vt_dev cluster verify
  cat "$work/out" >&2
}

step_down_up() {
  local began
  scripts/down.sh
  ! body > /dev/null 2>&1 || fail "something still answers after down"
  began=$(date +%s)
  scripts/up.sh > "$work/up"
  say "   up again in $(($(date +%s) - began)) s"
  expect_within 60 version_is 2
  expect_exit 0 vt_dev cluster verify
}
