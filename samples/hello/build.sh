#!/usr/bin/env bash
# samples/hello/build.sh VERSION: builds the sample's image as an OCI layout in guest/build/samples/hello-VERSION.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."
version=$1
out=guest/build/samples
layout=$out/hello-$version
mkdir -p "$out"
if [ ! -x "$out/hello" ] || [ samples/hello/hello.c -nt "$out/hello" ]; then
  gcc -O2 -Wall -Wextra -static -o "$out/hello" samples/hello/hello.c -lssl -lcrypto 2> "$out/gcc.log" ||
    { cat "$out/gcc.log" >&2; echo "error: the sample does not compile" >&2; exit 1; }
  strip "$out/hello"
fi
[ -f "$layout/index.json" ] && [ "$layout/index.json" -nt "$out/hello" ] && exit 0
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
mkdir -p "$root"/{bin,etc,tmp}
cp "$out/hello" "$root/hello"
cp /bin/busybox "$root/bin/busybox"
for tool in sh ls cat env id ps sleep stty echo kill wget head true false; do ln -s busybox "$root/bin/$tool"; done
printf 'root:x:0:0:root:/root:/bin/sh\nhello:x:1000:1000:hello:/:/bin/sh\n' > "$root/etc/passwd"
printf 'root:x:0:\nhello:x:1000:\n' > "$root/etc/group"
rm -rf "$layout"
./vt image layout "$root" "$layout" --env HELLO_VERSION="$version" --env PATH=/bin --user hello --cmd /hello
