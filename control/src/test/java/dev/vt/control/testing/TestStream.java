package dev.vt.control.testing;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The client's end of a bidirectional stream: what came waits in a queue, how it ended in a future. */
public final class TestStream<I, O> implements StreamObserver<O> {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BlockingQueue<O> received = new LinkedBlockingQueue<>();
    private final CompletableFuture<Status> end = new CompletableFuture<>();
    private @Nullable StreamObserver<I> requests;

    private TestStream() {}

    public static <I, O> TestStream<I, O> open(Function<StreamObserver<O>, StreamObserver<I>> call) {
        TestStream<I, O> stream = new TestStream<>();
        stream.requests = call.apply(stream);
        return stream;
    }

    public void send(I message) {
        requests().onNext(message);
    }

    public void finish() {
        requests().onCompleted();
    }

    /** The next message; fails the test if none comes. */
    public O next() {
        O message = poll(PATIENCE);
        if (message == null) {
            throw new AssertionError(
                    "nothing came; the stream " + (end.isDone() ? "ended with " + end.join() : "is open"));
        }
        return message;
    }

    /** The next message, or null if none comes in time. */
    public @Nullable O poll(Duration limit) {
        try {
            return received.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** How the server ended it; fails the test if it does not. */
    public Status end() {
        try {
            return end.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError("the stream is still open", e);
        } catch (InterruptedException | java.util.concurrent.ExecutionException e) {
            throw new AssertionError("no end", e);
        }
    }

    public boolean isOpen() {
        return !end.isDone();
    }

    @Override
    public void onNext(O message) {
        received.add(message);
    }

    @Override
    public void onError(Throwable error) {
        end.complete(Status.fromThrowable(error));
    }

    @Override
    public void onCompleted() {
        end.complete(Status.OK);
    }

    private StreamObserver<I> requests() {
        if (requests == null) {
            throw new IllegalStateException("not open");
        }
        return requests;
    }
}
