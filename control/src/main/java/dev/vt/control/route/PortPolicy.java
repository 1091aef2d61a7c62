package dev.vt.control.route;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which ports an edge offers, and to whom (R5). Pure. */
final class PortPolicy {
    /** Ports whose use is mostly abuse: telnet, mail, Windows networking. */
    private static final Set<Integer> DENIED = Set.of(23, 25, 135, 136, 137, 138, 139, 445);

    private static final int HTTP = 80;
    private static final int HTTPS = 443;

    private PortPolicy() {}

    /**
     * Why the route may not listen there; null if it may.
     *
     * @param operators ports that the operator denies besides
     */
    static @Nullable Problem problem(RouteDefinition route, Set<Integer> operators) {
        int port = route.listenPort();
        if (DENIED.contains(port) || operators.contains(port)) {
            return Problem.of(ErrorCode.PORT_DENIED, "port " + port + " is not offered");
        }
        if (port == HTTP) {
            return Problem.of(ErrorCode.PORT_DENIED, "port 80 is shared by all and is for HTTP, which no route has yet")
                    .withHint("choose another listen_port; 443 for TLS");
        }
        if (route.raw() && port == HTTPS) {
            return Problem.of(ErrorCode.PORT_DENIED, "port 443 is shared by all and cannot be a raw port")
                    .withHint("choose another listen_port, or a tls_passthrough route");
        }
        return null;
    }
}
