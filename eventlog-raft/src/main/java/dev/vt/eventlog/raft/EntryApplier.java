package dev.vt.eventlog.raft;

import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.store.EngineContext;
import dev.vt.eventlog.store.GroupApplier;
import dev.vt.eventlog.store.LogPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies committed entries in their order: one platform thread of its own, which drains a bounded queue and commits what it
 * finds as one transaction. A failure of the world is tried again until it passes; nothing is skipped. Any thread may add work;
 * entries come from one.
 *
 * <p>Commits do not wait for the database's disk, because the Raft log is on disk already. A database that crashes alone loses
 * the last of them, in order; they are then read from the Raft log again ({@link Entries}).
 */
final class EntryApplier implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(EntryApplier.class);
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final int QUEUE = 4096;
    /** A group ends with the entry that reaches one of these. */
    private static final int GROUP_BATCHES = 512;

    private static final int GROUP_EVENTS = 2048;

    /** Entries of this server's Raft log by their index. */
    @FunctionalInterface
    interface Entries {
        /** Null if the entry at this index is one of Raft's own. */
        @Nullable
        CommittedEntry at(long index);
    }

    private sealed interface Work {
        record Entry(CommittedEntry entry) implements Work {}

        /** Reached when everything added before has been applied. */
        record Marker(CompletableFuture<Void> reached) implements Work {}

        record Task<T>(Function<Handle, T> task, CompletableFuture<T> result) implements Work {}

        /** An entry that cannot be read. */
        record Poison(ApplyHaltedException cause) implements Work {}
    }

    private final EngineContext context;
    private final GroupApplier groups;
    private final Entries entries;
    private final Runnable onHalt;
    private final BlockingQueue<Work> queue = new ArrayBlockingQueue<>(QUEUE);
    private final Thread thread =
            Thread.ofPlatform().name("raft-apply").daemon().unstarted(this::run);

    private volatile @Nullable LogPosition applied;
    private volatile boolean closing;
    private volatile long giveUpAt;
    private volatile boolean ended;
    private @Nullable Handle handle;

    EntryApplier(EngineContext context, Entries entries, Runnable onHalt) {
        this.context = context;
        this.groups = context.groups();
        this.entries = entries;
        this.onHalt = onHalt;
    }

    /** Reads how far the database has come, then starts to apply what lies beyond. */
    void start() {
        try (Handle reading = context.connect()) {
            applied = LogPosition.read(reading).orElse(null);
        }
        thread.start();
    }

    /** The entry applied last; null before the first. */
    @Nullable
    LogPosition applied() {
        return applied;
    }

    int waiting() {
        return queue.size();
    }

    /** Waits for room. An entry that was applied before the last restart is passed over. */
    void add(CommittedEntry entry) {
        if (!offer(new Work.Entry(entry))) {
            entry.abandoned("the log is closed");
        }
    }

    /** An entry that nobody here can read: apply halts when it gets there. */
    void halt(ApplyHaltedException cause) {
        offer(new Work.Poison(cause));
    }

    /** Completes when all that was added before has been applied; exceptionally if that will not be. */
    CompletableFuture<Void> marker() {
        CompletableFuture<Void> reached = new CompletableFuture<>();
        if (!offer(new Work.Marker(reached))) {
            reached.completeExceptionally(new IllegalStateException("the log is closed"));
        }
        return reached;
    }

    /** Runs between two groups on the apply thread, with its connection. */
    <T> CompletableFuture<T> task(Function<Handle, T> task) {
        CompletableFuture<T> result = new CompletableFuture<>();
        if (!offer(new Work.Task<>(task, result))) {
            result.completeExceptionally(new IllegalStateException("the log is closed"));
        }
        return result;
    }

    private boolean offer(Work work) {
        try {
            while (!ended) {
                if (queue.offer(work, RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
                    // Whoever ends the queue empties it after this, or has emptied it before and does not see the work.
                    return !ended || !queue.remove(work);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return false;
    }

    private void run() {
        try {
            while (!ended) {
                step();
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("nobody interrupts the apply thread", e);
        } catch (Error e) {
            groups.halt(new ApplyHaltedException("the apply thread died", e));
            log.error("apply thread died", e);
            onHalt.run();
        } finally {
            ended = true;
            disconnect();
            List<Work> left = new ArrayList<>();
            queue.drainTo(left);
            left.forEach(this::abandon);
        }
    }

    private void step() throws InterruptedException {
        if (isOverdue() && queue.isEmpty()) {
            ended = true;
            return;
        }
        Work first = queue.poll(RETRY.toMillis(), TimeUnit.MILLISECONDS);
        switch (first) {
            case null -> lookAfterConnection();
            case Work.Entry entry -> {
                Work next = applyGroup(entry);
                if (next != null) {
                    alone(next);
                }
            }
            case Work.Marker marker -> alone(marker);
            case Work.Task<?> task -> alone(task);
            case Work.Poison poison -> alone(poison);
        }
    }

    private void alone(Work work) {
        switch (work) {
            case Work.Entry entry -> throw new IllegalStateException("an entry is part of a group");
            case Work.Marker(CompletableFuture<Void> reached) -> {
                ApplyHaltedException halted = groups.halted();
                if (halted == null) {
                    reached.complete(null);
                } else {
                    reached.completeExceptionally(halted);
                }
            }
            case Work.Task<?> task -> run(task);
            case Work.Poison(ApplyHaltedException cause) -> {
                if (groups.halted() == null) {
                    groups.halt(cause);
                    log.error("apply halted", cause);
                    onHalt.run();
                }
            }
        }
    }

    private <T> void run(Work.Task<T> task) {
        try {
            T result = task.task().apply(connected());
            // Before the result is told: a snapshot that was installed moves it, and Ratis asks for it at once.
            applied = LogPosition.read(connected()).orElse(null);
            task.result().complete(result);
        } catch (RuntimeException e) {
            disconnect();
            task.result().completeExceptionally(e);
        }
    }

    /** Takes the entries that are there; returns work of another kind that came among them. */
    private @Nullable Work applyGroup(Work.Entry first) {
        List<CommittedEntry> group = new ArrayList<>();
        group.add(first.entry());
        int batches = first.entry().batches().size();
        int events = first.entry().events();
        Work other = null;
        while (batches < GROUP_BATCHES && events < GROUP_EVENTS && other == null) {
            Work next = queue.poll();
            if (next == null) {
                break;
            }
            if (next instanceof Work.Entry(CommittedEntry entry)) {
                group.add(entry);
                batches += entry.batches().size();
                events += entry.events();
            } else {
                other = next;
            }
        }
        try {
            applyUntilDone(group);
        } finally {
            // Those that have an answer keep it.
            group.forEach(entry -> entry.abandoned(groups.halted() == null ? "the log is closed" : "the log halted"));
        }
        return other;
    }

    private void applyUntilDone(List<CommittedEntry> group) {
        while (groups.halted() == null) {
            try {
                Handle connection = connected();
                LogPosition done = applied;
                List<CommittedEntry> left = group.stream()
                        .filter(entry -> done == null || entry.position().index() > done.index())
                        .toList();
                if (!left.isEmpty()) {
                    groups.apply(
                            connection,
                            left.stream()
                                    .flatMap(entry -> entry.parts().stream())
                                    .toList());
                    if (groups.halted() == null) {
                        applied = left.getLast().position();
                    } else {
                        onHalt.run();
                    }
                }
                return;
            } catch (RuntimeException e) {
                disconnect();
                if (isOverdue()) {
                    log.warn("closing without having applied the last entries", e);
                    return;
                }
                log.warn("cannot apply, trying again entries={}", group.size(), e);
                LockSupport.parkNanos(RETRY.toNanos());
            }
        }
    }

    /** The connection, made anew if it was lost; then also with all that a database which crashed alone has forgotten. */
    private Handle connected() {
        Handle open = handle;
        if (open != null) {
            return open;
        }
        Handle fresh = context.connect();
        try {
            fresh.execute("SET synchronous_commit = off");
            LogPosition stored = LogPosition.read(fresh).orElse(null);
            LogPosition known = applied;
            if (known != null && (stored == null || stored.index() < known.index())) {
                log.warn("the database has lost commits, applying them again stored={} known={}", stored, known);
                restore(fresh, stored == null ? 1 : stored.index() + 1, known.index());
            } else {
                applied = stored;
            }
        } catch (RuntimeException e) {
            fresh.close();
            throw e;
        }
        handle = fresh;
        return fresh;
    }

    /** While there is nothing to apply: notices a database that went away, so that what it lost is there again soon. */
    private void lookAfterConnection() {
        if (groups.halted() != null) {
            return;
        }
        try {
            connected().execute("SELECT 1");
        } catch (RuntimeException e) {
            log.warn("the database does not answer", e);
            disconnect();
        }
    }

    private void restore(Handle fresh, long from, long to) {
        for (long index = from; index <= to && groups.halted() == null; index++) {
            CommittedEntry entry = entries.at(index);
            if (entry != null) {
                groups.apply(fresh, entry.parts());
            }
        }
    }

    private void disconnect() {
        Handle open = handle;
        handle = null;
        if (open != null) {
            try {
                open.close();
            } catch (RuntimeException e) {
                log.debug("a broken connection did not close", e);
            }
        }
    }

    private void abandon(Work work) {
        switch (work) {
            case Work.Entry(CommittedEntry entry) -> entry.abandoned("the log is closed");
            case Work.Marker(CompletableFuture<Void> reached) ->
                reached.completeExceptionally(new IllegalStateException("the log is closed"));
            case Work.Task<?> task ->
                task.result().completeExceptionally(new IllegalStateException("the log is closed"));
            case Work.Poison poison -> {}
        }
    }

    private boolean isOverdue() {
        return closing && System.nanoTime() - giveUpAt >= 0;
    }

    /** From this moment on a database that does not answer is waited for no longer than this. */
    void giveUpAfter(Duration limit) {
        giveUpAt = System.nanoTime() + limit.toNanos();
        closing = true;
    }

    /** Applies what was added, unless the database does not answer. */
    @Override
    public void close() {
        giveUpAfter(Duration.ZERO);
        queue.offer(new Work.Marker(new CompletableFuture<>()));
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
