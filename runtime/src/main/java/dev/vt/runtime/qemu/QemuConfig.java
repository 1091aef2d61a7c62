package dev.vt.runtime.qemu;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Where and how QEMU runs.
 *
 * @param stateDir survives a host reboot; one directory per VM with what adoption needs
 * @param templateDir saved templates (runtime.md §15)
 * @param runDir sockets, console and process files; one directory per VM
 * @param bundle the kernel bundle the self-test boots
 * @param allowEmulation whether guests may run under TCG when KVM does not work (RT14)
 * @param firstUid VMs get the lowest free uid from here on, up to 1000 of them; nobody else may use the range
 * @param cgroupParent directory below each cgroup hierarchy that holds the VMs' groups
 * @param binary QEMU's system emulator, looked up in {@code PATH}
 */
public record QemuConfig(
        Path stateDir,
        Path templateDir,
        Path runDir,
        Path bundle,
        boolean allowEmulation,
        int firstUid,
        String cgroupParent,
        String binary) {
    static final int UIDS = 1000;

    /** The defaults of a node. */
    public static QemuConfig of(Path stateDir, Path runDir, Path bundle, boolean allowEmulation) {
        return new QemuConfig(
                stateDir.toAbsolutePath(),
                stateDir.toAbsolutePath().resolveSibling("vm-templates"),
                runDir.toAbsolutePath(),
                bundle.toAbsolutePath(),
                allowEmulation,
                64_100,
                "vt-vms",
                "qemu-system-x86_64");
    }

    /** The uid of the n-th VM; empty when there are too many. */
    Optional<Integer> uid(int index) {
        return index < UIDS ? Optional.of(firstUid + index) : Optional.empty();
    }
}
