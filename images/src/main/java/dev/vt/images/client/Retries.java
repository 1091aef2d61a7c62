package dev.vt.images.client;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import java.io.IOException;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Tries again after transient failures: 1 s, 2 s, 4 s, 8 s, 16 s, or as long as the registry asks, at most a minute. */
public final class Retries {
    private static final int MAX_RETRIES = 5;
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Lets time pass; tests hand in one that only notes the duration. */
    @FunctionalInterface
    public interface Pause {
        void pause(Duration duration) throws InterruptedException;
    }

    /** One attempt. */
    @FunctionalInterface
    interface Attempt<T> {
        T run() throws IOException, InterruptedException;
    }

    private final Pause pause;

    public Retries(Pause pause) {
        this.pause = pause;
    }

    public static Retries sleeping() {
        return new Retries(Thread::sleep);
    }

    <T> T run(Attempt<T> attempt) throws InterruptedException {
        return run(attempt, () -> 0);
    }

    /** @param progress a number that rises while attempts get further; each rise starts the count anew */
    <T> T run(Attempt<T> attempt, LongSupplier progress) throws InterruptedException {
        int failures = 0;
        long reached = progress.getAsLong();
        while (true) {
            try {
                return attempt.run();
            } catch (IOException e) {
                if (Thread.interrupted()) {
                    throw new InterruptedException("interrupted while talking to a registry");
                }
                if (progress.getAsLong() > reached) {
                    reached = progress.getAsLong();
                    failures = 0;
                }
                if (failures == MAX_RETRIES) {
                    ImageFailure failure =
                            e instanceof TransientRegistryException t ? t.failure() : ImageFailure.NETWORK;
                    throw new ImageException(failure, "the registry failed " + (failures + 1) + " times", e);
                }
                pause.pause(delay(failures++, e));
            }
        }
    }

    private static Duration delay(int failures, IOException failure) {
        Duration backoff = Duration.ofSeconds(1L << failures);
        Duration wanted =
                failure instanceof TransientRegistryException t ? t.retryAfter().orElse(backoff) : backoff;
        return wanted.compareTo(LONGEST) > 0 ? LONGEST : wanted;
    }
}
