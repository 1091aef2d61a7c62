# Becomes one QEMU process: own session and mount namespace are there already (setsid, unshare).
# usage: launch.sh DIR UID DEVICES PROCS_FILE... -- KERNEL INITRD {ro|rw PATH}... -- QEMU ARGUMENT...
# Descriptors 3 to 9 carry kernel, initrd and disks, so the VM's user needs no right on any path.
set -eu
cd "$1"
uid=$2
devices=$3
shift 3

# Its own name first: an agent that dies right now finds the process again by this file.
cat "/proc/$$/stat" /proc/sys/kernel/random/boot_id > process.new
mv process.new process

while [ "$1" != -- ]; do
    echo "$$" > "$1"
    shift
done
shift

exec 3< "$1" 4< "$2"
shift 2
fd=5
while [ "$1" != -- ]; do
    case $1 in
        ro) eval "exec $fd< \"\$2\"" ;;
        rw) eval "exec $fd<> \"\$2\"" ;;
    esac
    fd=$((fd + 1))
    shift 2
done
shift

if [ "$uid" = - ]; then
    exec "$@" < /dev/null
fi

# A /dev with nothing but what the VM may open (RT32); private to this mount namespace.
mount -t tmpfs -o mode=0755,size=64k,nr_inodes=32 tmpfs /dev
mknod -m 0666 /dev/null c 1 3
mknod -m 0444 /dev/urandom c 1 9
case $devices in *tun*)
    mkdir /dev/net
    mknod -m 0600 /dev/net/tun c 10 200
    chown "$uid" /dev/net/tun ;;
esac
case $devices in *kvm*)
    mknod -m 0600 /dev/kvm c 10 232
    chown "$uid" /dev/kvm ;;
esac
exec setpriv --reuid "$uid" --regid "$uid" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
    "$@" < /dev/null
