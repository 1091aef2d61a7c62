package dev.vt.overlay.mesh;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * By which underlay address a peer is tried now (O8): the one in use while handshakes are fresh, whoever chose it; otherwise each
 * candidate for 30 s in turn. A value; each look gives the next.
 *
 * @param index of the candidate that is tried
 * @param since when it was first tried
 */
record EndpointChoice(int index, Instant since) {
    /** Keys are agreed on again every 120 s while there is traffic (WireGuard §6.2), and the echo is traffic. */
    static final Duration FRESH = Duration.ofSeconds(135);

    static final Duration PATIENCE = Duration.ofSeconds(30);

    static EndpointChoice first(Instant now) {
        return new EndpointChoice(0, now);
    }

    /** @param candidates of the plan, in order */
    EndpointChoice look(List<InetSocketAddress> candidates, Optional<Instant> lastHandshake, Instant now) {
        boolean fresh = lastHandshake.map(at -> at.plus(FRESH).isAfter(now)).orElse(false);
        if (fresh || candidates.isEmpty()) {
            return new EndpointChoice(index, now);
        }
        if (index >= candidates.size()) {
            return first(now);
        }
        return since.plus(PATIENCE).isAfter(now) ? this : new EndpointChoice((index + 1) % candidates.size(), now);
    }

    /** What to configure; empty: leave the one in use, which may be learned from the peer's packets. */
    Optional<InetSocketAddress> endpoint(
            List<InetSocketAddress> candidates,
            Optional<InetSocketAddress> inUse,
            Optional<Instant> lastHandshake,
            Instant now) {
        boolean fresh = lastHandshake.map(at -> at.plus(FRESH).isAfter(now)).orElse(false);
        if (candidates.isEmpty() || (fresh && inUse.isPresent())) {
            return Optional.empty();
        }
        InetSocketAddress wanted = candidates.get(index % candidates.size());
        return inUse.equals(Optional.of(wanted)) ? Optional.empty() : Optional.of(wanted);
    }
}
