package dev.vt.runtime;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Makes and ends virtual machines. Calls block, are keyed by {@link VmSpec#id()} and idempotent; at most one call per VM at a
 * time (the agent's actor owns the VM), any number for different VMs.
 *
 * <pre>
 * absent -create→ created -start→ running ⇄pause/resume paused; any -kill→ stopped; any -destroy→ absent
 * absent -restore→ paused
 * </pre>
 */
public interface VmDriver extends AutoCloseable {
    /** {@code firecracker}, {@code qemu}, {@code container} or {@code sim}. */
    String name();

    /** What the self-test measured (RT13): a driver that could not boot the bundle reports why and is not usable. */
    DriverFacts selfTest();

    /**
     * The uid that must own the tap of this VM, reserved for it until {@link #destroy}; empty if the driver has no use for
     * one.
     */
    OptionalInt tapOwner(String vmId);

    /** absent → created; no guest code runs. The same spec again gives the same VM, another spec is {@code Permanent}. */
    void create(VmSpec spec);

    /** created → running, within 5 s. */
    void start(String vmId);

    /**
     * The snapshot that a VM of this shape can start from; empty if there is none, or none that still fits this machine. Of the
     * spec, only kernel, vCPUs, memory, and the number and kind of devices matter.
     */
    Optional<BaseSnapshot> baseSnapshot(VmSpec shape);

    /**
     * Makes the snapshot for VMs of this shape, unless there is one, and proves it by a restore. Blocks for about a cold boot; one is
     * made at a time.
     *
     * @throws VmDriverException nothing is left behind
     */
    void takeBaseSnapshot(VmSpec shape) throws InterruptedException;

    /** It turned out not to work: no VM starts from it again. Fine if it is gone. */
    void discard(BaseSnapshot snapshot);

    /**
     * absent → paused, with the spec's own disks, network and channel; {@link #resume} lets it run. What speaks then is {@code
     * snapshot}'s guest, until it is given its identity (RT36): see {@link
     * dev.vt.runtime.channel.GuestChannel#openRestored}.
     *
     * @throws VmDriverException {@code TRANSIENT} with detail {@code snapshot} if it cannot be restored: the snapshot is discarded,
     *     no VM is there, and what was reserved by {@link #tapOwner} stays, so that the same spec can be created
     */
    void restore(BaseSnapshot snapshot, VmSpec spec);

    /** any → stopped, within 2 s, without the guest's help. */
    void kill(String vmId);

    /** running → paused. */
    void pause(String vmId);

    /** paused → running. */
    void resume(String vmId);

    /**
     * The byte stream to the guest's control port (runtime.md §8). One open stream per VM; closing it leaves the VM alone. May
     * overlap other calls for the VM.
     */
    ByteChannelPair control(String vmId) throws IOException;

    /** The newest console bytes of this boot, at most 256 KiB; never blocks the guest. */
    byte[] console(String vmId);

    VmStats stats(String vmId);

    VmState state(String vmId);

    /** Waits until the VM's process has ended; false if it still runs at the deadline. */
    boolean awaitExit(String vmId, Duration timeout) throws InterruptedException;

    /** Whether the host killed the VM for using more memory than its limit; meaningful until {@link #destroy}. */
    boolean outOfMemory(String vmId);

    /** Takes over VMs that an earlier process of this driver left running, from what it saved on disk (RT10). */
    List<VmState> adopt();

    List<VmState> list();

    /** Removes every process, file, mount, cgroup and tap it made for this VM; fine if there is none. */
    void destroy(String vmId);

    /** Lets go without touching any VM: they outlive the agent (RT2). */
    @Override
    void close();
}
