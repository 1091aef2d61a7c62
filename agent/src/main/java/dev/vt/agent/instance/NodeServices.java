package dev.vt.agent.instance;

import dev.vt.agent.actor.Timeline;
import dev.vt.agent.log.LogStore;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.kernel.IdSource;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.SecretsUnavailableException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.random.RandomGenerator;

/**
 * What an instance needs from its node. Every part may be called from any thread.
 *
 * @param nodeId this node
 * @param hostBootId this boot of the host
 * @param epoch rises with each agent start; tells guests which host process they talk to
 */
public record NodeServices(
        VmDriver driver,
        Images images,
        Secrets secrets,
        Scratch scratch,
        Network network,
        MemoryBudget memory,
        SnapshotStarts snapshots,
        Kernels kernels,
        Probe probe,
        LogStore logs,
        Outbox outbox,
        InstanceStore store,
        Timeline timeline,
        RandomGenerator random,
        IdSource ids,
        String nodeId,
        String hostBootId,
        long epoch) {

    /** Root file systems by digest. */
    public interface Images {
        /**
         * Blocks while the image is pulled and built.
         *
         * @throws BootException with the reason of runtime.md §4
         */
        RootFilesystem rootfs(String instanceId, WorkloadSpec.Image image) throws InterruptedException;

        void unpin(String instanceId);
    }

    /** Secrets files by version (secrets.md §5). */
    public interface Secrets {
        /** Makes sure that the version is on this node. */
        void prepare(String instanceId, String versionId) throws SecretsUnavailableException, InterruptedException;

        /** The instance was adopted: it uses a version that may be here from before. Never asks a server. */
        void adopted(String instanceId, String versionId);

        /** A copy of the canonical file, to be wiped by whoever uses it. */
        byte[] read(String instanceId, String versionId) throws SecretsUnavailableException;

        /** The instance uses no version any more; one that nobody uses is wiped. */
        void release(String instanceId);
    }

    /** Scratch disks: empty, sparse, gone with the boot (RT34). */
    public interface Scratch {
        Path create(String instanceId, long bytes);

        void delete(String instanceId);
    }

    /** The host's side of a VM's network (network.md §3). */
    public interface Network {
        /**
         * @param owner the uid that opens the tap; empty: the driver needs none
         * @return absent if the driver has no network device
         */
        Optional<VmSpec.Nic> attach(String instanceId, WorkloadSpec.Network network, OptionalInt owner);

        void detach(String instanceId);
    }

    /** Kernel bundles on this node. */
    public interface Kernels {
        /** @param name absent: the node's default */
        Path bundle(Optional<String> name);
    }

    /** One health probe; blocks for at most the check's timeout. */
    public interface Probe {
        /** @return why not healthy, a detail of runtime.md §4; empty if healthy */
        Optional<String> check(WorkloadSpec spec, WorkloadSpec.Health health, Optional<GuestChannel> channel)
                throws InterruptedException;
    }

    /** Takes statuses to servers; resends until one acknowledged. */
    public interface Outbox {
        /** @param onAcknowledged called once when a server has stored this status or a newer one of the instance */
        void report(InstanceReport report, Runnable onAcknowledged);
    }
}
