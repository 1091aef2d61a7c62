package dev.vt.eventlog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A replicated record that is not an event (state.md §5). The content may be ciphertext or a hash; it never appears in
 * {@link #toString}.
 *
 * @param version from 1, raised by each put
 * @param expiresAt removed once log time has passed it (S10); a reader that must be exact compares it with its own clock
 */
public record SideRecord(
        String kind,
        String key,
        int version,
        byte[] content,
        @Nullable Instant expiresAt) {
    @Override
    public String toString() {
        return "SideRecord[kind=" + kind + ", key=" + key + ", version=" + version + "]";
    }
}
