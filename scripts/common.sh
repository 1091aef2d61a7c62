# Shared by ./dev and scripts/*.sh; sourced from the root of the repository.

say() { printf '%s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# Runs a command as root: directly, or by sudo.
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else
    command -v sudo >/dev/null || die "this needs root: run it as root, or install sudo"
    sudo "$@"
  fi
}

# need_packages GROUP...: installs the Debian packages of each group that are missing.
need_packages() {
  local wanted=() missing=() group package
  for group in "$@"; do
    case "$group" in
      build) wanted+=(maven gcc libc6-dev linux-libc-dev musl-tools make libssl-dev busybox-static git cpio zstd lz4 gzip jq xz-utils squashfs-tools-ng) ;;
      run) wanted+=(qemu-system-x86 squashfs-tools-ng e2fsprogs iproute2 curl openssl util-linux nftables wireguard-go) ;;
      grpc) wanted+=(python3-grpcio python3-protobuf protobuf-compiler libprotobuf-dev) ;;
      rival) wanted+=(etcd-server wrk) ;;
      test) wanted+=(clang libclang-rt-14-dev skopeo umoci docker-registry haproxy nginx libnginx-mod-stream squashfs-tools socat python3 wireguard-tools iputils-ping) ;;
    esac
  done
  for package in "${wanted[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]}; this script installs them on Debian only, install them by hand"
  say "installing ${missing[*]}"
  as_root apt-get -o DPkg::Lock::Timeout=300 update -qq || die "apt-get update failed; see above"
  as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" \
    >/dev/null || die "apt-get could not install ${missing[*]}; see above"
}

use_jdk() {
  JAVA_HOME=$(scripts/find-jdk) || exit 1
  export JAVA_HOME
}

maven() {
  use_jdk
  mvn -B -ntp "$@"
}

dist=distribution/target/dist
bundle_link=guest/build/bundle

# True if something that goes into the program is newer than the last build.
stale() {
  [ -f "$dist/built" ] || return 0
  [ -n "$(find . \( -name target -o -name .git -o -name .dev -o -path ./guest/build -o -name docs -o -path ./e2e -o -path ./simulation \) -prune -o \
    -type f \( -name '*.java' -o -name 'pom.xml' -o -name '*.proto' -o -name '*.yaml' -o -name '*.json' -o -name '*.xml' -o -name '*.sql' -o -path './guest/*' \) \
    -newer "$dist/built" -print -quit)" ]
}

# Jars and the AOT cache below distribution/target/dist.
build_program() {
  use_jdk
  say "building the program"
  maven -q package -DskipTests -pl distribution -am
  printf '%s\n' "$JAVA_HOME" > "$dist/java-home"
  say "making the start-up caches"
  rm -f "$dist"/*.aot
  scripts/aot.sh "$dist"
}

# The guest init and the kernel bundle; both cached by their own scripts.
build_guest() {
  guest/build.sh >&2
  guest/bundle.sh >&2
}

build_all() {
  build_guest
  if stale; then
    build_program
    touch "$dist/built"
  fi
}

# Where ./dev up keeps its state, and how to reach it.
state_dir=${VT_DEV_DIR:-$PWD/.dev}
http_port=${VT_DEV_HTTP_PORT:-8440}
grpc_port=${VT_DEV_GRPC_PORT:-8441}
run_dir=${VT_DEV_RUN_DIR:-/run/vt-dev}
servers=${VT_DEV_SERVERS:-1}
server_urls=http://127.0.0.1:$http_port
for ((n = 1; n < servers; n++)); do server_urls+=,http://127.0.0.1:$((http_port + 10 * n)); done

# vt with the operator's credentials of this installation.
vt_dev() {
  VT_SERVER=$server_urls XDG_DATA_HOME=$state_dir/client XDG_CONFIG_HOME=$state_dir/client XDG_STATE_HOME=$state_dir/client ./vt "$@"
}

dev_pid() {
  local pid line
  [ -f "$state_dir/dev.pid" ] && pid=$(cat "$state_dir/dev.pid") && [ -n "$pid" ] && [ -r "/proc/$pid/cmdline" ] || return 1
  line=$(tr '\0' ' ' < "/proc/$pid/cmdline")
  [[ $line =~ (distribution\.Main|/vt)\ dev\  ]] && printf '%s\n' "$pid"
}

# prints PATTERN COMMAND...: whether the command succeeds and prints a match. Not a pipe: with pipefail a reader that stops early fails it.
prints() {
  local pattern=$1 text
  shift
  text=$("$@" 2>/dev/null) && grep -Eq -- "$pattern" <<< "$text"
}

# await SECONDS COMMAND...: until the command succeeds.
await() {
  local limit=$((SECONDS + $1))
  shift
  until "$@"; do
    [ $SECONDS -lt $limit ] || return 1
    sleep 0.2
  done
}
