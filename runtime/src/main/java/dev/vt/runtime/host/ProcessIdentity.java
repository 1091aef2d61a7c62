package dev.vt.runtime.host;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A process that can be told from another with the same number: pid, start time and host boot (RT10).
 *
 * @param pid process id, seen from this process's pid namespace
 * @param startTicks field 22 of {@code /proc/<pid>/stat}: clock ticks from host boot to process start
 * @param hostBootId {@code /proc/sys/kernel/random/boot_id}
 */
@JsonNaming(SnakeCaseStrategy.class)
public record ProcessIdentity(long pid, long startTicks, String hostBootId) {
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");

    /** The id of this boot of the host. */
    public static String currentHostBoot() {
        try {
            return Files.readString(BOOT_ID).strip();
        } catch (IOException e) {
            throw new HostException("could not read the host's boot id", e);
        }
    }

    /** The process that has this number now; empty if there is none or it is a zombie. */
    public static Optional<ProcessIdentity> of(long pid) {
        return stat(pid).map(line -> parse(line, currentHostBoot()));
    }

    /** @param statLine a line of {@code /proc/<pid>/stat}; its second field may hold spaces and parentheses */
    public static ProcessIdentity parse(String statLine, String hostBootId) {
        String[] fields = fields(statLine);
        return new ProcessIdentity(
                Long.parseLong(statLine.substring(0, statLine.indexOf(' '))), Long.parseLong(fields[19]), hostBootId);
    }

    /** Whether exactly this process runs now; a zombie does not. */
    @JsonIgnore
    public boolean isAlive() {
        return stat(pid)
                .filter(line -> !isZombie(line))
                .map(line -> Long.parseLong(fields(line)[19]) == startTicks)
                .filter(same -> same)
                .map(same -> hostBootId.equals(currentHostBoot()))
                .orElse(false);
    }

    /** Sends SIGKILL, if it still is this process. */
    public void kill() {
        if (isAlive()) {
            ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** User and system CPU time so far, in microseconds; 0 if it has ended. A tick is 10 ms on every Linux we run on. */
    public long cpuMicros() {
        return stat(pid)
                .map(ProcessIdentity::fields)
                .map(fields -> (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10_000)
                .orElse(0L);
    }

    /** Resident memory in bytes; 0 if it has ended. */
    public long residentBytes() {
        return stat(pid)
                .map(ProcessIdentity::fields)
                .map(fields -> Long.parseLong(fields[21]) * 4096)
                .orElse(0L);
    }

    private static Optional<String> stat(long pid) {
        try {
            return Optional.of(
                    Files.readString(Path.of("/proc", Long.toString(pid), "stat"), StandardCharsets.ISO_8859_1)
                            .strip());
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            // The kernel answers ESRCH when the process ends between open and read.
            return Optional.empty();
        }
    }

    /** Fields from the third on: index 0 is the state letter. */
    private static String[] fields(String statLine) {
        return statLine.substring(statLine.lastIndexOf(')') + 2).split(" ");
    }

    private static boolean isZombie(String statLine) {
        String state = fields(statLine)[0];
        return state.equals("Z") || state.equals("X");
    }
}
