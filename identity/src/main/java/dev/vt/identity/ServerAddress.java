package dev.vt.identity;

/**
 * Where a server's gRPC port is.
 *
 * @param host name or address, IPv6 without brackets
 */
public record ServerAddress(String host, int port) {
    /** @throws IllegalArgumentException if the text is not {@code host:port} or {@code [address]:port} */
    public static ServerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("not HOST:PORT: " + text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        }
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port < 1 || port > 65535 || host.isEmpty()) {
                throw new IllegalArgumentException("not HOST:PORT: " + text);
            }
            return new ServerAddress(host, port);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not HOST:PORT: " + text, e);
        }
    }

    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
