package dev.vt.overlay.mesh;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * How one node sees another: a row of its heartbeat, a cell of the matrix (O10).
 *
 * @param state {@code unknown}, {@code up}, {@code degraded} or {@code down}
 * @param rttMicros of the last answer; absent before the first
 * @param handshakeAgeS seconds; absent before the first
 * @param endpoint on the underlay, in use now
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PeerView(
        String nodeId,
        String state,
        @Nullable Long rttMicros,
        @Nullable Long handshakeAgeS,
        @Nullable String endpoint,
        long receivedBytes,
        long sentBytes) {}
