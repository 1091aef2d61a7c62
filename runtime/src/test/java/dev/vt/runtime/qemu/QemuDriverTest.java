package dev.vt.runtime.qemu;

import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmDriverContract;
import dev.vt.runtime.testing.KernelBundles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/** The contract with real guests: needs root, QEMU and a kernel bundle ({@code guest/bundle.sh}). */
@Tag("slow")
class QemuDriverTest extends VmDriverContract {
    private static final Path BUNDLE = KernelBundles.find();
    private static final String CGROUPS = "vt-test-" + ProcessHandle.current().pid();

    /** Shared by all tests, so that the self-test runs once. */
    @TempDir
    static Path directory;

    @Override
    protected VmDriver newDriver() {
        QemuConfig defaults = QemuConfig.of(directory.resolve("state"), directory.resolve("run"), BUNDLE, true);
        return new QemuDriver(new QemuConfig(
                defaults.stateDir(),
                defaults.templateDir(),
                defaults.runDir(),
                defaults.bundle(),
                defaults.allowEmulation(),
                defaults.firstUid(),
                CGROUPS,
                defaults.binary()));
    }

    @Override
    protected Path bundle() {
        return BUNDLE;
    }

    @Override
    protected List<String> leftovers() throws IOException {
        List<String> found = new ArrayList<>();
        for (String child : List.of("state", "run")) {
            Path parent = directory.resolve(child);
            if (Files.isDirectory(parent)) {
                try (Stream<Path> entries = Files.list(parent)) {
                    entries.filter(entry -> Files.isDirectory(entry))
                            .map(Path::toString)
                            .forEach(found::add);
                }
            }
        }
        ProcessHandle.allProcesses()
                .filter(process -> process.info().commandLine().orElse("").contains("vt-inst_contract"))
                .forEach(process -> found.add("process " + process.pid()));
        for (String hierarchy : List.of("memory", "cpu", "pids", "systemd", ".")) {
            Path groups = Path.of("/sys/fs/cgroup", hierarchy, CGROUPS);
            if (Files.isDirectory(groups)) {
                try (Stream<Path> entries = Files.list(groups)) {
                    entries.filter(entry -> Files.isDirectory(entry))
                            .map(Path::toString)
                            .forEach(found::add);
                }
            }
        }
        return found;
    }
}
