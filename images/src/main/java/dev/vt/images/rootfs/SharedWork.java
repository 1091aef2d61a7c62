package dev.vt.images.rootfs;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Work that several callers want done once: all wait for one platform thread, which is interrupted when the last of them
 * has left. Work on a key that is asked for again while a cancelled run still unwinds begins after it has ended.
 */
final class SharedWork<K, V> {
    private final String name;
    private final Map<K, Run<V>> runs = new HashMap<>();

    SharedWork(String name) {
        this.name = name;
    }

    private static final class Run<V> {
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable Thread thread;
        private @Nullable V result;
        private @Nullable Throwable failure;
        private int waiters;
        private boolean cancelled;
        private volatile boolean timedOut;
    }

    /**
     * @param limit after which the work is given up for everybody
     * @throws ImageException of the work, or {@code timeout}
     */
    V run(K key, Duration limit, Callable<V> work) throws InterruptedException {
        Run<V> run = join(key, work);
        try {
            if (!run.done.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                run.timedOut = true;
                cancel(run);
                run.done.await();
            }
        } finally {
            leave(run);
        }
        if (run.timedOut) {
            throw new ImageException(ImageFailure.TIMEOUT, "the image took too long");
        }
        Throwable failure = run.failure;
        if (failure instanceof ImageException e) {
            throw e.again();
        }
        V result = run.result;
        if (failure != null || result == null) {
            throw new IllegalStateException(name + " failed", failure);
        }
        return result;
    }

    /** What is being worked on. */
    synchronized Set<K> keys() {
        return Set.copyOf(runs.keySet());
    }

    private synchronized Run<V> join(K key, Callable<V> work) {
        Run<V> current = runs.get(key);
        if (current != null && !current.cancelled) {
            current.waiters++;
            return current;
        }
        Run<V> run = new Run<>();
        run.waiters = 1;
        runs.put(key, run);
        run.thread = Thread.ofPlatform().daemon().name(name).start(() -> work(key, run, current, work));
        return run;
    }

    private void work(K key, Run<V> run, @Nullable Run<V> predecessor, Callable<V> work) {
        try {
            if (predecessor != null) {
                predecessor.done.await();
            }
            run.result = work.call();
        } catch (Throwable e) {
            run.failure = e;
        } finally {
            synchronized (this) {
                runs.remove(key, run);
            }
            run.done.countDown();
        }
    }

    private synchronized void leave(Run<V> run) {
        run.waiters--;
        if (run.waiters == 0 && run.done.getCount() > 0) {
            cancel(run);
        }
    }

    private synchronized void cancel(Run<V> run) {
        run.cancelled = true;
        Thread thread = run.thread;
        if (thread != null) {
            thread.interrupt();
        }
    }
}
