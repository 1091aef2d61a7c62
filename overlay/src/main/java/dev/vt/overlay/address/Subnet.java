package dev.vt.overlay.address;

/**
 * {@code S}, the first /64 of the cluster's prefix, and its division by the fifth group (network.md A2).
 *
 * @param prefix a /64
 */
public record Subnet(Ipv6Prefix prefix) {
    private static final Ipv6Prefix UNIQUE_LOCAL = Ipv6Prefix.parse("fc00::/7");
    private static final int FIFTH = 4;
    private static final int EIGHTH = 7;
    private static final int RESOLVER = 0x53;
    private static final int FIRST_BLOCK = 0x100;
    private static final int LAST_BLOCK = 0xfdff;

    public Subnet {
        if (prefix.length() != 64) {
            throw new IllegalArgumentException("not a /64: " + prefix);
        }
    }

    public static Subnet parse(String text) {
        return new Subnet(Ipv6Prefix.parse(text));
    }

    /** The one that an address is in. */
    public static Subnet of(Ipv6Prefix address) {
        return new Subnet(address.truncated(64));
    }

    /** @param prefix the cluster's: /48, /56 or /64 (A1) */
    public static Subnet ofCluster(String prefix) {
        return of(Ipv6Prefix.parse(prefix));
    }

    /** Whether it is a unique local prefix (RFC 4193), which the outside does not route. */
    public boolean isLocal() {
        return UNIQUE_LOCAL.contains(prefix);
    }

    /** {@code S:0::/80}: the nodes' own addresses. */
    public Ipv6Prefix nodes() {
        return prefix.withGroup(FIFTH, 0, 80);
    }

    /** {@code S:1::/80}: services, the same on every node. */
    public Ipv6Prefix services() {
        return prefix.withGroup(FIFTH, 1, 80);
    }

    /** {@code S:1::53}: answers names, on every node's loopback. */
    public String resolver() {
        return services().withGroup(EIGHTH, RESOLVER, 128).address();
    }

    /** Whether an address can be an instance's: it is in some node's block. */
    public boolean isInstance(Ipv6Prefix address) {
        if (!prefix.contains(address)) {
            return false;
        }
        for (int group = FIRST_BLOCK; group <= LAST_BLOCK; group += FIRST_BLOCK) {
            if (prefix.withGroup(FIFTH, group, 72).contains(address)) {
                return true;
            }
        }
        return false;
    }
}
