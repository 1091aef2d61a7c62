package dev.vt.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.vt.runtime.VmDriverException.Kind;
import dev.vt.runtime.VmSpec.Disk;
import dev.vt.runtime.VmState.Phase;
import dev.vt.runtime.channel.ChannelException;
import dev.vt.runtime.channel.GuestChannel;
import dev.vt.runtime.channel.GuestEvents;
import dev.vt.runtime.channel.GuestStatus;
import dev.vt.runtime.channel.LogRecord;
import dev.vt.runtime.channel.RestoredIdentity;
import dev.vt.runtime.channel.SecretsUnavailableException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every driver promises (runtime.md §5), each test between leak checks. A subclass says how to make the driver and how
 * to look for what it left behind.
 */
public abstract class VmDriverContract {
    private static final AtomicInteger IDS = new AtomicInteger();
    private static final Duration BOOT = Duration.ofSeconds(60);

    private VmDriver driver;
    private String id;

    /** A driver over the same host as the one before: VMs that run are there to be adopted. */
    protected abstract VmDriver newDriver() throws Exception;

    protected abstract Path bundle();

    /** Names of processes, files, mounts and groups that belong to VMs; empty when none is left. */
    protected abstract List<String> leftovers() throws Exception;

    @BeforeEach
    void openDriver() throws Exception {
        assertThat(leftovers()).isEmpty();
        driver = newDriver();
        id = "inst_contract" + IDS.incrementAndGet();
    }

    @AfterEach
    void destroyAll() throws Exception {
        driver.list().forEach(vm -> driver.destroy(vm.id()));
        driver.close();
        assertThat(leftovers()).isEmpty();
    }

    @Test
    void runsNoGuestCodeBeforeStart() throws Exception {
        driver.create(spec(id, "boot_1"));
        assertThat(driver.state(id).phase()).isEqualTo(Phase.CREATED);
        assertThat(driver.state(id).bootId()).isEqualTo("boot_1");
        assertThatThrownBy(() -> hello("boot_1", Duration.ofMillis(300))).isInstanceOf(ChannelException.class);
    }

    @Test
    void createsTheSameSpecTwiceAsOneVm() {
        driver.create(spec(id, "boot_1"));
        driver.create(spec(id, "boot_1"));
        assertThat(driver.list()).hasSize(1);
    }

    @Test
    void refusesAnotherSpecForTheSameId() {
        driver.create(spec(id, "boot_1"));
        assertThatThrownBy(() -> driver.create(spec(id, "boot_2")))
                .isInstanceOfSatisfying(
                        VmDriverException.class, e -> assertThat(e.kind()).isEqualTo(Kind.PERMANENT));
        assertThat(driver.state(id).bootId()).isEqualTo("boot_1");
    }

    @Test
    void startsAGuestThatSaysHello() throws Exception {
        driver.create(spec(id, "boot_1"));
        driver.start(id);
        driver.start(id);
        try (GuestChannel channel = hello("boot_1", BOOT)) {
            assertThat(channel.hello().instanceId()).isEqualTo(id);
            assertThat(channel.hello().bootId()).isEqualTo("boot_1");
        }
        assertThat(driver.state(id).phase()).isEqualTo(Phase.RUNNING);
    }

    @Test
    void killEndsAVmWithinTwoSecondsInAnyPhase() throws Exception {
        driver.create(spec(id, "boot_1"));
        assertKilledQuickly();
        driver.destroy(id);

        driver.create(spec(id, "boot_2"));
        driver.start(id);
        assertKilledQuickly();
        driver.destroy(id);

        driver.create(spec(id, "boot_3"));
        driver.start(id);
        driver.pause(id);
        assertKilledQuickly();
        assertKilledQuickly();
        assertThatThrownBy(() -> driver.start(id)).isInstanceOf(VmDriverException.class);
    }

    @Test
    void pausesAndResumes() throws Exception {
        driver.create(spec(id, "boot_1"));
        driver.start(id);
        driver.pause(id);
        driver.pause(id);
        assertThat(driver.state(id).phase()).isEqualTo(Phase.PAUSED);
        assertThatThrownBy(() -> hello("boot_1", Duration.ofMillis(300))).isInstanceOf(ChannelException.class);
        driver.resume(id);
        driver.resume(id);
        assertThat(driver.state(id).phase()).isEqualTo(Phase.RUNNING);
        hello("boot_1", BOOT).close();
    }

    @Test
    void refusesToPauseWhatDoesNotRun() {
        assertThatThrownBy(() -> driver.pause(id)).isInstanceOf(VmDriverException.class);
        driver.create(spec(id, "boot_1"));
        assertThatThrownBy(() -> driver.pause(id)).isInstanceOf(VmDriverException.class);
    }

    @Test
    void destroyIsFineWithNothingThere() {
        driver.destroy(id);
        driver.create(spec(id, "boot_1"));
        driver.destroy(id);
        driver.destroy(id);
        assertThat(driver.state(id).phase()).isEqualTo(Phase.ABSENT);
        assertThat(driver.list()).isEmpty();
    }

    @Test
    void vmsOutliveTheDriverAndAreAdoptedWithTheirLabels() throws Exception {
        driver.create(spec(id, "boot_1"));
        driver.start(id);
        hello("boot_1", BOOT).close();
        driver.close();

        driver = newDriver();
        assertThat(driver.adopt()).containsExactly(new VmState(id, Phase.RUNNING, "boot_1", Map.of("app", "demo")));
        hello("boot_1", BOOT).close();
        assertThat(driver.adopt()).hasSize(1);
    }

    @Test
    void adoptsAVmThatWasKilledMeanwhileAsStopped() throws Exception {
        driver.create(spec(id, "boot_1"));
        driver.start(id);
        VmDriver second = newDriver();
        second.adopt();
        driver.close();
        second.kill(id);
        second.close();

        driver = newDriver();
        assertThat(driver.adopt()).containsExactly(new VmState(id, Phase.STOPPED, "boot_1", Map.of("app", "demo")));
        assertThat(driver.awaitExit(id, Duration.ofMillis(1))).isTrue();
    }

    @Test
    void awaitExitTellsARunningVmFromAnEndedOne() throws Exception {
        driver.create(spec(id, "boot_1"));
        driver.start(id);
        assertThat(driver.awaitExit(id, Duration.ofMillis(20))).isFalse();
        driver.kill(id);
        assertThat(driver.awaitExit(id, Duration.ofSeconds(2))).isTrue();
        assertThat(driver.state(id).phase()).isEqualTo(Phase.STOPPED);
    }

    @Test
    void reportsUseAndConsoleWithoutBlocking() throws Exception {
        driver.create(spec(id, "boot_1"));
        driver.start(id);
        hello("boot_1", BOOT).close();
        VmStats stats = driver.stats(id);
        assertThat(stats.cpuMicros()).isNotNegative();
        assertThat(stats.residentBytes()).isNotNegative();
        assertThat(driver.console(id)).hasSizeLessThanOrEqualTo(256 << 10);
        driver.kill(id);
        assertThat(driver.console(id)).hasSizeLessThanOrEqualTo(256 << 10);
        assertThat(driver.outOfMemory(id)).isFalse();
    }

    /** RT36: what is restored speaks under its template's names until it has its own, and then only under those. */
    @Test
    void startsFromTheBaseSnapshotOfItsShape() throws Exception {
        BaseSnapshot snapshot = takeSnapshot();
        driver.restore(snapshot, spec(id, "boot_1"));
        assertThat(driver.state(id)).isEqualTo(new VmState(id, Phase.PAUSED, "boot_1", Map.of("app", "demo")));
        assertThatThrownBy(() -> hello("boot_1", Duration.ofMillis(300))).isInstanceOf(ChannelException.class);
        driver.resume(id);
        RestoredIdentity identity = new RestoredIdentity(id, "boot_1", Optional.empty());
        GuestChannel.openRestored(driver.control(id), snapshot, identity, 1, BOOT, new Deaf())
                .close();
        try (GuestChannel again = hello("boot_1", BOOT)) {
            assertThat(again.hello().template()).isFalse();
        }
        assertThat(driver.selfTest().capabilities()).contains("base_snapshot");
    }

    @Test
    void oneBaseSnapshotStartsManyAndTheyOutliveTheDriver() throws Exception {
        BaseSnapshot snapshot = takeSnapshot();
        String other = id + "b";
        for (String vm : List.of(id, other)) {
            driver.restore(snapshot, spec(vm, "boot_" + vm));
            driver.resume(vm);
            RestoredIdentity identity = new RestoredIdentity(vm, "boot_" + vm, Optional.empty());
            GuestChannel.openRestored(driver.control(vm), snapshot, identity, 1, BOOT, new Deaf())
                    .close();
        }
        driver.close();
        driver = newDriver();
        assertThat(driver.adopt())
                .extracting(VmState::id, VmState::phase)
                .containsExactlyInAnyOrder(tuple(id, Phase.RUNNING), tuple(other, Phase.RUNNING));
        hello("boot_" + id, BOOT).close();
        assertThat(driver.baseSnapshot(spec(id, "boot_3"))).contains(snapshot);
    }

    @Test
    void anotherShapeHasNoBaseSnapshot() throws Exception {
        takeSnapshot();
        VmSpec spec = spec(id, "boot_1");
        VmSpec larger = new VmSpec(
                id, "boot_1", bundle(), 1, spec.memoryBytes() + (64L << 20), 100, disks(), List.of(), Map.of());
        assertThat(driver.baseSnapshot(larger)).isEmpty();
        assertThat(driver.list()).isEmpty();
    }

    /** RT37: what cannot be restored leaves nothing in the way of a boot. */
    @Test
    void aSnapshotThatIsGoneLeavesNothingBehind() throws Exception {
        BaseSnapshot snapshot = takeSnapshot();
        driver.discard(snapshot);
        driver.discard(snapshot);
        assertThat(driver.baseSnapshot(spec(id, "boot_1"))).isEmpty();
        assertThatThrownBy(() -> driver.restore(snapshot, spec(id, "boot_1")))
                .isInstanceOfSatisfying(VmDriverException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.TRANSIENT);
                    assertThat(e.detail()).isEqualTo("snapshot");
                });
        assertThat(driver.state(id).phase()).isEqualTo(Phase.ABSENT);
        driver.create(spec(id, "boot_1"));
        assertThat(driver.state(id).phase()).isEqualTo(Phase.CREATED);
    }

    private BaseSnapshot takeSnapshot() throws InterruptedException {
        VmSpec shape = spec(id, "boot_1");
        driver.takeBaseSnapshot(shape);
        assertThat(driver.list()).isEmpty();
        return driver.baseSnapshot(shape).orElseThrow();
    }

    @Test
    void selfTestPublishesWhatRunsHere() {
        DriverFacts facts = driver.selfTest();
        assertThat(facts.driver()).isEqualTo(driver.name());
        assertThat(facts.unusableReason()).isNull();
        assertThat(facts.maxDisks()).isPositive();
        assertThat(driver.list()).isEmpty();
    }

    protected VmSpec spec(String vmId, String bootId) {
        return new VmSpec(vmId, bootId, bundle(), 1, 128L << 20, 100, disks(), List.of(), Map.of("app", "demo"));
    }

    protected List<Disk> disks() {
        return List.of();
    }

    private void assertKilledQuickly() throws InterruptedException {
        long begin = System.nanoTime();
        driver.kill(id);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(3));
        assertThat(driver.state(id).phase()).isEqualTo(Phase.STOPPED);
        assertThat(driver.awaitExit(id, Duration.ofMillis(1))).isTrue();
    }

    private GuestChannel hello(String bootId, Duration deadline) throws Exception {
        return GuestChannel.open(driver.control(id), id, bootId, 1, deadline, new Deaf());
    }

    private static final class Deaf implements GuestEvents {
        @Override
        public void status(GuestStatus status) {}

        @Override
        public long logStoredUpTo() {
            return 0;
        }

        @Override
        public void log(List<LogRecord> records) {}

        @Override
        public byte[] secrets() throws SecretsUnavailableException {
            throw new SecretsUnavailableException("servers_unreachable");
        }

        @Override
        public void lost(ChannelException cause) {}
    }
}
