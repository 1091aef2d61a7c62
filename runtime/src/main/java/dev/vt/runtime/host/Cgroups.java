package dev.vt.runtime.host;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One control group per VM, outside the agent's own, so that stopping the agent's service stops no VM (RT2) and memory is a
 * hard cap (runtime.md §13). Works on cgroup v2, v1 and the hybrid of both; a controller that is absent or not ours to write
 * is left out and reported by {@link #controllers()}.
 *
 * <p>Stateless apart from the mount table read at construction; any thread may call.
 */
public final class Cgroups {
    private static final Logger log = LoggerFactory.getLogger(Cgroups.class);
    private static final List<String> V1 = List.of("memory", "cpu", "pids", "systemd");

    /** Hierarchy name ({@code v2}, or a v1 controller) to the directory that holds our groups. */
    private final Map<String, Path> parents;

    private Cgroups(Map<String, Path> parents) {
        this.parents = parents;
    }

    /**
     * What a VM may use.
     *
     * @param memoryBytes guest and VMM together
     * @param cpuWeight 1 to 10000, 100 is the default share
     */
    public record Limits(long memoryBytes, int cpuWeight, int pids) {}

    /** @param parent name of the directory that holds all VM groups, for example {@code vt-vms} */
    public static Cgroups detect(String parent) {
        try {
            return fromMounts(Files.readAllLines(Path.of("/proc/self/mounts")), parent);
        } catch (IOException e) {
            throw new HostException("could not read the mount table", e);
        }
    }

    static Cgroups fromMounts(List<String> mounts, String parent) {
        Map<String, Path> found = new LinkedHashMap<>();
        Path unified = null;
        for (String line : mounts) {
            String[] fields = line.split(" ");
            if (fields.length < 4) {
                continue;
            }
            if (fields[2].equals("cgroup2")) {
                unified = Path.of(fields[1]);
            } else if (fields[2].equals("cgroup")) {
                List<String> options = List.of(fields[3].replace("name=", "").split(","));
                V1.stream().filter(options::contains).forEach(name -> found.put(name, Path.of(fields[1])));
            }
        }
        if (unified != null && !found.containsKey("memory")) {
            found.clear();
            found.put("v2", unified);
        }
        Map<String, Path> usable = new LinkedHashMap<>();
        found.forEach((name, mount) -> {
            Path directory = mount.resolve(parent);
            try {
                Files.createDirectories(directory);
                if (name.equals("v2")) {
                    enableControllers(mount);
                    enableControllers(directory);
                }
                usable.put(name, directory);
            } catch (IOException e) {
                log.warn(
                        "control group hierarchy not usable hierarchy={} reason={}",
                        name,
                        e.getClass().getSimpleName());
            }
        });
        return new Cgroups(Map.copyOf(usable));
    }

    /** The hierarchies in use; empty if VMs run without limits. */
    public List<String> controllers() {
        return parents.keySet().stream().sorted().toList();
    }

    /** Makes the group of a VM; the caller writes the VMM's pid into each file returned, before it executes the VMM. */
    public List<Path> create(String vmId, Limits limits) {
        List<Path> procs = new ArrayList<>();
        try {
            for (Map.Entry<String, Path> parent : parents.entrySet()) {
                Path group = parent.getValue().resolve(vmId);
                Files.createDirectories(group);
                for (Map.Entry<String, String> value :
                        values(parent.getKey(), limits).entrySet()) {
                    Path file = group.resolve(value.getKey());
                    if (Files.exists(file)) {
                        Files.writeString(file, value.getValue());
                    }
                }
                procs.add(group.resolve("cgroup.procs"));
            }
            return procs;
        } catch (IOException e) {
            throw new HostException("could not set up a control group", e);
        }
    }

    /** The files and values of one hierarchy, as in the table of runtime.md §13. */
    static Map<String, String> values(String hierarchy, Limits limits) {
        Map<String, String> values = new LinkedHashMap<>();
        switch (hierarchy) {
            case "v2" -> {
                values.put("memory.max", Long.toString(limits.memoryBytes()));
                values.put("memory.swap.max", "0");
                values.put("memory.oom.group", "1");
                values.put("cpu.weight", Integer.toString(limits.cpuWeight()));
                values.put("pids.max", Integer.toString(limits.pids()));
            }
            case "memory" -> {
                values.put("memory.limit_in_bytes", Long.toString(limits.memoryBytes()));
                values.put("memory.memsw.limit_in_bytes", Long.toString(limits.memoryBytes()));
            }
            case "cpu" -> values.put("cpu.shares", Integer.toString(Math.max(2, limits.cpuWeight() * 1024 / 100)));
            case "pids" -> values.put("pids.max", Integer.toString(limits.pids()));
            default -> {
                // The named systemd hierarchy has no limits; being in it is what keeps a service stop away.
            }
        }
        return values;
    }

    /** Removes the group of a VM; its processes must have ended. The kernel needs a moment to let go of the last one. */
    public void remove(String vmId) {
        for (Path parent : parents.values()) {
            Path group = parent.resolve(vmId);
            for (int attempt = 0; ; attempt++) {
                try {
                    Files.deleteIfExists(group);
                    break;
                } catch (DirectoryNotEmptyException e) {
                    throw new HostException("a control group has children", e);
                } catch (FileSystemException e) {
                    if (attempt == 50) {
                        throw new HostException("could not remove a control group", e);
                    }
                    pause();
                } catch (IOException e) {
                    throw new HostException("could not remove a control group", e);
                }
            }
        }
    }

    /** Whether a process of this VM was killed for using more memory than its limit. */
    public boolean outOfMemory(String vmId) {
        Path unified = parents.get("v2");
        Path memory = parents.get("memory");
        Path file = unified != null
                ? unified.resolve(vmId).resolve("memory.events")
                : memory != null ? memory.resolve(vmId).resolve("memory.oom_control") : null;
        if (file == null) {
            return false;
        }
        try {
            return Files.readAllLines(file).stream()
                    .anyMatch(line -> line.startsWith("oom_kill ") && !line.equals("oom_kill 0"));
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new HostException("could not read memory events", e);
        }
    }

    private static void enableControllers(Path directory) throws IOException {
        Path control = directory.resolve("cgroup.subtree_control");
        for (String controller : List.of("memory", "cpu", "pids")) {
            try {
                Files.writeString(control, "+" + controller);
            } catch (IOException e) {
                log.warn("control group controller not available controller={}", controller);
            }
        }
    }

    private static void pause() {
        try {
            Thread.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
