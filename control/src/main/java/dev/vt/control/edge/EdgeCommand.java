package dev.vt.control.edge;

import org.jspecify.annotations.Nullable;

/** What may be asked of an edge. */
sealed interface EdgeCommand {
    record Enroll(EdgeEvent.Enrolled enrolled) implements EdgeCommand {}

    /** Another certificate for the edge's next key; the caller has proven that the edge asks. */
    record Renew(EdgeEvent.CertificateRenewed renewed) implements EdgeCommand {}

    record Admit(EdgeState.Admission wanted, @Nullable String reason) implements EdgeCommand {}
}
