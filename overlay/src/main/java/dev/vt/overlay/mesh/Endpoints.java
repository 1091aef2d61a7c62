package dev.vt.overlay.mesh;

import java.net.InetAddress;
import java.net.InetSocketAddress;

/** Underlay addresses as plans write them. */
final class Endpoints {
    private Endpoints() {}

    /**
     * @param text {@code [v6]:port} or {@code v4:port}; names are not resolved
     * @throws IllegalArgumentException if it is neither
     */
    static InetSocketAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("not an endpoint: " + text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        return new InetSocketAddress(InetAddress.ofLiteral(host), Integer.parseInt(text.substring(colon + 1)));
    }
}
