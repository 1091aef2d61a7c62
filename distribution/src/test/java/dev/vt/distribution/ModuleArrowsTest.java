package dev.vt.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Modules use only what ARCHITECTURE.md lets them use; read from the constant pools of the compiled classes. */
class ModuleArrowsTest {
    /** Native code is called by one module only. */
    private static final String FOREIGN = "java.lang.foreign";

    private static final Map<String, Set<String>> MAY_USE = Map.ofEntries(
            Map.entry("kernel", Set.of()),
            Map.entry("api", Set.of("kernel")),
            Map.entry("manifest", Set.of("kernel")),
            Map.entry("eventlog", Set.of("kernel")),
            Map.entry("eventlog-raft", Set.of("kernel", "eventlog")),
            Map.entry("scheduler", Set.of("kernel")),
            Map.entry("images", Set.of("kernel")),
            Map.entry("runtime", Set.of("kernel", "api")),
            Map.entry("agent", Set.of("kernel", "api", "images", "runtime")),
            Map.entry("native", Set.of()),
            Map.entry("edge", Set.of("kernel", "api", "native")),
            Map.entry(
                    "control", Set.of("kernel", "api", "manifest", "eventlog", "eventlog-raft", "scheduler", "images")),
            Map.entry("cli", Set.of("kernel", "manifest")),
            Map.entry("simulation", Set.of("kernel")));

    @Test
    void arrowsPointOneWay() throws IOException {
        Path root = Path.of(System.getProperty("vt.root"));
        List<String> wrong = new ArrayList<>();
        int classes = 0;
        for (Map.Entry<String, Set<String>> module : MAY_USE.entrySet()) {
            Path directory = root.resolve(module.getKey()).resolve("target/classes");
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file :
                        files.filter(path -> path.toString().endsWith(".class")).toList()) {
                    classes++;
                    for (String used : modulesUsedBy(file)) {
                        boolean foreign =
                                used.equals(FOREIGN) && module.getKey().equals("native");
                        if (!foreign
                                && !used.equals(module.getKey())
                                && !module.getValue().contains(used)) {
                            wrong.add(directory.relativize(file) + " uses " + used);
                        }
                    }
                }
            }
        }
        assertThat(classes).as("classes looked at").isGreaterThan(100);
        assertThat(wrong).isEmpty();
    }

    /** {@code native} is no name for a package. */
    private static String moduleOf(String packageName) {
        return packageName.equals("os") ? "native" : packageName;
    }

    private static Set<String> modulesUsedBy(Path file) throws IOException {
        Set<String> used = new java.util.TreeSet<>();
        for (PoolEntry entry : ClassFile.of().parse(file).constantPool()) {
            if (entry instanceof ClassEntry type && type.asInternalName().startsWith("dev/vt/")) {
                used.add(moduleOf(type.asInternalName().split("/")[2]));
            }
            if (entry instanceof ClassEntry type && type.asInternalName().startsWith("java/lang/foreign/")) {
                used.add(FOREIGN);
            }
        }
        return used;
    }
}
