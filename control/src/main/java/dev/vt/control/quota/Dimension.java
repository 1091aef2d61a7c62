package dev.vt.control.quota;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** What is counted per org (scheduler.md §8); the lower-case name is what clients and events say. */
public enum Dimension {
    MAX_APPS,
    MAX_ENVS,
    MAX_INSTANCES,
    MAX_TOTAL_MEMORY_BYTES,
    MAX_TOTAL_CPU_MILLIS,
    MAX_ROUTES,
    MAX_HOSTNAMES,
    MAX_PUBLIC_PORTS,
    MAX_IPV4_ALLOCATIONS,
    MAX_VOLUMES,
    MAX_TOTAL_VOLUME_BYTES,
    MAX_VOLUME_ATTACHMENTS,
    MAX_SNAPSHOTS_PER_VOLUME,
    MAX_BACKUP_BYTES,
    MAX_RESTORE_JOBS,
    MAX_LOG_STREAMS,
    MAX_EXEC_SESSIONS,
    MAX_EXEC_SESSIONS_PER_HOUR,
    MAX_SITES;

    /** For example {@code max_apps}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Dimension> of(String text) {
        return Stream.of(values()).filter(one -> one.text().equals(text)).findFirst();
    }
}
