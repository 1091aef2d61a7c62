package dev.vt.edge.relay;

import dev.vt.api.edge.EdgeTable;
import dev.vt.edge.proxy.AddressBlock;
import dev.vt.edge.table.Ejection;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bounds and times of an edge; the defaults are those of ingress.md.
 *
 * @param listenAddress what every listener binds
 * @param loops event loops
 * @param maxSniffBytes of the hello on the wire
 * @param connectAttempts backends tried, the first included
 * @param staleAfter without a server, then backends are probed (B5)
 * @param drain open connections may last this long when the edge stops (C6)
 * @param trustedProxies whose connections begin with a PROXY header that is believed (X2)
 */
public record RelaySettings(
        InetAddress listenAddress,
        int loops,
        int maxSniffBytes,
        int connectAttempts,
        Times times,
        Limits limits,
        Ejection ejection,
        Duration staleAfter,
        Duration drain,
        List<AddressBlock> trustedProxies) {
    public RelaySettings {
        trustedProxies = List.copyOf(trustedProxies);
    }

    /**
     * How long things may take.
     *
     * @param hello for the whole of it
     * @param connect to one backend
     * @param connectAll for all attempts of one connection
     * @param tlsIdle without a byte on a {@code tls} listener
     * @param halfClosedIdle without a byte after one side has finished
     */
    public record Times(
            Duration hello, Duration connect, Duration connectAll, Duration tlsIdle, Duration halfClosedIdle) {
        public static final Times STANDARD = new Times(
                Duration.ofMillis(200),
                Duration.ofSeconds(2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(3600),
                Duration.ofSeconds(300));
    }

    /**
     * How many connections there may be (F5).
     *
     * @param edge of all routes; accepting pauses above
     * @param route of one route
     * @param client open ones of one client, an IPv6 /64 or an IPv4 address
     * @param clientPerSecond new ones of one client in a second
     */
    public record Limits(int edge, int route, int client, int clientPerSecond) {
        public static final Limits STANDARD = new Limits(100_000, 10_000, 1_000, 200);
    }

    public static RelaySettings standard(InetAddress listenAddress) {
        return new RelaySettings(
                listenAddress,
                Runtime.getRuntime().availableProcessors(),
                8192,
                3,
                Times.STANDARD,
                Limits.STANDARD,
                Ejection.STANDARD,
                Duration.ofSeconds(15),
                Duration.ofSeconds(300),
                List.of());
    }

    /** Where all clients come from one address, as in benches and tests. */
    public RelaySettings withoutClientLimits() {
        return within(new Limits(limits.edge(), limits.edge(), Integer.MAX_VALUE, Integer.MAX_VALUE));
    }

    public RelaySettings within(Limits others) {
        return new RelaySettings(
                listenAddress,
                loops,
                maxSniffBytes,
                connectAttempts,
                times,
                others,
                ejection,
                staleAfter,
                drain,
                trustedProxies);
    }

    public RelaySettings waiting(Times others) {
        return new RelaySettings(
                listenAddress,
                loops,
                maxSniffBytes,
                connectAttempts,
                others,
                limits,
                ejection,
                staleAfter,
                drain,
                trustedProxies);
    }

    public RelaySettings trusting(List<AddressBlock> proxies) {
        return new RelaySettings(
                listenAddress,
                loops,
                maxSniffBytes,
                connectAttempts,
                times,
                limits,
                ejection,
                staleAfter,
                drain,
                proxies);
    }

    /** These, and what the cluster says otherwise. An edge that was told to limit no client goes on limiting none. */
    RelaySettings configured(EdgeTable.@Nullable Settings cluster) {
        if (cluster == null) {
            return this;
        }
        boolean unlimited = limits.client() == Integer.MAX_VALUE;
        return new RelaySettings(
                listenAddress,
                loops,
                or(cluster.maxSniffBytes(), maxSniffBytes),
                or(cluster.connectRetries(), connectAttempts - 1) + 1,
                new Times(
                        millis(cluster.sniffTimeoutMs(), times.hello()),
                        millis(cluster.connectTimeoutMs(), times.connect()),
                        millis(cluster.connectWithinMs(), times.connectAll()),
                        seconds(cluster.tlsIdleSeconds(), times.tlsIdle()),
                        seconds(cluster.halfClosedIdleSeconds(), times.halfClosedIdle())),
                new Limits(
                        or(cluster.maxConnections(), limits.edge()),
                        unlimited ? limits.route() : or(cluster.maxConnectionsPerRoute(), limits.route()),
                        unlimited ? limits.client() : or(cluster.maxConnectionsPerClient(), limits.client()),
                        unlimited
                                ? limits.clientPerSecond()
                                : or(cluster.newConnectionsPerClient(), limits.clientPerSecond())),
                new Ejection(
                        or(cluster.ejectFailures(), ejection.failures()),
                        seconds(cluster.ejectForSeconds(), ejection.first()),
                        seconds(cluster.ejectMaxSeconds(), ejection.longest())),
                seconds(cluster.staleAfterSeconds(), staleAfter),
                seconds(cluster.drainSeconds(), drain),
                trustedProxies);
    }

    private static int or(@Nullable Integer said, int otherwise) {
        return said == null ? otherwise : said;
    }

    private static Duration millis(@Nullable Integer said, Duration otherwise) {
        return said == null ? otherwise : Duration.ofMillis(said);
    }

    private static Duration seconds(@Nullable Integer said, Duration otherwise) {
        return said == null ? otherwise : Duration.ofSeconds(said);
    }

    boolean trusts(InetAddress address) {
        for (AddressBlock block : trustedProxies) {
            if (block.contains(address)) {
                return true;
            }
        }
        return false;
    }
}
