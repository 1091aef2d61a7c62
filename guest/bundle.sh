#!/usr/bin/env bash
# Builds a kernel bundle (runtime.md §6) from Debian's cloud kernel and vt-init, in guest/build/bundles/vtk-<kernel>-<init>-<build>,
# and points guest/build/bundle at it. Prints its path. The kernel package is downloaded once and never installed; the same
# package and sources give the same bytes. --refresh looks for a newer kernel.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD

kernel_meta=linux-image-cloud-amd64
# "module group", in the order of their insertion. What the control channel needs comes first; see guest/src/modules.h.
modules=(
  "drivers/virtio/virtio_ring base" "drivers/virtio/virtio base" "drivers/virtio/virtio_mmio base"
  "drivers/char/virtio_console virtio"
  "net/vmw_vsock/vsock vsock" "net/vmw_vsock/vmw_vsock_virtio_transport_common vsock" "net/vmw_vsock/vmw_vsock_virtio_transport vsock"
  "drivers/block/virtio_blk devices"
  "net/core/failover devices" "drivers/net/net_failover devices" "drivers/net/virtio_net devices"
  "fs/overlayfs/overlay devices"
  "fs/squashfs/squashfs squashfs" "lib/libcrc32c erofs" "fs/erofs/erofs erofs"
)

die() { echo "guest/bundle.sh: $*" >&2; exit 1; }

declare -A package_of=([apt-get]=apt [dpkg-deb]=dpkg [cpio]=cpio [zstd]=zstd [gzip]=gzip [lz4]=lz4 [od]=coreutils [jq]=jq)
missing=()
for tool in "${!package_of[@]}"; do
  command -v "$tool" > /dev/null || missing+=("${package_of[$tool]}")
done
[ ${#missing[@]} -eq 0 ] || die "missing packages: ${missing[*]} (apt-get install ${missing[*]})"

init=$(./build.sh)
mkdir -p build/cache build/bundles
exec 9> build/.bundle-lock
flock 9

# ---- the kernel package, cached

deb=$(find build/cache -name 'linux-image-*-cloud-amd64_*.deb' | sort -V | tail -n 1)
if [ -z "$deb" ] || [ "${1:-}" = --refresh ]; then
  package=$(apt-cache depends "$kernel_meta" 2> /dev/null | awk '$1 == "Depends:" && $2 ~ /^linux-image-/ { print $2; exit }')
  [ -n "$package" ] || die "apt knows no $kernel_meta; run apt-get update"
  (cd build/cache && apt-get -qq download "$package" 2> download.err) || die "cannot download $package: $(tail -n 1 build/cache/download.err)"
  deb=$(find build/cache -name "${package}_*.deb" | sort -V | tail -n 1)
fi
[ -s "$deb" ] || die "no kernel package in build/cache"

# ---- a bundle is named by everything that goes into it

sha() { sha256sum "$1" | cut -d' ' -f1; }
init_version=$(sed -n 's/.*VT_INIT_VERSION "\(.*\)"/\1/p' src/version.h)
kernel_release=$(dpkg-deb -f "$deb" Package | sed 's/^linux-image-//')
kernel_version=$(dpkg-deb -f "$deb" Version)
build=$(printf '%s\n' "$(sha "$deb")" "$(sha "$init")" "$(sha bundle.sh)" | sha256sum | cut -c1-12)
name=vtk-${kernel_version%%-*}-$init_version-$build
out=$here/build/bundles/$name

if [ ! -e "$out/bundle.json" ]; then
  work=$(mktemp -d "$here/build/.bundle-XXXXXX")
  trap 'rm -rf "$work"' EXIT
  dpkg-deb -x "$deb" "$work/deb"
  result=$work/$name
  mkdir -p "$result"

  # The ELF kernel inside the bzImage: QEMU starts it by PVH without decompressing anything in the guest.
  image=$work/deb/boot/vmlinuz-$kernel_release
  field() { od -An -t "u$2" -j "$1" -N "$2" "$image" | tr -d ' '; }
  [ "$(field $((0x202)) 2)" -ge $((0x0208)) ] || die "$kernel_release is no bzImage with a payload"
  payload_at=$(( ($(field $((0x1f1)) 1) + 1) * 512 + $(field $((0x248)) 4) ))
  payload_size=$(field $((0x24c)) 4)
  dd if="$image" of="$work/payload" bs=1M iflag=skip_bytes,count_bytes skip="$payload_at" count=$((payload_size - 4)) status=none
  case $(od -An -t x1 -N 4 "$work/payload" | tr -d ' ') in
    02214c18) lz4 -dcq "$work/payload" > "$result/vmlinux" ;;
    28b52ffd) zstd -dcq "$work/payload" > "$result/vmlinux" ;;
    1f8b*) gzip -dcq "$work/payload" > "$result/vmlinux" ;;
    *) die "$kernel_release is compressed in a way this script does not know" ;;
  esac
  [ "$(od -An -t x1 -N 4 "$result/vmlinux" | tr -d ' ')" = 7f454c46 ] || die "the payload of $kernel_release is no ELF file"
  cp "$image" "$result/bzImage"

  tree=$work/tree
  mkdir -p "$tree"/{dev,etc,modules,proc,run,sys}
  install -m 0755 "$init" "$tree/init"
  for entry in "${modules[@]}"; do
    read -r module group <<< "$entry"
    file=$work/deb/lib/modules/$kernel_release/kernel/$module.ko
    to=$tree/modules/$(basename "$module").ko
    if [ -e "$file" ]; then
      install -m 0644 "$file" "$to"
    elif [ -e "$file.xz" ]; then
      xz -dc "$file.xz" > "$to"
    elif [ -e "$file.zst" ]; then
      zstd -dcq "$file.zst" > "$to"
    elif ! grep -q "/$(basename "$module")\.ko" "$work/deb/lib/modules/$kernel_release/modules.builtin"; then
      die "$kernel_release has no module $module"
    else
      continue
    fi
    echo "/modules/$(basename "$module").ko $group" >> "$tree/etc/vt-modules"
  done
  find "$tree" -exec touch -h -d @0 {} +
  (cd "$tree" && find . -mindepth 1 -printf '%P\n' | LC_ALL=C sort | cpio --quiet --reproducible -o -H newc -R 0:0) > "$work/initramfs.cpio"
  zstd -q -19 --no-progress -T1 "$work/initramfs.cpio" -o "$result/initramfs.cpio.zst"
  gzip -9nc "$work/initramfs.cpio" > "$result/initramfs.cpio.gz"
  [ "$(stat -c %s "$work/initramfs.cpio")" -le $((20 << 20)) ] || die "the initramfs is larger than 20 MiB"

  files='{}'
  for file in vmlinux bzImage initramfs.cpio.zst initramfs.cpio.gz; do
    files=$(jq -c --arg f "$file" --arg s "$(sha "$result/$file")" --argjson n "$(stat -c %s "$result/$file")" \
      '. + {($f): {sha256: $s, size_bytes: $n}}' <<< "$files")
  done
  # "tcg": without tsc_early_khz a guest under emulation hangs; the driver puts the host's frequency for {tsc_khz}.
  jq -n --arg name "$name" --arg release "$kernel_release" --arg version "$kernel_version" --arg init "$init_version" \
    --arg config "$(sha "$work/deb/boot/config-$kernel_release")" --argjson files "$files" '{
      format: 1, name: $name, arch: "amd64",
      kernel_release: $release, kernel_version: $version, kernel_config_sha256: $config,
      init_version: $init, init_protocol: {min: 1, max: 1}, min_agent: "0.1.0",
      tested_drivers: ["qemu/microvm/tcg"],
      command_line: {
        common: "quiet panic=-1 8250.nr_uarts=1 random.trust_cpu=on cryptomgr.notests nokaslr mitigations=off",
        qemu: "console=ttyS0 reboot=t",
        firecracker: "console=ttyS0 reboot=k pci=off i8042.noaux i8042.nomux i8042.dumbkbd",
        tcg: "tsc=reliable tsc_early_khz={tsc_khz} no_timer_check"
      },
      files: $files
    }' > "$result/bundle.json"
  find "$result" -exec touch -h -d @0 {} +
  rm -rf "$out"
  mv "$result" "$out"
fi
ln -sfn "bundles/$name" build/bundle
echo "$out"
