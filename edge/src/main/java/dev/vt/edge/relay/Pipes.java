package dev.vt.edge.relay;

import dev.vt.os.StreamSockets;
import org.jspecify.annotations.Nullable;

/** Pipes for splicing. A bounded number of empty ones is kept for reuse. Used by one loop. */
final class Pipes {
    private static final int KEPT = 128;

    private final StreamSockets sockets;
    private final Pipe[] kept = new Pipe[KEPT];
    private int count;

    Pipes(StreamSockets sockets) {
        this.sockets = sockets;
    }

    /** Two descriptors. */
    record Pipe(int readEnd, int writeEnd) {}

    /** @return null if the process has no descriptors left for one */
    @Nullable
    Pipe take() {
        if (count > 0) {
            return kept[--count];
        }
        long ends = sockets.pipe(Flow.MOST_SPLICED);
        return ends < 0 ? null : new Pipe((int) ends, (int) (ends >>> 32));
    }

    /** @param empty a pipe with bytes in it is of no use to another connection */
    void give(Pipe pipe, boolean empty) {
        if (empty && count < KEPT) {
            kept[count++] = pipe;
        } else {
            close(pipe);
        }
    }

    void close() {
        while (count > 0) {
            close(kept[--count]);
        }
    }

    private void close(Pipe pipe) {
        sockets.close(pipe.readEnd());
        sockets.close(pipe.writeEnd());
    }
}
