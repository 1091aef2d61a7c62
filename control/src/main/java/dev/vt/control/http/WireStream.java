package dev.vt.control.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A stream on the wire. Used by the connection's thread only. */
final class WireStream implements StreamSink {
    private final OutputStream out;
    private final boolean sse;
    private final StreamLife life;
    private final Supplier<Watchdog.Guard> bounded;

    /** @param bounded begins a bounded wait for the client */
    WireStream(OutputStream out, boolean sse, StreamLife life, Supplier<Watchdog.Guard> bounded) {
        this.out = out;
        this.sse = sse;
        this.life = life;
        this.bounded = bounded;
    }

    @Override
    public void send(String type, @Nullable String cursor, ObjectNode data) {
        ObjectNode object = Json.object();
        object.put("type", type);
        object.put("ts", life.now().toString());
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
        return life.ended();
    }

    /** Says why, if the server ended it. */
    void finish() throws IOException {
        Optional<String> reason = life.endReason();
        if (reason.isPresent()) {
            send("end", null, Json.object().put("reason", reason.get()));
        }
        out.close();
    }
}
