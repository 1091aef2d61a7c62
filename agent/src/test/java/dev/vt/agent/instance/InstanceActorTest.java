package dev.vt.agent.instance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.agent.actor.Supervisor;
import dev.vt.agent.log.LogStore;
import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.FakeImages;
import dev.vt.agent.testing.ManualTimeline;
import dev.vt.agent.testing.Workloads;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.rootfs.ImageRequest;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.runtime.VmDriverException.Kind;
import dev.vt.runtime.VmSpec;
import dev.vt.runtime.channel.SecretsUnavailableException;
import dev.vt.runtime.sim.GuestScript;
import dev.vt.runtime.sim.SimDriver;
import dev.vt.runtime.sim.SimHost;
import dev.vt.runtime.sim.SimScript;
import dev.vt.runtime.sim.SimTime;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Instances over simulated VMs, on a clock that the test moves. */
class InstanceActorTest {
    private static final String ID = "inst_00000000000000000000000001";
    private static final String OTHER_ID = "inst_00000000000000000000000002";

    @TempDir
    Path directory;

    private final ManualTimeline timeline = new ManualTimeline();
    private final SimScript script = new SimScript();
    private final SimHost host = new SimHost(script, SimTime.real());
    private final FakeImages images = new FakeImages();
    private final List<InstanceReport> reports = new CopyOnWriteArrayList<>();
    private final Map<String, Optional<String>> probeAnswers = new ConcurrentHashMap<>();
    private final AtomicInteger bootIds = new AtomicInteger();
    private final AtomicInteger probes = new AtomicInteger();
    private final AtomicInteger secretTries = new AtomicInteger();
    private volatile Optional<String> secretsProblem = Optional.empty();
    private volatile String hostBoot = "host-boot-1";
    private Instances instances;
    private SnapshotStarts snapshots;

    @BeforeEach
    void start() {
        instances = newAgent();
    }

    @AfterEach
    void stop() throws Exception {
        instances.close();
    }

    /** RT36, RT37: the first boot of a shape is cold and waits for nothing; what follows starts from the snapshot made behind it. */
    @Test
    void afterTheFirstColdBootOfAShapeTheNextStartsFromASnapshot() {
        startFromSnapshot(ID);
        assertThat(marks(ID)).doesNotContainKey("restored");
        awaitSnapshot();
        startFromSnapshot(OTHER_ID);
        assertThat(marks(OTHER_ID)).containsKeys("restored", "hello", "config");
        assertThat(snapshots.counts()).isEqualTo(new SnapshotStarts.Counts(1, 1, 0));
    }

    /** RT37: a restore that fails is a cold boot, counted; the instance shows nothing of it. */
    @Test
    void aRestoreThatFailsIsAColdBootAndTheSnapshotIsMadeAnew() {
        startFromSnapshot(ID);
        awaitSnapshot();
        script.fail("restore", 1, OTHER_ID, Kind.TRANSIENT, "snapshot");
        startFromSnapshot(OTHER_ID);
        assertThat(marks(OTHER_ID)).doesNotContainKey("restored");
        assertThat(snapshots.counts()).isEqualTo(new SnapshotStarts.Counts(2, 0, 1));
        assertThat(statuses()).doesNotContain("failed");
        awaitSnapshot();
    }

    @Test
    void aRestoredGuestThatTakesNoIdentityIsBootedInstead() {
        startFromSnapshot(ID);
        awaitSnapshot();
        script.guests(id -> host.vmCount() == 1 ? GuestScript.healthy().refusingIdentity() : GuestScript.healthy());
        startFromSnapshot(OTHER_ID);
        assertThat(marks(OTHER_ID)).doesNotContainKey("restored");
        assertThat(snapshots.counts().restoreFailures()).isEqualTo(1);
        assertThat(statuses()).doesNotContain("failed");
    }

    @Test
    void whatIsToStartColdMakesNoSnapshot() {
        instances.desire(Workloads.of(ID).start("cold").running(1));
        awaitPhase(Phase.STARTING);
        Await.until("counted", () -> snapshots.counts().cold() == 1);
        assertThat(host.snapshotCount()).isZero();
    }

    private void startFromSnapshot(String id) {
        instances.desire(Workloads.of(id).start("snapshot").running(1));
        Await.until(id + " started", () -> marks(id).containsKey("started"));
    }

    private Map<String, Long> marks(String id) {
        return instances.record(id).map(InstanceRecord::boot).map(Boot::marks).orElse(Map.of());
    }

    private void awaitSnapshot() {
        Await.until("snapshot made", () -> host.snapshotCount() == 1);
    }

    @Test
    void withoutAHealthCheckItIsReadyTwoSecondsAfterItsStart() {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        assertThat(statuses()).containsExactly("booting");
        timeline.advance(Duration.ofSeconds(2));
        awaitPhase(Phase.READY);
        assertThat(statuses()).containsExactly("booting", "ready");
    }

    /** RT31: 2 s, 4 s, 8 s, 16 s with jitter, then a crash loop that is tried again each five minutes. */
    @Test
    void aCrashingWorkloadBacksOffAndEndsInACrashLoop() {
        script.guests(id -> GuestScript.healthy().exitingAfter(Duration.ZERO, 3));
        instances.desire(Workloads.of(ID).restart("always", 3, 2).running(1));
        long expected = 2000;
        for (int end = 1; end <= 4; end++) {
            awaitPhase(Phase.BACKOFF);
            int boots = script.count("create", ID);
            assertThat(boots).isEqualTo(end);
            timeline.advance(Duration.ofMillis(expected * 8 / 10 - 100));
            assertThat(script.count("create", ID)).isEqualTo(end);
            timeline.advance(Duration.ofMillis(expected * 4 / 10 + 200));
            int wanted = end + 1;
            Await.until("boot " + wanted, () -> script.count("create", ID) == wanted);
            expected *= 2;
        }
        awaitPhase(Phase.FAILED);
        assertThat(newest().status().reason()).isEqualTo("crash_loop_backoff");
        assertThat(newest().status().restartCount()).isEqualTo(4);
        assertThat(newest().status().exitCode()).isEqualTo(3);
        timeline.advance(Duration.ofSeconds(299));
        assertThat(script.count("create", ID)).isEqualTo(5);
        timeline.advance(Duration.ofSeconds(2));
        Await.until("tried again", () -> script.count("create", ID) == 6);
    }

    @Test
    void aNewGenerationRearmsAFailedInstance() {
        script.guests(id -> GuestScript.healthy().refusingConfig("no such key"));
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.FAILED);
        assertThat(newest().status().reason()).isEqualTo("driver_start_failed");
        assertThat(newest().status().detail()).isEqualTo("config_invalid");
        timeline.advance(Duration.ofHours(1));
        assertThat(script.count("create", ID)).isEqualTo(1);
        script.guests(id -> GuestScript.healthy());
        instances.desire(Workloads.of(ID).running(2));
        awaitPhase(Phase.STARTING);
    }

    @Test
    void exitsFollowTheRestartPolicy() {
        script.guests(id -> GuestScript.healthy().exitingAfter(Duration.ZERO, 0));
        instances.desire(Workloads.of(ID).restart("on-failure", 3, 2).running(1));
        awaitPhase(Phase.STOPPED);
        assertThat(newest().status().status()).isEqualTo("stopped");
        assertThat(newest().status().exitCode()).isZero();
        assertThat(host.vmCount()).isZero();
    }

    @Test
    void aGuestThatFailsNamesItsReason() {
        script.guests(id -> GuestScript.healthy().failing("prestart_failed", "code_1"));
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().reason()).isEqualTo("prestart_failed");
        assertThat(newest().status().detail()).isEqualTo("code_1");
    }

    @Test
    void aVmmThatDiesIsAnExitWithoutACode() {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        host.crash(ID);
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().reason()).isEqualTo("exited");
        assertThat(newest().status().detail()).isEqualTo("vmm_exited");
        assertThat(newest().status().exitCode()).isNull();
    }

    /** RT21. */
    @Test
    void aGuestThatNeverStartsIsKilledAtItsDeadline() {
        script.guests(id -> GuestScript.healthy().startingAfter(Duration.ofHours(1)));
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.BOOTING);
        Await.until("configured", () -> instances.views().getFirst().phase() == Phase.BOOTING && channelOpen());
        timeline.advance(Duration.ofSeconds(11));
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().detail()).isEqualTo("boot_timeout");
        assertThat(host.vmCount()).isZero();
    }

    @Test
    void driverErrorsAreRetriedWithTheirDetail() {
        script.fail("create", 1, ".*", Kind.TRANSIENT, "api");
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().reason()).isEqualTo("driver_start_failed");
        assertThat(newest().status().detail()).isEqualTo("api");
        timeline.advance(Duration.ofSeconds(3));
        awaitPhase(Phase.STARTING);
    }

    @Test
    void imagesThatCannotBePulledSayWhyAndAreTriedAgainOnlyIfThatCanHelp() {
        images.failure = new ImageException(ImageFailure.NETWORK, "no route");
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().reason()).isEqualTo("image_pull_failed");
        assertThat(newest().status().detail()).isEqualTo("network");
        images.failure = new ImageException(ImageFailure.DIGEST_MISMATCH, "not what was asked for");
        timeline.advance(Duration.ofSeconds(3));
        awaitPhase(Phase.FAILED);
        assertThat(newest().status().detail()).isEqualTo("digest_mismatch");
    }

    @Test
    void aStopIsNotStuckBehindAPull() {
        images.gate = new CountDownLatch(1);
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.PREPARING);
        instances.desire(Workloads.of(ID).desired(2, DesiredState.STOPPED));
        awaitPhase(Phase.STOPPED);
        assertThat(statuses()).containsExactly("booting", "stopped");
        assertThat(script.count("create", ID)).isZero();
    }

    /** RT30. */
    @Test
    void healthMakesReadyWithdrawsAndAtLastRestarts() {
        probeAnswers.put(ID, Optional.of("refused"));
        instances.desire(Workloads.of(ID)
                .health(new WorkloadSpec.Health("tcp", 8080, null, 10, 1, 5, 1, 3))
                .running(1));
        awaitPhase(Phase.STARTING);
        probeAnswers.put(ID, Optional.empty());
        advanceUntil(Duration.ofMillis(500), Phase.READY);
        probeAnswers.put(ID, Optional.of("timeout"));
        advanceUntil(Duration.ofSeconds(10), Phase.UNREADY);
        assertThat(newest().status().status()).isEqualTo("booting");
        assertThat(newest().status().reason()).isEqualTo("healthcheck_failed");
        assertThat(newest().status().detail()).isEqualTo("timeout");
        probeAnswers.put(ID, Optional.empty());
        advanceUntil(Duration.ofSeconds(10), Phase.READY);
        probeAnswers.put(ID, Optional.of("refused"));
        advanceUntil(Duration.ofSeconds(10), Phase.UNREADY);
        // Three times failure times interval and not a step more, or the wait before the next try passes as well.
        timeline.advance(Duration.ofSeconds(90));
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().reason()).isEqualTo("healthcheck_failed");
        probeAnswers.put(ID, Optional.empty());
        timeline.advance(Duration.ofSeconds(5));
        awaitPhase(Phase.READY);
        assertThat(newest().status().restartCount()).isEqualTo(1);
    }

    @Test
    void drainingWithdrawsFirstAndStopsWhenEdgesHadTime() {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        timeline.advance(Duration.ofSeconds(2));
        awaitPhase(Phase.READY);
        instances.desire(Workloads.of(ID).desired(2, DesiredState.DRAINING));
        awaitPhase(Phase.DRAINING);
        timeline.advance(Duration.ofMillis(1900));
        assertThat(host.vmCount()).isEqualTo(1);
        timeline.advance(Duration.ofMillis(200));
        awaitPhase(Phase.STOPPED);
        assertThat(statuses()).containsExactly("booting", "ready", "draining", "stopped");
    }

    @Test
    void aGuestThatIgnoresItsStopIsKilledAfterTheGrace() {
        script.guests(id -> GuestScript.healthy().ignoringStop());
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        instances.desire(Workloads.of(ID).desired(2, DesiredState.STOPPED));
        awaitPhase(Phase.STOPPING);
        timeline.advance(Duration.ofSeconds(6));
        assertThat(host.vmCount()).isEqualTo(1);
        timeline.advance(Duration.ofSeconds(2));
        awaitPhase(Phase.STOPPED);
        assertThat(host.vmCount()).isZero();
    }

    @Test
    void secretsThatServersCannotGiveAreWaitedForWithoutCounting() {
        secretsProblem = Optional.of("servers_unreachable");
        instances.desire(Workloads.of(ID).secrets("secver_1").running(1));
        for (int i = 1; i <= 8; i++) {
            awaitPhase(Phase.BACKOFF);
            assertThat(newest().status().reason()).isEqualTo("secrets_injection_failed");
            int attempts = instanceRestarts();
            timeline.advance(Duration.ofSeconds(5));
            Await.until("another try", () -> instanceRestarts() > attempts);
        }
        awaitPhase(Phase.BACKOFF);
        secretsProblem = Optional.empty();
        timeline.advance(Duration.ofSeconds(5));
        awaitPhase(Phase.STARTING);
        assertThat(new String(host.secretsFile(ID), StandardCharsets.UTF_8)).isEqualTo("file of secver_1");
    }

    @Test
    void whatWaitedForAServerGoesOnWhenAPlanComes() {
        secretsProblem = Optional.of("servers_unreachable");
        instances.desire(Workloads.of(ID).secrets("secver_1").running(1));
        awaitPhase(Phase.BACKOFF);
        secretsProblem = Optional.empty();
        instances.desire(Workloads.of(ID).secrets("secver_1").running(1));
        awaitPhase(Phase.STARTING);
    }

    /** RT10, at every phase: same boot id, no second VM. */
    @Test
    void anotherAgentAdoptsAndTheBootIdStays() throws Exception {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        String boot = instances.views().getFirst().bootId();
        replaceAgent();
        awaitPhase(Phase.STARTING);
        timeline.advance(Duration.ofSeconds(2));
        awaitPhase(Phase.READY);
        replaceAgent();
        awaitPhase(Phase.READY);
        Await.until("channel reopened", this::channelOpen);
        assertThat(instances.views().getFirst().bootId()).isEqualTo(boot);
        assertThat(script.count("create", ID)).isEqualTo(1);
        assertThat(statuses().stream().distinct())
                .as("nothing new over the restarts")
                .containsExactly("booting", "ready");
    }

    /** RT10: an agent that dies while it boots a guest finishes what it began. */
    @Test
    void anAgentThatDiesWhileBootingGoesOnWithTheSameGuest() throws Exception {
        script.guests(id -> GuestScript.healthy().startingAfter(Duration.ofMillis(300)));
        instances.desire(Workloads.of(ID).running(1));
        Await.until("configured", this::channelOpen);
        replaceAgent();
        awaitPhase(Phase.STARTING);
        assertThat(script.count("create", ID)).isEqualTo(1);
    }

    /** RT10. */
    @Test
    void aVmThatDiedWithoutAnAgentIsRestartedByPolicy() throws Exception {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        instances.close();
        host.crash(ID);
        instances = newAgent();
        instances.load();
        awaitPhase(Phase.BACKOFF);
        assertThat(newest().status().detail()).isEqualTo("vmm_exited");
        timeline.advance(Duration.ofSeconds(3));
        awaitPhase(Phase.STARTING);
    }

    /** RT11: a reboot of the host is nobody's failed boot. */
    @Test
    void afterAHostRebootItBootsAtOnce() throws Exception {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        instances.close();
        host.reboot();
        hostBoot = "host-boot-2";
        instances = newAgent();
        instances.load();
        Await.until("booted again", () -> script.count("create", ID) == 2);
        awaitPhase(Phase.STARTING);
        assertThat(newest().status().restartCount()).isLessThanOrEqualTo(1);
    }

    /** RT10. */
    @Test
    void anAgentThatDiesWhileStoppingGoesOnStopping() throws Exception {
        script.guests(id -> GuestScript.healthy().ignoringStop());
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        instances.desire(Workloads.of(ID).desired(2, DesiredState.STOPPED));
        awaitPhase(Phase.STOPPING);
        replaceAgent();
        awaitPhase(Phase.STOPPING);
        timeline.advance(Duration.ofSeconds(8));
        awaitPhase(Phase.STOPPED);
        assertThat(host.vmCount()).isZero();
    }

    /** RT9: a file that cannot be read is unknown, not absent; with a plan that names it the VM is kept. */
    @Test
    void aTornObjectFileCostsNoVm() throws Exception {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        String boot = instances.views().getFirst().bootId();
        instances.close();
        Path file = directory.resolve("objects/" + ID + ".json");
        Files.writeString(file, "{\"desired\":{\"insta");
        instances = newAgent();
        assertThat(instances.load()).containsExactly(ID);
        assertThat(host.vmCount()).isEqualTo(1);
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        assertThat(instances.views().getFirst().bootId()).isEqualTo(boot);
        assertThat(script.count("create", ID)).isEqualTo(1);
    }

    /** RT8. */
    @Test
    void aKnownInstanceNeverChangesItsSpec() {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        WorkloadSpec other = Workloads.of(ID + "x").spec();
        assertThat(instances.desire(new Assignment(ID, 2, DesiredState.RUNNING, 5, other)))
                .isFalse();
        assertThat(instances.views().getFirst().phase()).isEqualTo(Phase.STARTING);
    }

    @Test
    void aChannelThatIsLostIsOpenedAgainAndTheWorkloadRunsOn() throws Exception {
        instances.desire(Workloads.of(ID).running(1));
        awaitPhase(Phase.STARTING);
        Await.until("channel", this::channelOpen);
        // The host's side of a virtio port takes one connection: another one ends the agent's.
        new SimDriver(host).control(ID).close();
        timeline.advance(Duration.ofSeconds(1));
        Await.until("channel again", () -> {
            timeline.advance(Duration.ofSeconds(1));
            return channelOpen();
        });
        assertThat(script.count("create", ID)).isEqualTo(1);
        assertThat(instances.views().getFirst().phase()).isIn(Phase.STARTING, Phase.READY);
    }

    @Test
    void aHundredInstancesComeAndGo() {
        IntStream.range(0, 100)
                .forEach(i -> instances.desire(Workloads.of("inst_" + i).running(1)));
        Await.until(
                "all run",
                () -> instances.views().size() == 100
                        && instances.views().stream().allMatch(view -> view.phase() == Phase.STARTING));
        instances.absentExcept(Set.of());
        Await.until("all gone", () -> {
            timeline.advance(Duration.ofMillis(100));
            return instances.ids().isEmpty();
        });
        assertThat(host.vmCount()).isZero();
        assertThat(directory.resolve("objects")).isEmptyDirectory();
        assertThat(images.pins).isEmpty();
    }

    private boolean channelOpen() {
        return instances.anyChannel(ID).isPresent();
    }

    private int instanceRestarts() {
        return secretTries.get();
    }

    private void replaceAgent() throws Exception {
        instances.close();
        instances = newAgent();
        assertThat(instances.load()).isEmpty();
    }

    private Instances newAgent() {
        SimDriver driver = new SimDriver(host);
        MemoryBudget memory = new MemoryBudget(1L << 40);
        snapshots = new SnapshotStarts(driver, memory);
        NodeServices node = new NodeServices(
                driver,
                new NodeServices.Images() {
                    @Override
                    public RootFilesystem rootfs(String instanceId, WorkloadSpec.Image image)
                            throws InterruptedException {
                        images.pin(instanceId, image.digest());
                        try {
                            return images.rootfs(
                                    new ImageRequest(image.repository(), image.digest(), "linux", "amd64", false),
                                    RegistryCredentials.anonymous());
                        } catch (ImageException e) {
                            throw new BootException(
                                    e.failure().reason(), e.failure().detail(), e);
                        }
                    }

                    @Override
                    public void unpin(String instanceId) {
                        images.unpin(instanceId);
                    }
                },
                new Secrets(),
                new NodeServices.Scratch() {
                    @Override
                    public Path create(String instanceId, long bytes) {
                        return Path.of("/nowhere");
                    }

                    @Override
                    public void delete(String instanceId) {}
                },
                new NodeServices.Network() {
                    @Override
                    public Optional<VmSpec.Nic> attach(
                            String instanceId, WorkloadSpec.Network network, OptionalInt owner) {
                        return Optional.empty();
                    }

                    @Override
                    public void detach(String instanceId) {}
                },
                memory,
                snapshots,
                name -> Path.of("sim"),
                (spec, health, channel) -> {
                    probes.incrementAndGet();
                    return probeAnswers.getOrDefault(spec.instanceId(), Optional.empty());
                },
                new LogStore(directory.resolve("logs"), timeline, (id, line) -> line),
                (report, onAcknowledged) -> {
                    reports.add(report);
                    onAcknowledged.run();
                },
                new InstanceStore(directory.resolve("objects")),
                timeline,
                new Random(1),
                prefix -> prefix + "_" + String.format("%04d", bootIds.incrementAndGet()),
                "node_test",
                hostBoot,
                1);
        return new Instances(node, new Supervisor(timeline, new Random(1)));
    }

    private List<String> statuses() {
        return reports.stream().map(report -> report.status().status()).toList();
    }

    private InstanceReport newest() {
        return reports.getLast();
    }

    private void awaitPhase(Phase phase) {
        Await.until(
                phase + ", reports " + statuses(),
                () -> instances.views().stream().anyMatch(view -> view.phase() == phase));
    }

    /** Steps on when the last step's probe has answered or will not come, so that no phase is stepped over. */
    private void advanceUntil(Duration step, Phase phase) {
        Await.until(phase.toString(), () -> {
            int before = probes.get();
            timeline.advance(step);
            long deadline = System.nanoTime() + 100_000_000;
            while (probes.get() == before && !isIn(phase) && System.nanoTime() < deadline) {
                LockSupport.parkNanos(1_000_000);
            }
            return isIn(phase);
        });
    }

    private boolean isIn(Phase phase) {
        return instances.views().getFirst().phase() == phase;
    }

    private final class Secrets implements NodeServices.Secrets {
        @Override
        public void prepare(String instanceId, String versionId) throws SecretsUnavailableException {
            secretTries.incrementAndGet();
            if (secretsProblem.isPresent()) {
                throw new SecretsUnavailableException(secretsProblem.get());
            }
        }

        @Override
        public void adopted(String instanceId, String versionId) {}

        @Override
        public byte[] read(String instanceId, String versionId) {
            return ("file of " + versionId).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public void release(String instanceId) {}
    }
}
