package dev.vt.agent.node;

import dev.vt.api.node.Inventory;
import dev.vt.runtime.DriverFacts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** What this node has, read from the host each time. */
final class Inventories {
    private Inventories() {}

    /** @param drivers what their self-tests measured; those that cannot run here are left out */
    static Inventory read(Path dataDir, List<DriverFacts> drivers) {
        List<DriverFacts> usable =
                drivers.stream().filter(facts -> facts.unusableReason() == null).toList();
        return new Inventory(
                Runtime.getRuntime().availableProcessors() * 1000,
                memoryBytes(),
                diskBytes(dataDir),
                System.getProperty("os.arch").equals("aarch64") ? "arm64" : "amd64",
                usable.stream().anyMatch(facts -> facts.accelerator().equals("kvm")),
                usable.stream().map(Inventories::driver).toList());
    }

    private static Inventory.Driver driver(DriverFacts facts) {
        return new Inventory.Driver(
                facts.driver(),
                facts.version(),
                facts.isolation(),
                facts.accelerator(),
                facts.overheadBytes(),
                facts.maxDisks(),
                facts.capabilities());
    }

    static long memoryBytes() {
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemTotal:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no MemTotal"));
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the memory size", e);
        }
    }

    private static long diskBytes(Path dataDir) {
        try {
            return Files.getFileStore(dataDir).getTotalSpace();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read the disk size", e);
        }
    }
}
