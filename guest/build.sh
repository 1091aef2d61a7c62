#!/usr/bin/env bash
# Builds guest/build/vt-init. Prints its path.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

missing=()
command -v musl-gcc > /dev/null || missing+=(musl-tools)
command -v make > /dev/null || missing+=(make)
[ -e /usr/include/linux/netlink.h ] || missing+=(linux-libc-dev)
if [ ${#missing[@]} -gt 0 ]; then
  echo "guest/build.sh: missing packages: ${missing[*]} (apt-get install ${missing[*]})" >&2
  exit 1
fi

mkdir -p build
exec 9> build/.lock
flock 9  # two Maven modules may build at once
make -s
echo "$PWD/build/vt-init"
