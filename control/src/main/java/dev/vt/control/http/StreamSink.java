package dev.vt.control.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The client's end of a stream, as SSE or NDJSON. Used by one thread, the connection's. Writing blocks while the client does
 * not read: that is the back-pressure.
 */
public interface StreamSink {
    /**
     * Sends one object; {@code type} and {@code ts} are added if absent.
     *
     * @param type {@code event}, {@code log}, {@code head}, {@code gap}, {@code partial}
     * @param cursor to resume after this object (the SSE {@code id:}), or null
     * @throws UncheckedIOException when the client is gone
     */
    void send(String type, @Nullable String cursor, ObjectNode data);

    /**
     * Whether the stream must end now: an hour is over, the token died, the server stops. Looks at the token at most every
     * two seconds, so it may be asked in a loop; ask at least every second. The server then sends {@code end} itself.
     */
    boolean ended();
}
