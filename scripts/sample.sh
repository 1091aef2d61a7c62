#!/usr/bin/env bash
# Deploys the sample app (samples/hello) once; afterwards only checks that it answers, and prints how to reach it.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh

samples/hello/build.sh 1 >&2
target=(--org dev --project sample --app hello --env prod)
prints '"name": "sample"' vt_dev projects list --org dev --json || vt_dev projects create sample --org dev >&2
if ! prints '"name": "hello"' vt_dev apps list --org dev --json; then
  vt_dev apps create hello --org dev --project sample >&2
fi
if ! prints '"name": "prod"' vt_dev envs list --org dev --app hello --json; then
  vt_dev envs create prod --org dev --app hello >&2
fi
if ! prints . vt_dev secrets versions "${target[@]}" --format ids; then
  vt_dev secrets confirm --none "${target[@]}" >&2
fi
if ! prints . vt_dev deploys list "${target[@]}" --format ids; then
  vt_dev image push guest/build/samples/hello-1 127.0.0.1:$http_port/dev/hello:1 >&2
  (cd samples/hello && VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client XDG_CONFIG_HOME=$state_dir/client \
    ../../vt deploy "${target[@]}" --image "127.0.0.1:$http_port/dev/hello:1" --yes --wait --wait-timeout 5m >&2)
fi
answers() { curl -sf -g --max-time 3 'http://[::1]:8080/' -o "$state_dir/answer"; }
await 120 answers || die "the sample app does not answer on http://[::1]:8080/; see: ./dev status"
cat <<EOF

The sample app runs in a microVM and answers through the edge:
$(sed 's/^/    /' "$state_dir/answer")

  URL      http://[::1]:8080/            (raw TCP; curl -g 'http://[::1]:8080/')
  TLS      hello.localhost.localdomain:8443  (openssl s_client -connect '[::1]:8443' -servername hello.localhost.localdomain)
  API      http://127.0.0.1:$http_port

For the commands below, in this shell:
    export VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client VT_ORG=dev VT_PROJECT=sample VT_APP=hello VT_ENV=prod
Next:
    ./vt status
    ./vt logs
    ./vt scale web=2 --wait
EOF
