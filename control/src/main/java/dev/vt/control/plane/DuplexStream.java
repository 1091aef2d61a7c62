package dev.vt.control.plane;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bidirectional gRPC call in blocking style. Its body runs on a virtual thread of its own; the transport's callbacks only wake
 * it. One message is asked for at a time, so a body that does not read makes the client wait; {@link #send} waits while the
 * transport's buffer is full. Thread-safe.
 *
 * @param <I> what the client sends
 * @param <O> what the server sends
 */
final class DuplexStream<I, O> {
    private static final Logger log = LoggerFactory.getLogger(DuplexStream.class);

    private final ServerCallStreamObserver<O> out;
    private final Deque<I> received = new ArrayDeque<>(2);
    private boolean halfClosed;
    private boolean ended;

    private DuplexStream(ServerCallStreamObserver<O> out) {
        this.out = out;
    }

    /**
     * Starts the body; whatever way it returns, the call ends with it.
     *
     * @param responses as the stub's method got it
     */
    static <I, O> StreamObserver<I> open(String name, StreamObserver<O> responses, Consumer<DuplexStream<I, O>> body) {
        DuplexStream<I, O> stream = new DuplexStream<>((ServerCallStreamObserver<O>) responses);
        stream.out.disableAutoRequest();
        stream.out.setOnReadyHandler(stream::wake);
        stream.out.setOnCancelHandler(stream::cancelled);
        stream.out.request(1);
        Thread.ofVirtual().name(name).start(() -> stream.run(name, body));
        return stream.new Inbound();
    }

    private void run(String name, Consumer<DuplexStream<I, O>> body) {
        try {
            body.accept(this);
            finish();
        } catch (RuntimeException e) {
            if (isEnded()) {
                log.debug("stream ended name={}", name, e);
            } else {
                log.error("stream failed name={}", name, e);
                fail(Status.INTERNAL.withDescription("internal"));
            }
        }
    }

    /** The next message; null when none came within {@code limit}, or when none will come any more ({@link #isOpen}). */
    @Nullable
    synchronized I receive(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (received.isEmpty() && !halfClosed && !ended) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return null;
            }
            java.util.concurrent.TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        I message = received.pollFirst();
        if (message != null && !ended) {
            out.request(1);
        }
        return message;
    }

    /** Whether the client may still send. */
    synchronized boolean isOpen() {
        return !ended && (!halfClosed || !received.isEmpty());
    }

    private synchronized boolean isEnded() {
        return ended;
    }

    /** Whether {@link #send} would not wait. */
    synchronized boolean isReady() {
        return !ended && out.isReady();
    }

    /** Waits until the transport takes more; false if it did not within {@code limit}, or the call is over. */
    synchronized boolean awaitReady(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!ended && !out.isReady()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            java.util.concurrent.TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return !ended;
    }

    /** Hands one message to the transport; false if the call is over. The caller has awaited readiness. */
    synchronized boolean send(O message) {
        if (ended) {
            return false;
        }
        out.onNext(message);
        return true;
    }

    /** Ends the call well. */
    synchronized void finish() {
        if (!ended) {
            ended = true;
            out.onCompleted();
            notifyAll();
        }
    }

    synchronized void fail(Status status) {
        if (!ended) {
            ended = true;
            out.onError(status.asRuntimeException());
            notifyAll();
        }
    }

    private synchronized void wake() {
        notifyAll();
    }

    private synchronized void cancelled() {
        ended = true;
        notifyAll();
    }

    /** The transport's thread. */
    private final class Inbound implements StreamObserver<I> {
        @Override
        public void onNext(I message) {
            synchronized (DuplexStream.this) {
                received.addLast(message);
                DuplexStream.this.notifyAll();
            }
        }

        @Override
        public void onError(Throwable error) {
            cancelled();
        }

        @Override
        public void onCompleted() {
            synchronized (DuplexStream.this) {
                halfClosed = true;
                DuplexStream.this.notifyAll();
            }
        }
    }
}
