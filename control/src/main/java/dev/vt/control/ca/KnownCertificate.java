package dev.vt.control.ca;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The certificates by which a member is known now: revocation is this row, not a list (SC-8).
 *
 * @param fingerprint of the one in force
 * @param notAfter when that ends; null if it was never renewed
 * @param previous of the one before, or null
 */
public record KnownCertificate(
        String fingerprint,
        @Nullable Instant notAfter,
        @Nullable String previous,
        @Nullable Instant previousUntil) {
    /** Of the columns {@code cert_…}. */
    public static KnownCertificate of(ResultSet row) throws SQLException {
        return new KnownCertificate(
                row.getString("cert_fingerprint"),
                time(row.getString("cert_not_after")),
                row.getString("cert_previous"),
                time(row.getString("cert_previous_until")));
    }

    private static @Nullable Instant time(@Nullable String text) {
        return text == null ? null : Instant.parse(text);
    }

    /** Whether a caller with this certificate is the member. */
    public boolean accepts(String presented, Instant now) {
        return presented.equals(fingerprint)
                || presented.equals(previous) && previousUntil != null && now.isBefore(previousUntil);
    }
}
