package dev.vt.control.http;

import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** When the server must end a stream, and why (A15). Used by the stream's thread only. */
public final class StreamLife {
    private static final Duration TOKEN_CHECK = Duration.ofSeconds(2);

    private final Clock clock;
    private final Instant deadline;
    private final Runnable tokenCheck;
    private final Supplier<@Nullable String> over;
    private Instant nextTokenCheck;
    private @Nullable String endReason;

    /**
     * @param tokenCheck throws {@code ProblemException} once the token is dead
     * @param over why the server ends all streams; null while it does not
     */
    StreamLife(Clock clock, Duration life, Runnable tokenCheck, Supplier<@Nullable String> over) {
        this.clock = clock;
        this.deadline = clock.instant().plus(life);
        this.tokenCheck = tokenCheck;
        this.over = over;
        this.nextTokenCheck = clock.instant().plus(TOKEN_CHECK);
    }

    /** The server's time. */
    public Instant now() {
        return clock.instant();
    }

    /** As {@link StreamSink#ended}. */
    public boolean ended() {
        if (endReason == null) {
            endReason = findEnd();
        }
        return endReason != null;
    }

    /** Why, if {@link #ended} said so. */
    public Optional<String> endReason() {
        return Optional.ofNullable(endReason);
    }

    private @Nullable String findEnd() {
        Instant now = clock.instant();
        String reason = over.get();
        if (reason != null) {
            return reason;
        }
        if (!now.isBefore(deadline)) {
            return "max_duration";
        }
        if (!now.isBefore(nextTokenCheck)) {
            nextTokenCheck = now.plus(TOKEN_CHECK);
            try {
                tokenCheck.run();
            } catch (ProblemException e) {
                return e.problem().code().code();
            }
        }
        return null;
    }
}
