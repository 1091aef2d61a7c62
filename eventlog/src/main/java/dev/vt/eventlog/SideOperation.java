package dev.vt.eventlog;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A change of a replicated record that is not an event (state.md §5). */
public sealed interface SideOperation {
    /** Inserts or replaces; the version rises by one from 0. {@code expiresAt} is compared with log time (S10). */
    record Put(
            String kind,
            String key,
            byte[] content,
            @Nullable Instant expiresAt) implements SideOperation {}

    record Delete(String kind, String key) implements SideOperation {}
}
