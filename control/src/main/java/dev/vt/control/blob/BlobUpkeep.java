package dev.vt.control.blob;

import dev.vt.control.feature.StateReader;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this server's store as the log says, on one virtual thread of ours: gets what is named and lacking, so that a server that
 * joined or was away catches up, and deletes what has not been named for a day. Every server does so for itself.
 */
public final class BlobUpkeep implements AutoCloseable {
    /** How a server confirms that its views are the newest. */
    @FunctionalInterface
    public interface Confirmation {
        boolean confirm(Duration limit) throws InterruptedException;
    }

    private static final Logger log = LoggerFactory.getLogger(BlobUpkeep.class);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Duration LOOK_AT_ALL = Duration.ofMinutes(1);
    private static final Duration COLLECT = Duration.ofHours(1);
    private static final Duration CONFIRM_WITHIN = Duration.ofSeconds(5);
    /** A push takes a minute at most from the first check of a blob to the event; a client may take a while for its uploads. */
    static final Duration KEPT_UNNAMED = Duration.ofDays(1);

    private static final int WINDOW = 16;

    private final StateReader state;
    private final RegistryStore store;
    private final @Nullable BlobFetch fetch;
    private final Confirmation newest;
    private final Clock clock;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("blob-upkeep").unstarted(this::run);
    /** Used by our thread only. */
    private long seen;

    /** @param blobs null for a server that has no others: nothing can be got */
    public BlobUpkeep(
            StateReader state, RegistryStore store, @Nullable ReplicatedBlobs blobs, Confirmation newest, Clock clock) {
        this.state = state;
        this.store = store;
        this.fetch = blobs == null ? null : blobs.fetching();
        this.newest = newest;
        this.clock = clock;
    }

    /** Once, after the store is open. */
    public void start() {
        thread.start();
    }

    private void run() {
        long nextAll = System.nanoTime();
        long nextCollect = System.nanoTime();
        try {
            do {
                try {
                    boolean all = System.nanoTime() - nextAll >= 0;
                    catchUp(all);
                    if (all) {
                        nextAll = System.nanoTime() + LOOK_AT_ALL.toNanos();
                    }
                    if (System.nanoTime() - nextCollect >= 0) {
                        nextCollect = System.nanoTime() + LOOK_AT_ALL.toNanos();
                        if (collect().isPresent()) {
                            nextCollect = System.nanoTime() + COLLECT.toNanos();
                        }
                    }
                } catch (RuntimeException e) {
                    log.warn("the registry's content cannot be kept up, trying again", e);
                }
            } while (!closing.await(LOOK_AGAIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Gets what is lacking, of all or of what changed. What cannot be got now is lacking the next time, too. */
    private void catchUp(boolean all) {
        if (fetch == null) {
            return;
        }
        long changed =
                state.read(handle -> handle.createQuery("SELECT COALESCE(MAX(last_event_id), 0) FROM repositories")
                        .mapTo(Long.class)
                        .one());
        long after = all ? 0 : seen;
        if (changed <= after) {
            return;
        }
        List<BlobRef> named = state.read(handle -> NamedBlobs.of(handle, after, clock.instant()));
        seen = changed;
        int lacking = 0;
        Deque<CompletableFuture<Boolean>> coming = new ArrayDeque<>();
        for (BlobRef blob : named) {
            if (closing.getCount() == 0) {
                return;
            }
            if (store.file(blob.digest()).isEmpty()) {
                coming.add(fetch.start(blob));
            }
            if (coming.size() >= WINDOW && !isHere(coming.remove())) {
                lacking++;
            }
        }
        for (CompletableFuture<Boolean> each : coming) {
            lacking += isHere(each) ? 0 : 1;
        }
        if (lacking > 0) {
            log.warn("content that the log names is on no server that can be reached blobs={}", lacking);
        }
    }

    private static boolean isHere(CompletableFuture<Boolean> fetched) {
        try {
            return fetched.join();
        } catch (CompletionException e) {
            log.debug("content that the log names cannot be fetched now", e);
            return false;
        }
    }

    /** Deletes what is not named, if it is sure what is; empty if it is not. */
    OptionalInt collect() throws InterruptedException {
        Instant before = clock.instant().minus(KEPT_UNNAMED);
        if (!newest.confirm(CONFIRM_WITHIN)) {
            return OptionalInt.empty();
        }
        Set<OciDigest> named = state.read(handle -> NamedBlobs.of(handle, 0, before)).stream()
                .map(BlobRef::digest)
                .collect(Collectors.toUnmodifiableSet());
        try {
            int gone = store.collect(named, before);
            if (gone > 0) {
                log.info("content deleted that nothing names files={}", gone);
            }
            return OptionalInt.of(gone);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Nothing is interrupted: that would break a database connection. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(Duration.ofSeconds(10));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
