package dev.vt.control.blob;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobPeers;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryException;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.images.registry.RegistryStore;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry's content at the servers of a Raft group. Thread-safe; runs on the threads of requests, which wait. */
public final class ReplicatedBlobs implements BlobPeers, AutoCloseable {
    /**
     * @param voters ids of the servers that vote now
     * @param live every server that has not left
     */
    public record Group(String self, Supplier<Set<String>> voters, Supplier<List<Server>> live) {
        List<Server> others() {
            return live.get().stream()
                    .filter(server -> !server.id().equals(self))
                    .toList();
        }
    }

    /**
     * How long is waited for.
     *
     * @param answers to questions about what others have
     * @param content bytes of one blob from another server
     * @param majority that has all of a push
     */
    public record Patience(Duration answers, Duration content, Duration majority) {
        /** Together below the 60 s for which a forwarded request waits for the leader. */
        public static final Patience DEFAULT =
                new Patience(Duration.ofSeconds(5), Duration.ofSeconds(20), Duration.ofSeconds(30));
    }

    private static final Logger log = LoggerFactory.getLogger(ReplicatedBlobs.class);
    private static final Duration SPREAD_WITHIN = Duration.ofMinutes(30);
    private static final int SPREADING_AT_ONCE = 64;

    private final RegistryStore store;
    private final Group group;
    private final BlobTransport transport;
    private final Patience patience;
    private final BlobFetch fetch;
    private final Semaphore spreading = new Semaphore(SPREADING_AT_ONCE);

    public ReplicatedBlobs(RegistryStore store, Group group, BlobTransport transport, Patience patience) {
        this.store = store;
        this.group = group;
        this.transport = transport;
        this.patience = patience;
        this.fetch = new BlobFetch(store, group::others, transport);
    }

    BlobFetch fetching() {
        return fetch;
    }

    @Override
    public Map<OciDigest, Long> uploads(String repository, Set<OciDigest> digests) {
        Map<OciDigest, Long> sizes = new HashMap<>();
        ask(repository, digests, found -> {
            found.forEach((digest, size) -> {
                if (digests.contains(digest) && size >= 0 && size <= store.maxBlobBytes()) {
                    sizes.putIfAbsent(digest, size);
                }
            });
            return sizes.size() == digests.size();
        });
        return sizes;
    }

    @Override
    public boolean have(BlobRef blob) {
        return ask("", List.of(blob.digest()), found -> {
            Long size = found.get(blob.digest());
            return size != null && size == blob.size();
        });
    }

    /** Asks all others at once, until an answer is enough or none is left. */
    private boolean ask(String repository, Collection<OciDigest> digests, Predicate<Map<OciDigest, Long>> enough) {
        List<Server> others = group.others();
        BlockingQueue<Map<OciDigest, Long>> answers = new ArrayBlockingQueue<>(Math.max(1, others.size()));
        for (Server server : others) {
            Thread.ofVirtual().name("blob-question").start(() -> answers.add(find(server, repository, digests)));
        }
        long deadline = System.nanoTime() + patience.answers().toNanos();
        for (int i = 0; i < others.size(); i++) {
            Map<OciDigest, Long> answer = poll(answers, deadline);
            if (answer == null) {
                return false;
            }
            if (enough.test(answer)) {
                return true;
            }
        }
        return false;
    }

    private Map<OciDigest, Long> find(Server server, String repository, Collection<OciDigest> digests) {
        try {
            return transport.find(server, repository, digests);
        } catch (IOException e) {
            log.debug("a server does not say which blobs it has server={}", server.id(), e);
            return Map.of();
        }
    }

    @Override
    public boolean fetch(List<BlobRef> blobs) {
        List<CompletableFuture<Boolean>> coming =
                blobs.stream().map(fetch::start).toList();
        long deadline = System.nanoTime() + patience.content().toNanos();
        try {
            boolean all = true;
            for (CompletableFuture<Boolean> each : coming) {
                all &= each.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            }
            return all;
        } catch (TimeoutException e) {
            throw unavailable("the content is still on its way from another server; try again");
        } catch (ExecutionException e) {
            log.warn("content cannot be fetched blobs={}", blobs.size(), e.getCause());
            throw unavailable("the content cannot be fetched from another server now; try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the server is stopping");
        }
    }

    @Override
    public void secure(List<BlobRef> blobs) {
        Set<String> voters = group.voters().get();
        int needed = voters.size() / 2 + 1;
        int have = voters.contains(group.self()) ? 1 : 0;
        List<Server> asked = group.others().stream()
                .filter(server -> voters.contains(server.id()))
                .toList();
        BlockingQueue<Boolean> answers = new ArrayBlockingQueue<>(Math.max(1, asked.size()));
        if (have < needed) {
            asked.forEach(server -> Thread.ofVirtual()
                    .name("blob-keep")
                    .start(() -> answers.add(keeps(server, blobs, patience.majority()))));
        }
        long deadline = System.nanoTime() + patience.majority().toNanos();
        for (int left = asked.size(); have < needed; left--) {
            Boolean kept = left == 0 ? null : poll(answers, deadline);
            if (kept == null) {
                throw unavailable(
                        have + " of " + voters.size() + " servers have the content, " + needed + " must; try again");
            }
            have += kept ? 1 : 0;
        }
    }

    @Override
    public void spread(BlobRef blob) {
        for (Server server : group.others()) {
            if (!spreading.tryAcquire()) {
                return;
            }
            Thread.ofVirtual().name("blob-spread").start(() -> {
                try {
                    keeps(server, List.of(blob), SPREAD_WITHIN);
                } finally {
                    spreading.release();
                }
            });
        }
    }

    private boolean keeps(Server server, List<BlobRef> blobs, Duration limit) {
        try {
            transport.keep(server, blobs, limit);
            return true;
        } catch (IOException e) {
            log.info("a server does not have what was pushed yet server={}", server.id(), e);
            return false;
        }
    }

    private static <T> T poll(BlockingQueue<T> answers, long deadline) {
        try {
            return answers.poll(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable("the server is stopping");
        }
    }

    private static RegistryException unavailable(String message) {
        return new RegistryException(Code.UNAVAILABLE, message);
    }

    @Override
    public void close() {
        fetch.close();
    }
}
