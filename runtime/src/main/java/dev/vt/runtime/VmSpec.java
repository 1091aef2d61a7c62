package dev.vt.runtime;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One virtual machine.
 *
 * @param id of the instance or VM, also names its directory
 * @param bootId new at every boot; passed on the kernel command line
 * @param kernel the bundle directory ({@code vmlinux}, {@code initramfs.cpio.zst}, {@code bundle.json})
 * @param vcpus 1 or more
 * @param memoryBytes of the guest, a hard cap
 * @param cpuWeight cgroup v2 {@code cpu.weight}, 1 to 10000
 * @param disks in device order: {@code vda} first
 * @param nics at most one here
 * @param labels kept with the VM and given back by {@link VmDriver#adopt}
 */
public record VmSpec(
        String id,
        String bootId,
        Path kernel,
        int vcpus,
        long memoryBytes,
        int cpuWeight,
        List<Disk> disks,
        List<Nic> nics,
        Map<String, String> labels) {
    public VmSpec {
        disks = List.copyOf(disks);
        nics = List.copyOf(nics);
        labels = Map.copyOf(labels);
    }

    /** @param serial what the guest sees as the disk's serial, at most 20 characters */
    public record Disk(
            Path path, boolean readOnly, @Nullable String serial) {}

    /** @param tap name of an existing tap device that the driver's user may open */
    public record Nic(String tap, String mac, int mtu) {}
}
