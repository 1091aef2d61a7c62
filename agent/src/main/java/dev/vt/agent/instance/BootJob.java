package dev.vt.agent.instance;

import dev.vt.agent.instance.Outcome.PlatformFailure;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.runtime.BaseSnapshot;
import dev.vt.runtime.DriverFacts;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.GuestConfig;
import dev.vt.runtime.channel.GuestEvents;
import dev.vt.runtime.channel.RestoredIdentity;
import dev.vt.runtime.channel.SecretsUnavailableException;
import dev.vt.runtime.host.HostException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slow way from an assignment to a configured guest, on a virtual thread of its own; also reopens the channel of a guest
 * that already runs. Ends with exactly one of {@link Listener#booted} and {@link Listener#failed}, and never cleans up: the
 * actor does, when the job has ended.
 */
final class BootJob {
    private static final Logger log = LoggerFactory.getLogger(BootJob.class);
    private static final Duration REOPEN_DEADLINE = Duration.ofSeconds(10);

    private final NodeServices node;
    private final WorkloadSpec spec;
    private final String bootId;
    private final boolean reopen;
    private final Listener listener;
    private final AtomicBoolean cancelled = new AtomicBoolean();
    private volatile boolean channelLost;
    private @Nullable Thread thread;

    /** Told on the job's thread. */
    interface Listener {
        /** A step is done (runtime.md §14). */
        void reached(BootJob job, String mark);

        void booted(BootJob job, GuestChannel channel);

        void failed(BootJob job, Outcome outcome);

        /** What the guest's channel talks to; asked once, before it is opened. */
        GuestEvents events(BootJob job);
    }

    BootJob(NodeServices node, WorkloadSpec spec, String bootId, boolean reopen, Listener listener) {
        this.node = node;
        this.spec = spec;
        this.bootId = bootId;
        this.reopen = reopen;
        this.listener = listener;
    }

    void start() {
        thread = Thread.ofVirtual()
                .name((reopen ? "reopen/" : "boot/") + spec.instanceId())
                .start(this::run);
    }

    /** Interrupts it; it still ends with a message. */
    void cancel() {
        cancelled.set(true);
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    /** Waits until it has ended, or for so long. */
    void awaitEnd(Duration limit) throws InterruptedException {
        Thread running = thread;
        if (running != null) {
            running.join(limit);
        }
    }

    boolean isCancelled() {
        return cancelled.get();
    }

    /** The channel this job opened has ended; its owner may learn so before it learns of the channel. */
    void markChannelLost() {
        channelLost = true;
    }

    boolean isChannelLost() {
        return channelLost;
    }

    String bootId() {
        return bootId;
    }

    private void run() {
        try {
            listener.booted(this, reopen ? reopen() : boot());
        } catch (BootException e) {
            fail(e.outcome(), e);
        } catch (VmDriverException e) {
            fail(new PlatformFailure("driver_start_failed", e.detail()), e);
        } catch (ChannelException e) {
            fail(new PlatformFailure("driver_start_failed", detail(e)), e);
        } catch (SecretsUnavailableException e) {
            fail(new PlatformFailure("secrets_injection_failed", e.detail()), e);
        } catch (IOException | HostException e) {
            fail(new PlatformFailure("driver_start_failed", "device"), e);
        } catch (InterruptedException e) {
            fail(new PlatformFailure("driver_start_failed", "cancelled"), e);
        } catch (RuntimeException | Error e) {
            log.error("boot job failed instance={} boot={}", spec.instanceId(), bootId, e);
            listener.failed(this, new PlatformFailure("driver_start_failed", "agent_internal"));
        }
    }

    private void fail(Outcome outcome, Exception cause) {
        if (!cancelled.get()) {
            log.warn(
                    "boot failed instance={} boot={} reason={} detail={}",
                    spec.instanceId(),
                    bootId,
                    outcome.reason(),
                    outcome.detail(),
                    cause);
        }
        listener.failed(this, outcome);
    }

    private GuestChannel boot() throws IOException, InterruptedException, SecretsUnavailableException {
        String id = spec.instanceId();
        WorkloadSpec.Secrets secrets = spec.secrets();
        if (secrets != null && secrets.required() && secrets.versionId() == null) {
            throw new BootException("secrets_missing", "no_version", null);
        }
        RootFilesystem root = node.images().rootfs(id, spec.image());
        reached("image");
        GuestConfig config = GuestConfigs.of(spec, root, spec.lifecycle().stopGraceS());
        if (secrets != null && secrets.versionId() != null) {
            node.secrets().prepare(id, secrets.versionId());
        }
        DriverFacts facts = node.driver().selfTest();
        reached("rootfs");
        if (!node.memory().take(id, spec.resources().memoryBytes() + facts.overheadBytes())) {
            throw new BootException("driver_start_failed", "memory", null);
        }
        Path scratch = node.scratch().create(id, spec.resources().scratchBytes());
        Optional<VmSpec.Nic> nic =
                node.network().attach(id, spec.network(), node.driver().tapOwner(id));
        reached("devices");
        VmSpec vm = vmSpec(root, scratch, nic);
        Optional<BaseSnapshot> snapshot = wantsSnapshot() ? node.snapshots().find(vm) : Optional.empty();
        Optional<GuestChannel> restored =
                snapshot.isPresent() ? restored(snapshot.get(), vm, config, facts) : Optional.empty();
        if (restored.isPresent()) {
            return restored.get();
        }
        if (snapshot.isPresent()) {
            // The driver has let go of everything; the tap must belong to whom it names now.
            nic = node.network().attach(id, spec.network(), node.driver().tapOwner(id));
            vm = vmSpec(root, scratch, nic);
        }
        node.driver().create(vm);
        node.driver().start(id);
        reached("vmm");
        GuestChannel channel = open(deadline(facts, Duration.ofSeconds(5), Duration.ofSeconds(60)));
        reached("hello");
        configured(channel, config, deadline(facts, Duration.ofSeconds(10), Duration.ofSeconds(60)));
        node.snapshots().booted(vm, wantsSnapshot());
        return channel;
    }

    private boolean wantsSnapshot() {
        WorkloadSpec.Boot boot = spec.boot();
        return boot != null && boot.start().equals("snapshot");
    }

    /** Empty if it did not work out: nothing is left of it, and nobody but the log and a counter learns (RT37). */
    private Optional<GuestChannel> restored(BaseSnapshot snapshot, VmSpec vm, GuestConfig config, DriverFacts facts)
            throws InterruptedException {
        String id = vm.id();
        Duration deadline = deadline(facts, Duration.ofSeconds(2), Duration.ofSeconds(10));
        TentativeEvents events = new TentativeEvents(listener.events(this));
        try {
            node.driver().restore(snapshot, vm);
            node.driver().resume(id);
            reached("vmm");
            GuestChannel channel = GuestChannel.openRestored(
                    node.driver().control(id),
                    snapshot,
                    new RestoredIdentity(
                            id, bootId, vm.nics().stream().findFirst().map(VmSpec.Nic::mac)),
                    node.epoch(),
                    deadline,
                    events);
            reached("hello");
            configured(channel, config, deadline);
            events.keep();
            reached("restored");
            node.snapshots().restored(snapshot, id);
            return Optional.of(channel);
        } catch (VmDriverException | ChannelException | IOException e) {
            if (e instanceof ChannelException refused && refused.kind() == ChannelException.Kind.CONFIG_INVALID) {
                throw refused; // a cold guest would not take it either
            }
            if (cancelled.get()) {
                throw new InterruptedException("cancelled while restoring");
            }
            node.snapshots().failed(snapshot, id, e);
            node.driver().destroy(id);
            return Optional.empty();
        }
    }

    private GuestChannel reopen() throws IOException, InterruptedException, SecretsUnavailableException {
        GuestChannel channel = open(REOPEN_DEADLINE);
        if (channel.hello().configured()) {
            return channel;
        }
        try {
            RootFilesystem root = node.images().rootfs(spec.instanceId(), spec.image());
            WorkloadSpec.Secrets secrets = spec.secrets();
            if (secrets != null && secrets.versionId() != null) {
                node.secrets().prepare(spec.instanceId(), secrets.versionId());
            }
            GuestConfig config = GuestConfigs.of(spec, root, spec.lifecycle().stopGraceS());
            return configured(channel, config, REOPEN_DEADLINE);
        } catch (BootException | SecretsUnavailableException | InterruptedException e) {
            channel.close();
            throw e;
        }
    }

    private GuestChannel configured(GuestChannel channel, GuestConfig config, Duration timeout)
            throws InterruptedException {
        try {
            channel.configure(config, timeout);
        } catch (ChannelException | InterruptedException e) {
            channel.close();
            throw e;
        }
        reached("config");
        return channel;
    }

    private GuestChannel open(Duration deadline) throws IOException, InterruptedException {
        String id = spec.instanceId();
        return GuestChannel.open(node.driver().control(id), id, bootId, node.epoch(), deadline, listener.events(this));
    }

    private VmSpec vmSpec(RootFilesystem root, Path scratch, Optional<VmSpec.Nic> nic) {
        WorkloadSpec.Boot boot = spec.boot();
        Path bundle = node.kernels().bundle(Optional.ofNullable(boot).map(WorkloadSpec.Boot::kernelBundle));
        return new VmSpec(
                spec.instanceId(),
                bootId,
                bundle,
                spec.resources().vcpus(),
                spec.resources().memoryBytes(),
                spec.resources().cpuWeight(),
                List.of(new VmSpec.Disk(root.path(), true, "root"), new VmSpec.Disk(scratch, false, "scratch")),
                nic.map(List::of).orElse(List.of()),
                Map.of("org", spec.orgId(), "app", spec.appId(), "env", spec.envId()));
    }

    private void reached(String mark) {
        listener.reached(this, mark);
    }

    static Duration deadline(DriverFacts facts, Duration fast, Duration emulated) {
        return facts.accelerator().equals("tcg") ? emulated : fast;
    }

    private static String detail(ChannelException e) {
        return switch (e.kind()) {
            case INIT_PROTOCOL -> "init_protocol";
            case CONFIG_INVALID -> "config_invalid";
            case HANDSHAKE, VIOLATION, LOST, STREAM_RESET, CLOSED -> "handshake";
        };
    }
}
