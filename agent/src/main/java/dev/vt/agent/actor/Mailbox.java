package dev.vt.agent.actor;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * A bounded queue between any number of senders and the one virtual thread of an actor.
 *
 * @param <M> the actor's messages
 */
public final class Mailbox<M> {
    private final int capacity;
    private final Timeline timeline;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<M> messages = new ArrayDeque<>();
    private boolean closed;

    public Mailbox(int capacity, Timeline timeline) {
        this.capacity = capacity;
        this.timeline = timeline;
    }

    /** Waits while the mailbox is full; false if it is closed, which takes nothing more. */
    public boolean put(M message) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (messages.size() >= capacity && !closed) {
                changed.await();
            }
            add(message);
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    /** Never waits; false if the mailbox is full or closed. */
    public boolean offer(M message) {
        lock.lock();
        try {
            if (closed || messages.size() >= capacity) {
                return false;
            }
            add(message);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Puts a message in place of the older ones it makes pointless; never waits, never refused for being full. */
    public void replace(Predicate<M> obsolete, M message) {
        lock.lock();
        try {
            messages.removeIf(obsolete);
            add(message);
        } finally {
            lock.unlock();
        }
    }

    /** The next message, or empty once {@code until} has come or the mailbox is closed and drained. */
    public Optional<M> take(Instant until) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (messages.isEmpty()) {
                if (closed || !timeline.instant().isBefore(until)) {
                    return Optional.empty();
                }
                timeline.await(lock, changed, until);
            }
            M message = messages.remove();
            changed.signalAll();
            return Optional.of(message);
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing more will come: closed and drained. */
    public boolean isFinished() {
        lock.lock();
        try {
            return closed && messages.isEmpty();
        } finally {
            lock.unlock();
        }
    }

    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void add(M message) {
        if (!closed) {
            messages.add(message);
            changed.signalAll();
        }
    }
}
