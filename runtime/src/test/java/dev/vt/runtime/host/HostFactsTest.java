package dev.vt.runtime.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class HostFactsTest {
    /** runtime.md §13, both columns. */
    @Test
    void limitsBecomeTheFilesOfEachHierarchy() {
        Cgroups.Limits limits = new Cgroups.Limits(256L << 20, 50, 512);
        assertThat(Cgroups.values("v2", limits))
                .isEqualTo(Map.of(
                        "memory.max", "268435456",
                        "memory.swap.max", "0",
                        "memory.oom.group", "1",
                        "cpu.weight", "50",
                        "pids.max", "512"));
        assertThat(Cgroups.values("memory", limits))
                .isEqualTo(Map.of("memory.limit_in_bytes", "268435456", "memory.memsw.limit_in_bytes", "268435456"));
        assertThat(Cgroups.values("cpu", limits)).isEqualTo(Map.of("cpu.shares", "512"));
        assertThat(Cgroups.values("cpu", new Cgroups.Limits(1, 0, 1))).isEqualTo(Map.of("cpu.shares", "2"));
        assertThat(Cgroups.values("pids", limits)).isEqualTo(Map.of("pids.max", "512"));
        assertThat(Cgroups.values("systemd", limits)).isEmpty();
    }

    @Test
    void hierarchiesThatAreNotMountedAreLeftOut() {
        assertThat(Cgroups.fromMounts(List.of("proc /proc proc rw 0 0", "broken"), "vt-test")
                        .controllers())
                .isEmpty();
    }

    @Test
    void theKernelsOwnCalibrationOfTheTscWins() {
        String log = """
                [    0.0] tsc: Detected 2600.000 MHz processor
                [    1.3] tsc: Refined TSC clocksource calibration: 2599.981 MHz
                """;
        assertThat(TscFrequency.fromKernelLog(log)).isEqualTo(OptionalLong.of(2_599_981));
        assertThat(TscFrequency.fromKernelLog("nothing")).isEmpty();
        assertThat(TscFrequency.fromCpuInfo("model name\t: Intel(R) Xeon(R) CPU @ 2.30GHz\ncpu MHz\t\t: 3100.123\n"))
                .isEqualTo(OptionalLong.of(2_300_000));
        assertThat(TscFrequency.fromCpuInfo("model name\t: Intel(R) Xeon(R) Processor\ncpu MHz\t\t: 2600.000\n"))
                .isEqualTo(OptionalLong.of(2_600_000));
    }

    @Test
    void aProcessIsKnownByMoreThanItsNumber() {
        long pid = ProcessHandle.current().pid();
        ProcessIdentity self = ProcessIdentity.of(pid).orElseThrow();
        assertThat(self.isAlive()).isTrue();
        assertThat(self.residentBytes()).isPositive();
        assertThat(new ProcessIdentity(pid, self.startTicks() + 1, self.hostBootId()).isAlive())
                .isFalse();
        assertThat(new ProcessIdentity(pid, self.startTicks(), "another boot").isAlive())
                .isFalse();
        assertThat(ProcessIdentity.of(Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void aProcessNameMayHoldAnything() {
        String line = "42 (a) b (c)) S 1 42 42 0 -1 0 0 0 0 0 7 3 0 0 20 0 1 0 12345 0 99 0";
        assertThat(ProcessIdentity.parse(line, "boot")).isEqualTo(new ProcessIdentity(42, 12345, "boot"));
        assertThat(Path.of("/proc/self/stat")).exists();
    }
}
