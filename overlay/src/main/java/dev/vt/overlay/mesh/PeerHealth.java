package dev.vt.overlay.mesh;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a peer answers over the overlay (O10). A value.
 *
 * @param misses echoes in a row without an answer
 * @param heard whether it ever answered
 * @param rtt of the last answer
 */
record PeerHealth(int misses, boolean heard, Duration rtt) {
    private static final Duration OLD_HANDSHAKE = Duration.ofMinutes(3);

    static final PeerHealth NEW = new PeerHealth(0, false, Duration.ZERO);

    /** Misses in a row until a peer is degraded, and until it is down. */
    record Limits(int degraded, int down) {}

    /** What people see. */
    enum State {
        UNKNOWN,
        UP,
        DEGRADED,
        DOWN
    }

    PeerHealth answered(Duration after) {
        return new PeerHealth(0, true, after);
    }

    PeerHealth missed() {
        return new PeerHealth(Math.addExact(misses, 1), heard, rtt);
    }

    State state(Limits limits, Optional<Instant> lastHandshake, Instant now) {
        boolean old =
                lastHandshake.map(at -> at.plus(OLD_HANDSHAKE).isBefore(now)).orElse(false);
        if (misses >= limits.down() || old) {
            return State.DOWN;
        }
        if (misses >= limits.degraded()) {
            return State.DEGRADED;
        }
        return heard ? State.UP : State.UNKNOWN;
    }
}
