package dev.vt.cli.core;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C as a command sees it. The signal's thread calls {@link #raise}; the command's thread wakes from its pause or loses the
 * connection it reads from, and ends in order. Blocking reads of sockets ignore {@link Thread#interrupt()}, hence this.
 */
public final class Interrupts {
    private final CountDownLatch raised = new CountDownLatch(1);
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();

    /** Called by the thread that serves the signal; more than once does nothing more. */
    public void raise() {
        raised.countDown();
        open.forEach(Interrupts::close);
    }

    public boolean raised() {
        return raised.getCount() == 0;
    }

    /** @return false if Ctrl-C came before or during the pause */
    public boolean pause(Duration length) {
        try {
            return !raised.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Closes the connection when Ctrl-C comes; {@link #forget} ends that. */
    public void watch(Closeable connection) {
        open.add(connection);
        if (raised()) {
            close(connection);
        }
    }

    public void forget(Closeable connection) {
        open.remove(connection);
    }

    private static void close(Closeable connection) {
        try {
            connection.close();
        } catch (IOException closedAlready) {
            // The reader of this connection finds out by itself.
        }
    }
}
