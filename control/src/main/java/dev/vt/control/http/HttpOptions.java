package dev.vt.control.http;

import java.net.InetSocketAddress;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * @param listen port 0 takes a free one
 * @param tls null serves plain HTTP, which {@code ServerMain} allows on loopback only (A1)
 * @param streamLife streams end after this (A15)
 * @param drain how long a stop waits for running calls
 */
public record HttpOptions(
        InetSocketAddress listen, @Nullable SSLContext tls, Duration streamLife, Duration drain, HttpLimits limits) {
    public static HttpOptions plain(InetSocketAddress listen) {
        return new HttpOptions(listen, null, Duration.ofHours(1), Duration.ofSeconds(5), HttpLimits.DEFAULT);
    }

    public HttpOptions withTls(SSLContext context) {
        return new HttpOptions(listen, context, streamLife, drain, limits);
    }

    public HttpOptions withLimits(HttpLimits other) {
        return new HttpOptions(listen, tls, streamLife, drain, other);
    }
}
