package dev.vt.edge.plane;

/**
 * Where a server's gRPC port is.
 *
 * @param host name or address, IPv6 without brackets
 */
public record ServerAddress(String host, int port) {
    /** @throws IllegalArgumentException if the text is not {@code host:port} or {@code [address]:port} */
    public static ServerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String digits = text.substring(colon + 1);
        if (colon <= 0 || !digits.matches("[0-9]{1,5}")) {
            throw new IllegalArgumentException("not HOST:PORT");
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > 65535 || host.isEmpty()) {
            throw new IllegalArgumentException("not HOST:PORT");
        }
        return new ServerAddress(host, port);
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
