#!/usr/bin/env bash
# scripts/bench-boot.sh [-n STARTS]: from the plan to started, by phase, cold and from a snapshot side by side (runtime.md §14). Boots real
# VMs with an agent of its own that knows no server.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
source scripts/common.sh
[ "$(id -u)" = 0 ] || die "this bench boots VMs: run it as root (sudo ./dev bench boot)"
need_packages build run test
starts=20
[ "${1:-}" != -n ] || starts=${2:?-n wants a number}
work=$(mktemp -d "${TMPDIR:-/tmp}/vt-bench-boot.XXXXXX")
finish() {
  # The agent keeps secrets on a tmpfs of its own there.
  umount "$work/agent/run/secrets" 2> /dev/null || true
  rm -rf "$work"
}
trap finish EXIT
guest/bundle.sh > /dev/null
mkdir -p "$work/tree/bin"
cp /bin/busybox "$work/tree/bin/busybox"
ln -s busybox "$work/tree/bin/sleep"
mksquashfs "$work/tree" "$work/root.squashfs" -quiet -no-progress -all-root > /dev/null
scripts/bench.sh boot-java "$PWD/guest/build/bundle" "$work/root.squashfs" "$work/agent" "$starts"
