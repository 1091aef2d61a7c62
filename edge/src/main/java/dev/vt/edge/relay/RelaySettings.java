package dev.vt.edge.relay;

import java.net.InetAddress;
import java.time.Duration;

/**
 * Bounds and times of an edge; the defaults are those of ingress.md.
 *
 * @param listenAddress what every listener binds
 * @param loops event loops
 * @param sniffTimeout for the whole hello
 * @param maxSniffBytes of the hello on the wire
 * @param connectTimeout for one backend
 * @param connectBudget for all attempts of one connection
 * @param connectAttempts backends tried, the first included
 * @param tlsIdle without a byte on a {@code tls} listener
 * @param halfClosedIdle without a byte after one side has finished
 * @param maxConnections of the edge; accepting pauses above
 * @param maxPerRoute connections of one route
 * @param maxPerClient open connections of one client, an IPv6 /64 or an IPv4 address
 * @param maxNewPerClient new connections of one client in a second
 */
public record RelaySettings(
        InetAddress listenAddress,
        int loops,
        Duration sniffTimeout,
        int maxSniffBytes,
        Duration connectTimeout,
        Duration connectBudget,
        int connectAttempts,
        Duration tlsIdle,
        Duration halfClosedIdle,
        int maxConnections,
        int maxPerRoute,
        int maxPerClient,
        int maxNewPerClient) {
    public static RelaySettings standard(InetAddress listenAddress) {
        return new RelaySettings(
                listenAddress,
                Runtime.getRuntime().availableProcessors(),
                Duration.ofMillis(200),
                8192,
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                3,
                Duration.ofSeconds(3600),
                Duration.ofSeconds(300),
                100_000,
                10_000,
                1_000,
                200);
    }

    /** For benches and tests that come from one address. */
    public RelaySettings withoutClientLimits() {
        return new RelaySettings(
                listenAddress,
                loops,
                sniffTimeout,
                maxSniffBytes,
                connectTimeout,
                connectBudget,
                connectAttempts,
                tlsIdle,
                halfClosedIdle,
                maxConnections,
                maxConnections,
                Integer.MAX_VALUE,
                Integer.MAX_VALUE);
    }
}
