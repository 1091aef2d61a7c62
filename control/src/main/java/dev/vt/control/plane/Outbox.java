package dev.vt.control.plane;

import io.grpc.stub.ServerCallStreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What waits to be sent on one long stream: a bounded queue of messages, and one snapshot that a newer one replaces, so that a slow
 * reader gets the newest and never a backlog. Any thread adds; sending happens on whichever thread finds the stream ready, one at a time.
 */
final class Outbox<M> {
    private static final int MAX_MESSAGES = 256;

    private final ServerCallStreamObserver<M> stream;
    private final Deque<M> messages = new ArrayDeque<>();
    private @Nullable M snapshot;
    private boolean closed;

    Outbox(ServerCallStreamObserver<M> stream) {
        this.stream = stream;
        stream.setOnReadyHandler(this::flush);
    }

    /** False if the stream is closed or the reader does not keep up; then it is closed. */
    synchronized boolean add(M message) {
        if (closed) {
            return false;
        }
        if (messages.size() >= MAX_MESSAGES) {
            close();
            return false;
        }
        messages.addLast(message);
        flush();
        return !closed;
    }

    /** Replaces a snapshot that was not sent yet. */
    synchronized void replaceSnapshot(M newest) {
        snapshot = newest;
        flush();
    }

    private synchronized void flush() {
        while (!closed && stream.isReady() && !stream.isCancelled()) {
            M next = messages.pollFirst();
            if (next == null) {
                next = snapshot;
                snapshot = null;
            }
            if (next == null) {
                return;
            }
            stream.onNext(next);
        }
    }

    synchronized void close() {
        if (!closed) {
            closed = true;
            if (!stream.isCancelled()) {
                stream.onCompleted();
            }
        }
    }
}
