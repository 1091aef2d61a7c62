package dev.vt.cli.local;

import dev.vt.cli.local.DoctorCommand.Check;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** What a machine needs that runs servers, agents or edges. */
final class HostChecks {
    private static final long LOW_DISK_BYTES = 10L << 30;
    private static final List<Integer> PORTS = List.of(443, 8440, 8441);

    private HostChecks() {}

    static List<Check> all() {
        List<Check> checks = new ArrayList<>();
        checks.add(kvm());
        checks.add(cgroups());
        checks.add(wireGuard());
        checks.add(disk());
        PORTS.forEach(port -> checks.add(port(port)));
        checks.add(program("qemu-system-x86_64", "the qemu driver needs it", "apt-get install qemu-system-x86"));
        checks.add(program("tar2sqfs", "root file systems are built with it", "apt-get install squashfs-tools-ng"));
        return checks;
    }

    static Check ipv6() {
        try {
            boolean any = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(Inet6Address.class::isInstance);
            return any
                    ? Check.ok("ipv6", "this machine has IPv6 addresses")
                    : Check.fail(
                            "ipv6", "no IPv6 address on any interface", "sysctl -w net.ipv6.conf.all.disable_ipv6=0");
        } catch (IOException e) {
            return Check.warn("ipv6", "cannot list interfaces: " + e.getMessage(), "look at ip -6 addr");
        }
    }

    private static Check kvm() {
        return Files.isWritable(Path.of("/dev/kvm"))
                ? Check.ok("kvm", "/dev/kvm opens; the driver proves it by running a guest")
                : Check.warn(
                        "kvm",
                        "no /dev/kvm that this user may open: guests would be emulated",
                        "run on bare metal or with nested virtualisation");
    }

    private static Check cgroups() {
        return Files.exists(Path.of("/sys/fs/cgroup/cgroup.controllers"))
                ? Check.ok("cgroups", "version 2")
                : Check.fail("cgroups", "no cgroups version 2", "boot with systemd.unified_cgroup_hierarchy=1");
    }

    private static Check wireGuard() {
        return Files.isDirectory(Path.of("/sys/module/wireguard"))
                ? Check.ok("wireguard", "in the kernel")
                : Check.warn("wireguard", "the kernel module is not loaded", "modprobe wireguard");
    }

    private static Check disk() {
        try {
            long free = Files.getFileStore(Path.of("/var")).getUsableSpace();
            String text = (free >> 30) + " GiB free below /var";
            return free < LOW_DISK_BYTES
                    ? Check.warn("disk", text, "free some, or keep data elsewhere with --data-dir")
                    : Check.ok("disk", text);
        } catch (IOException e) {
            return Check.warn("disk", "cannot tell: " + e.getMessage(), "look at df /var");
        }
    }

    private static Check port(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress("::", port));
            return Check.ok("port", port + " is free");
        } catch (IOException e) {
            return Check.warn("port", port + " cannot be listened on: " + e.getMessage(), "ss -ltnp sport = :" + port);
        }
    }

    private static Check program(String name, String why, String fix) {
        boolean found = List.of("/usr/bin", "/usr/sbin", "/usr/local/bin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        return found ? Check.ok("program", name) : Check.warn("program", name + " is missing: " + why, fix);
    }
}
