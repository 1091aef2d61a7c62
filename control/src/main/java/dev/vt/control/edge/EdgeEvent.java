package dev.vt.control.edge;

import dev.vt.control.ca.RenewedCertificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What happened to an edge (state.md §3). */
sealed interface EdgeEvent {
    record Enrolled(String name, List<String> addresses, String certFingerprint) implements EdgeEvent {
        public Enrolled {
            addresses = List.copyOf(addresses);
        }
    }

    record StateChanged(EdgeState.Admission state, @Nullable String reasonCode) implements EdgeEvent {}

    /** @param status {@code bound} or {@code failed} */
    record RouteStatusChanged(
            String routeId, String status, @Nullable String reasonCode) implements EdgeEvent {}

    record CertificateRenewed(RenewedCertificate certificate) implements EdgeEvent {}

    record ConfigRejected(String reasonCode) implements EdgeEvent {}
}
