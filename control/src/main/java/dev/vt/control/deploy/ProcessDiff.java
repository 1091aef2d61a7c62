package dev.vt.control.deploy;

import dev.vt.manifest.ProcessSpec;
import dev.vt.manifest.ProcessSpec.Resources;
import dev.vt.manifest.Sizes;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What differs between two forms of a process type, in words; names of variables, never their values. */
final class ProcessDiff {
    private ProcessDiff() {}

    static String of(ProcessSpec from, ProcessSpec to) {
        List<String> parts = new ArrayList<>();
        resources(from.resources(), to.resources(), parts);
        named(parts, "command", from.command(), to.command());
        named(parts, "workdir", from.workdir(), to.workdir());
        named(parts, "user", from.user(), to.user());
        named(parts, "prestart", from.prestart(), to.prestart());
        variables(from.vars(), to.vars(), parts);
        named(parts, "ports", from.ports(), to.ports());
        named(parts, "health", from.health(), to.health());
        named(parts, "restart", from.restart(), to.restart());
        named(parts, "stop", from.stop(), to.stop());
        named(parts, "secrets", from.secretsRequired(), to.secretsRequired());
        named(parts, "scaling", from.scaling(), to.scaling());
        named(parts, "placement", from.placement(), to.placement());
        named(parts, "rollout", from.deploy(), to.deploy());
        return String.join(", ", parts);
    }

    /** {@code 256Mi, 0.5 cpu}. */
    static String size(Resources resources) {
        return Sizes.text(resources.memoryBytes()) + ", " + cpu(resources) + " cpu";
    }

    private static void resources(Resources from, Resources to, List<String> parts) {
        if (from.memoryBytes() != to.memoryBytes()) {
            parts.add("memory " + Sizes.text(from.memoryBytes()) + " -> " + Sizes.text(to.memoryBytes()));
        }
        if (from.cpuMillis() != to.cpuMillis()) {
            parts.add("cpu " + cpu(from) + " -> " + cpu(to));
        }
        if (from.diskBytes() != to.diskBytes()) {
            parts.add("disk " + Sizes.text(from.diskBytes()) + " -> " + Sizes.text(to.diskBytes()));
        }
    }

    private static String cpu(Resources resources) {
        BigDecimal cpu = BigDecimal.valueOf(resources.cpuMillis(), 3).stripTrailingZeros();
        return cpu.toPlainString();
    }

    private static void variables(SortedMap<String, String> from, SortedMap<String, String> to, List<String> parts) {
        List<String> names = new ArrayList<>();
        TreeSet<String> all = new TreeSet<>(from.keySet());
        all.addAll(to.keySet());
        for (String name : all) {
            if (!from.containsKey(name)) {
                names.add("+" + name);
            } else if (!to.containsKey(name)) {
                names.add("-" + name);
            } else if (!from.get(name).equals(to.get(name))) {
                names.add("~" + name);
            }
        }
        if (!names.isEmpty()) {
            parts.add("vars " + String.join(" ", names));
        }
    }

    private static void named(List<String> parts, String name, @Nullable Object from, @Nullable Object to) {
        if (!Objects.equals(from, to)) {
            parts.add(name);
        }
    }
}
