package dev.vt.cli.work;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Progress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Follows something until it has converged, failed, or the time is over: the environment's event stream wakes, the state is read,
 * what changed is shown. Ctrl-C ends the waiting and not the operation.
 */
final class Waiting {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(15);

    /** How the waiting ended. */
    enum Outcome {
        SUCCEEDED("succeeded", 0),
        FAILED("failed", 9),
        TIMEOUT("timeout", 8),
        INTERRUPTED("interrupted", 130);

        private final String word;
        private final int exitCode;

        Outcome(String word, int exitCode) {
            this.word = word;
            this.exitCode = exitCode;
        }

        String word() {
            return word;
        }

        int exitCode() {
            return exitCode;
        }
    }

    /**
     * What was seen at one look.
     *
     * @param outcome null while it goes on
     * @param reasons why, as far as known
     * @param lines for people, by what they are about
     * @param data for programs
     */
    record Look(@Nullable Outcome outcome, List<String> reasons, Map<String, String> lines, Map<String, Object> data) {}

    /** Reads the state of what is waited for. */
    @FunctionalInterface
    interface Watched {
        Look look();
    }

    /** @param reasons of the last look */
    record Result(Outcome outcome, List<String> reasons) {}

    private final Session session;
    private final Watched watched;
    private final Progress progress;
    private final Instant deadline;
    private final boolean hasEvents;
    private long cursor;
    private long seen;
    private List<String> reasons = List.of();

    private Waiting(Session session, WaitOptions options, Watched watched, long afterEvent) {
        this.session = session;
        this.watched = watched;
        this.progress = new Progress(session, options.progress);
        this.deadline = session.shell().clock().instant().plus(options.limit());
        this.hasEvents = session.target().hasEnv();
        this.cursor = afterEvent;
    }

    /** @param afterEvent where the event stream starts; 0: now */
    static Result follow(Session session, WaitOptions options, long afterEvent, Watched watched) {
        Waiting waiting = new Waiting(session, options, watched, afterEvent);
        Optional<Outcome> outcome = waiting.look();
        while (outcome.isEmpty()) {
            outcome = waiting.listen();
        }
        return new Result(outcome.get(), waiting.reasons);
    }

    /** Empty while it goes on and there is time. */
    private Optional<Outcome> look() {
        // What is read below is at least as new as the answers before it, but not always as new as the last of these
        // reads.
        seen = session.api().lastEventId();
        try {
            Look look = watched.look();
            progress.show(look.lines(), look.data());
            reasons = look.reasons();
            if (look.outcome() != null) {
                return Optional.of(look.outcome());
            }
        } catch (CliException e) {
            if (session.shell().interrupts().raised()) {
                return Optional.of(Outcome.INTERRUPTED);
            }
            if (!e.error().retryable()) {
                throw e;
            }
        }
        if (session.shell().interrupts().raised()) {
            return Optional.of(Outcome.INTERRUPTED);
        }
        return left().isPositive() ? Optional.empty() : Optional.of(Outcome.TIMEOUT);
    }

    private Duration left() {
        return Duration.between(session.shell().clock().instant(), deadline);
    }

    /** Looks again after every event that the last look cannot have seen; a lost stream is a short pause, never an end. */
    private Optional<Outcome> listen() {
        if (!hasEvents) {
            return pauseAndLook();
        }
        String path = ApiClient.path(
                session.target().orgPath() + "/events/stream",
                "env_id",
                session.target().env().str("id"),
                "after_event_id",
                cursor > 0 ? Long.toString(cursor) : "");
        Outcome[] found = new Outcome[1];
        Duration silence = left().compareTo(LONGEST_SILENCE) < 0 ? left() : LONGEST_SILENCE;
        try {
            session.api().stream(path, "following events", silence.plusMillis(1), line -> {
                long event = line.number("event_id");
                cursor = Math.max(cursor, event);
                if (event > seen || "head".equals(line.str("type")) || !left().isPositive()) {
                    look().ifPresent(outcome -> found[0] = outcome);
                }
                return found[0] == null;
            });
        } catch (IOException lost) {
            // A pause and a look below; the next stream goes on from the cursor.
        } catch (CliException refused) {
            if (!refused.error().retryable()) {
                throw refused;
            }
        }
        return found[0] == null ? pauseAndLook() : Optional.of(found[0]);
    }

    private Optional<Outcome> pauseAndLook() {
        return session.pause(left().compareTo(PAUSE) < 0 ? left() : PAUSE) ? look() : Optional.of(Outcome.INTERRUPTED);
    }

    /** What a process type and its instances are doing: {@code web 1/2 ready, 1 old, inst_… booting}. */
    static void processLines(List<Doc> processes, List<Doc> instances, Map<String, String> lines) {
        for (Doc process : processes) {
            String type = process.str("process_type");
            StringBuilder line = new StringBuilder(type)
                    .append(' ')
                    .append(process.str("ready"))
                    .append('/')
                    .append(process.str("wanted"))
                    .append(" ready");
            if (process.number("old") > 0) {
                line.append(", ").append(process.str("old")).append(" old");
            }
            instances.stream()
                    .filter(instance -> type.equals(instance.str("process_type")))
                    .filter(instance -> List.of("allocated", "booting", "draining", "failed")
                            .contains(instance.str("status")))
                    .forEach(instance -> line.append(", ")
                            .append(instance.str("id"))
                            .append(' ')
                            .append(instance.str("status"))
                            .append(reason(instance)));
            lines.put(type, line + reason(process));
        }
    }

    private static String reason(Doc item) {
        return item.str("reason_code").isEmpty() ? "" : " (" + item.str("reason_code") + ")";
    }
}
