package dev.vt.edge.table;

import dev.vt.api.edge.EdgeTable;
import org.jspecify.annotations.Nullable;

/** Refuses settings by which an edge could not work; servers have checked the ranges they allow. Pure. */
final class SettingsCheck {
    private static final int MOST_SNIFFED = 1 << 14;
    private static final int MOST_FAILURES = 100;
    private static final int DAY = 86_400;

    private SettingsCheck() {}

    /** @throws InvalidTableException naming the first that is wrong */
    static void check(EdgeTable.Settings settings) {
        within("sniff_timeout_ms", settings.sniffTimeoutMs(), 1, DAY);
        within("max_sniff_bytes", settings.maxSniffBytes(), 1, MOST_SNIFFED);
        within("connect_timeout_ms", settings.connectTimeoutMs(), 1, DAY * 1000);
        within("connect_retries", settings.connectRetries(), 0, 100);
        within("connect_within_ms", settings.connectWithinMs(), 1, DAY * 1000);
        within("eject_failures", settings.ejectFailures(), 1, MOST_FAILURES);
        within("eject_for_seconds", settings.ejectForSeconds(), 1, DAY);
        within("eject_max_seconds", settings.ejectMaxSeconds(), 1, DAY);
        within("stale_after_seconds", settings.staleAfterSeconds(), 1, DAY);
        within("tls_idle_seconds", settings.tlsIdleSeconds(), 1, Integer.MAX_VALUE);
        within("half_closed_idle_seconds", settings.halfClosedIdleSeconds(), 1, Integer.MAX_VALUE);
        within("max_connections", settings.maxConnections(), 1, Integer.MAX_VALUE);
        within("max_connections_per_route", settings.maxConnectionsPerRoute(), 1, Integer.MAX_VALUE);
        // The greatest value is how a limiter is told to count nobody; from here it always counts.
        within("max_connections_per_client", settings.maxConnectionsPerClient(), 1, Integer.MAX_VALUE - 1);
        within("new_connections_per_client", settings.newConnectionsPerClient(), 1, Integer.MAX_VALUE - 1);
        within("drain_seconds", settings.drainSeconds(), 0, DAY);
    }

    private static void within(String name, @Nullable Integer value, int min, int max) {
        if (value != null && (value < min || value > max)) {
            throw new InvalidTableException("settings have an invalid " + name);
        }
    }
}
