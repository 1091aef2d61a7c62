package dev.vt.control.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the log holds of a renewal (SC-6).
 *
 * @param fingerprint of the certificate that is in force from now on
 * @param notAfter when it ends
 * @param previous fingerprint of the one before
 * @param previousUntil until when that is taken, too
 */
public record RenewedCertificate(String fingerprint, Instant notAfter, String previous, Instant previousUntil) {
    /** Of a view of members, beside {@code cert_fingerprint}. */
    public static final List<String> COLUMNS = List.of(
            "cert_not_after text COLLATE \"C\"",
            "cert_previous text COLLATE \"C\"",
            "cert_previous_until text COLLATE \"C\"");

    public static RenewedCertificate parse(JsonNode payload) {
        return new RenewedCertificate(
                payload.path("fingerprint").asText(),
                Instant.parse(payload.path("not_after").asText()),
                payload.path("previous_fingerprint").asText(),
                Instant.parse(payload.path("previous_until").asText()));
    }

    public void write(ObjectNode payload) {
        payload.put("fingerprint", fingerprint)
                .put("not_after", notAfter.toString())
                .put("previous_fingerprint", previous)
                .put("previous_until", previousUntil.toString());
    }

    /** Into the row of the member's view. */
    public void write(Map<String, @Nullable Object> row) {
        row.put("cert_fingerprint", fingerprint);
        row.put("cert_not_after", notAfter.toString());
        row.put("cert_previous", previous);
        row.put("cert_previous_until", previousUntil.toString());
    }
}
