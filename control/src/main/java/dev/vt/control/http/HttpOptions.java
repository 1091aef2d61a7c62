package dev.vt.control.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * @param listen port 0 takes a free one
 * @param tls null serves plain HTTP, which {@code ServerMain} allows on loopback only (A1)
 * @param towardsServers trusts the other servers of the cluster, for forwarding; null speaks plain HTTP to them
 * @param streamLife streams end after this (A15)
 * @param drain how long a stop waits for running calls
 * @param patience with slow clients
 */
public record HttpOptions(
        InetSocketAddress listen,
        @Nullable SSLContext tls,
        @Nullable SSLContext towardsServers,
        Duration streamLife,
        Duration drain,
        HttpLimits limits,
        HttpObserver observer,
        Patience patience) {
    public static HttpOptions plain(InetSocketAddress listen) {
        return new HttpOptions(
                listen,
                null,
                null,
                Duration.ofHours(1),
                Duration.ofSeconds(5),
                HttpLimits.DEFAULT,
                HttpObserver.NONE,
                Patience.DEFAULT);
    }

    /** @param servers trusts the other servers of the cluster */
    public HttpOptions withTls(SSLContext context, SSLContext servers) {
        return new HttpOptions(listen, context, servers, streamLife, drain, limits, observer, patience);
    }

    public HttpOptions withLimits(HttpLimits other) {
        return new HttpOptions(listen, tls, towardsServers, streamLife, drain, other, observer, patience);
    }

    public HttpOptions withObserver(HttpObserver other) {
        return new HttpOptions(listen, tls, towardsServers, streamLife, drain, limits, other, patience);
    }

    public HttpOptions withPatience(Patience other) {
        return new HttpOptions(listen, tls, towardsServers, streamLife, drain, limits, observer, other);
    }
}
