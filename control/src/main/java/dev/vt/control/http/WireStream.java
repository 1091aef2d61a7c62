package dev.vt.control.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream on the wire. Used by the connection's thread only. */
final class WireStream implements StreamSink {
    private static final Duration TOKEN_CHECK = Duration.ofSeconds(2);

    private final OutputStream out;
    private final boolean sse;
    private final Clock clock;
    private final Instant deadline;
    private final Runnable tokenCheck;
    private final BooleanSupplier stopping;
    private final Supplier<Watchdog.Guard> bounded;
    private Instant nextTokenCheck;
    private @Nullable String endReason;

    /**
     * @param tokenCheck throws {@code ProblemException} once the token is dead
     * @param bounded begins a bounded wait for the client
     */
    WireStream(
            OutputStream out,
            boolean sse,
            Clock clock,
            Duration life,
            Runnable tokenCheck,
            BooleanSupplier stopping,
            Supplier<Watchdog.Guard> bounded) {
        this.out = out;
        this.sse = sse;
        this.clock = clock;
        this.deadline = clock.instant().plus(life);
        this.tokenCheck = tokenCheck;
        this.stopping = stopping;
        this.bounded = bounded;
        this.nextTokenCheck = clock.instant().plus(TOKEN_CHECK);
    }

    @Override
    public void send(String type, @Nullable String cursor, ObjectNode data) {
        ObjectNode object = Json.object();
        object.put("type", type);
        object.put("ts", clock.instant().toString());
        object.setAll(data);
        StringBuilder text = new StringBuilder();
        if (sse) {
            if (cursor != null) {
                text.append("id: ").append(cursor).append('\n');
            }
            text.append("event: ")
                    .append(type)
                    .append("\ndata: ")
                    .append(object)
                    .append("\n\n");
        } else {
            if (cursor != null) {
                object.put("cursor", cursor);
            }
            text.append(object).append('\n');
        }
        try (Watchdog.Guard _ = bounded.get()) {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean ended() {
        if (endReason == null) {
            endReason = findEnd();
        }
        return endReason != null;
    }

    private @Nullable String findEnd() {
        Instant now = clock.instant();
        if (stopping.getAsBoolean()) {
            return "server_stopping";
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

    /** Says why, if the server ended it. */
    void finish() throws IOException {
        if (endReason != null) {
            send("end", null, Json.object().put("reason", endReason));
        }
        out.close();
    }
}
