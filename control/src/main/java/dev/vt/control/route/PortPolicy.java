package dev.vt.control.route;

import java.util.Set;

/** Which ports an edge offers (R5). */
final class PortPolicy {
    /** Ports whose use is mostly abuse: telnet, mail, Windows networking. */
    private static final Set<Integer> DENIED = Set.of(23, 25, 135, 136, 137, 138, 139, 445);

    /** 443 by all TLS routes, 80 by HTTP listeners. */
    private static final Set<Integer> SHARED = Set.of(80, 443);

    private PortPolicy() {}

    static boolean denied(int port) {
        return DENIED.contains(port);
    }

    static boolean shared(int port) {
        return SHARED.contains(port);
    }
}
