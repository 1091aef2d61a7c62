package dev.vt.control.device;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a program asks for, until somebody decides.
 *
 * @param userCode {@code XXXX-XXXX}
 * @param clientName as the program calls itself; printable text
 * @param address of the program
 * @param userId who approved it, or null
 * @param expiresAt RFC 3339
 */
@JsonNaming(SnakeCaseStrategy.class)
record DeviceGrant(
        String userCode,
        String clientName,
        String address,
        List<String> scopes,
        Status status,
        @Nullable String userId,
        String expiresAt) {
    enum Status {
        PENDING,
        APPROVED,
        DENIED
    }

    DeviceGrant {
        scopes = List.copyOf(scopes);
    }

    boolean expired(Instant now) {
        return !now.isBefore(Instant.parse(expiresAt));
    }

    DeviceGrant decided(Status decision, String user) {
        return new DeviceGrant(userCode, clientName, address, scopes, decision, user, expiresAt);
    }
}
