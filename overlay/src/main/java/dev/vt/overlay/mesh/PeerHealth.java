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
    private static final int DEGRADED = 3;
    private static final int DOWN = 6;
    private static final Duration OLD_HANDSHAKE = Duration.ofMinutes(3);

    static final PeerHealth NEW = new PeerHealth(0, false, Duration.ZERO);

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
        return new PeerHealth(Math.min(misses + 1, DOWN), heard, rtt);
    }

    State state(Optional<Instant> lastHandshake, Instant now) {
        boolean old =
                lastHandshake.map(at -> at.plus(OLD_HANDSHAKE).isBefore(now)).orElse(false);
        if (misses >= DOWN || old) {
            return State.DOWN;
        }
        if (misses >= DEGRADED) {
            return State.DEGRADED;
        }
        return heard ? State.UP : State.UNKNOWN;
    }
}
