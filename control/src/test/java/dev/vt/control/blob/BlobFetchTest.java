package dev.vt.control.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.control.cluster.Servers.Server;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryException;
import dev.vt.images.registry.RegistryLimits;
import dev.vt.images.registry.RegistryStore;
import dev.vt.testkit.TestClock;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fetching and securing blobs against servers that break off, lie, lack it or never end. */
class BlobFetchTest {
    private static final byte[] CONTENT = new byte[200_000];
    private static final BlobRef BLOB;

    static {
        new Random(7).nextBytes(CONTENT);
        BLOB = new BlobRef(OciDigest.of(CONTENT), CONTENT.length);
    }

    @TempDir
    private Path directory;

    private final Peers peers = new Peers();
    private RegistryStore store;
    private ReplicatedBlobs blobs;

    /** What one server sends from an offset. */
    private interface Source {
        InputStream from(long offset) throws IOException;
    }

    private static final Source GOOD =
            offset -> new ByteArrayInputStream(CONTENT, (int) offset, (int) (CONTENT.length - offset));

    /** Other servers by their ids; each is told what it sends, and whether it keeps. */
    private static final class Peers implements BlobTransport {
        private final Map<String, Source> sources = new LinkedHashMap<>();
        private final Set<String> keepers = Collections.synchronizedSet(new HashSet<>());
        private final List<String> reads = Collections.synchronizedList(new ArrayList<>());

        List<Server> servers() {
            return sources.keySet().stream()
                    .map(id -> new Server(id, 1, id, true, true, "online", "", Optional.empty()))
                    .toList();
        }

        @Override
        public Map<OciDigest, Long> find(Server server, String repository, Collection<OciDigest> digests)
                throws IOException {
            if (server.id().equals("liar")) {
                return Map.of(BLOB.digest(), -5L, OciDigest.of(new byte[0]), Long.MAX_VALUE);
            }
            return keepers.contains(server.id()) ? Map.of(BLOB.digest(), BLOB.size()) : Map.of();
        }

        @Override
        public void keep(Server server, List<BlobRef> wanted, Duration limit) throws IOException {
            if (!keepers.contains(server.id())) {
                throw new IOException("it does not keep");
            }
        }

        @Override
        public InputStream read(Server server, OciDigest digest, long offset, Duration limit) throws IOException {
            reads.add(server.id() + "@" + offset);
            return Objects.requireNonNull(sources.get(server.id())).from(offset);
        }
    }

    @BeforeEach
    void open() throws IOException {
        store = new RegistryStore(directory, new RegistryLimits(1 << 20, 3, Duration.ofHours(1)), new TestClock());
        blobs = new ReplicatedBlobs(
                store,
                new ReplicatedBlobs.Group("self", () -> Set.of("self", "one", "two"), peers::servers),
                peers,
                new ReplicatedBlobs.Patience(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30)));
    }

    private boolean fetch() throws Exception {
        return blobs.fetching().start(BLOB).get(60, TimeUnit.SECONDS);
    }

    private byte[] stored() throws IOException {
        return Files.readAllBytes(store.file(BLOB.digest()).orElseThrow());
    }

    @Test
    void contentComesFromTheFirstThatHasIt() throws Exception {
        peers.sources.put("one", offset -> {
            throw new BlobAbsentException("no");
        });
        peers.sources.put("two", GOOD);

        assertThat(fetch()).isTrue();

        assertThat(stored()).isEqualTo(CONTENT);
        assertThat(peers.reads).containsExactly("one@0", "two@0");
        assertThat(store.incoming(BLOB.digest())).doesNotExist();
    }

    @Test
    void contentThatNobodyHasIsNotThere() throws Exception {
        peers.sources.put("one", offset -> {
            throw new BlobAbsentException("no");
        });
        assertThat(fetch()).isFalse();
    }

    @Test
    void whatBrokeOffGoesOnAtAnotherServer() throws Exception {
        peers.sources.put("one", offset -> new ByteArrayInputStream(CONTENT, 0, 70_000));
        peers.sources.put("two", GOOD);

        assertThat(fetch()).isTrue();

        assertThat(stored()).isEqualTo(CONTENT);
        assertThat(peers.reads).containsExactly("one@0", "two@70000");
    }

    @Test
    void wrongContentIsRefusedAndFetchedFromAnother() throws Exception {
        byte[] wrong = CONTENT.clone();
        wrong[5] ^= 1;
        peers.sources.put(
                "one", offset -> new ByteArrayInputStream(wrong, (int) offset, (int) (wrong.length - offset)));
        peers.sources.put("two", GOOD);

        assertThat(fetch()).isTrue();

        assertThat(stored()).isEqualTo(CONTENT);
        assertThat(peers.reads).containsExactly("one@0", "two@0");
    }

    /** A good server is not blamed for what a bad one sent before it broke off. */
    @Test
    void aWrongBeginningOfAnotherIsThrownAway() throws Exception {
        byte[] wrong = new byte[70_000];
        peers.sources.put("one", offset -> new ByteArrayInputStream(wrong));
        peers.sources.put("two", GOOD);

        assertThat(fetch()).isTrue();

        assertThat(stored()).isEqualTo(CONTENT);
        assertThat(peers.reads).containsExactly("one@0", "two@70000", "two@0");
    }

    @Test
    void contentWithoutEndIsGivenUpWhenItIsTooMuch() throws Exception {
        long[] read = new long[1];
        peers.sources.put("one", offset -> new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] out, int from, int length) {
                Arrays.fill(out, from, from + length, (byte) 0);
                read[0] += length;
                return length;
            }
        });

        assertThatThrownBy(this::fetch)
                .isInstanceOf(ExecutionException.class)
                .hasRootCauseMessage("the server sends other content than " + BLOB.digest());

        assertThat(read[0]).isLessThan(2L * CONTENT.length);
        assertThat(store.file(BLOB.digest())).isEmpty();
        assertThat(store.incoming(BLOB.digest())).doesNotExist();
    }

    @Test
    void moreThanABlobMayHaveIsNotEvenAskedFor() {
        peers.sources.put("one", GOOD);
        assertThatThrownBy(() -> blobs.fetching()
                        .start(new BlobRef(BLOB.digest(), 2 << 20))
                        .get(60, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThat(peers.reads).isEmpty();
    }

    @Test
    void whoeverWaitsSharesOneTransfer() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        peers.sources.put("one", offset -> {
            awaitUninterruptibly(go);
            return GOOD.from(offset);
        });
        CompletableFuture<Boolean> first = blobs.fetching().start(BLOB);
        CompletableFuture<Boolean> second = blobs.fetching().start(BLOB);
        go.countDown();

        assertThat(first.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(second.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(peers.reads).hasSize(1);
    }

    @Test
    void whoeverWaitsTooLongIsToldToTryAgainAndTheTransferGoesOn() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        peers.sources.put("one", offset -> {
            awaitUninterruptibly(go);
            return GOOD.from(offset);
        });
        ReplicatedBlobs impatient = new ReplicatedBlobs(
                store,
                new ReplicatedBlobs.Group("self", () -> Set.of("self", "one"), peers::servers),
                peers,
                new ReplicatedBlobs.Patience(Duration.ZERO, Duration.ZERO, Duration.ZERO));

        assertThatThrownBy(() -> impatient.fetch(List.of(BLOB)))
                .isInstanceOfSatisfying(
                        RegistryException.class,
                        refused -> assertThat(refused.code()).isEqualTo(RegistryException.Code.UNAVAILABLE));
        CompletableFuture<Boolean> same = impatient.fetching().start(BLOB);
        go.countDown();

        assertThat(same.get(60, TimeUnit.SECONDS)).isTrue();
        assertThat(blobs.fetch(List.of(BLOB))).isTrue();
        assertThat(peers.reads).hasSize(1);
    }

    private static void awaitUninterruptibly(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Test
    void aPushNeedsAMajorityOfVoters() {
        peers.sources.put("one", GOOD);
        peers.sources.put("two", GOOD);
        peers.keepers.add("two");
        blobs.secure(List.of(BLOB));

        peers.keepers.clear();
        assertThatThrownBy(() -> blobs.secure(List.of(BLOB)))
                .isInstanceOfSatisfying(RegistryException.class, refused -> {
                    assertThat(refused.code()).isEqualTo(RegistryException.Code.UNAVAILABLE);
                    assertThat(refused).hasMessage("1 of 3 servers have the content, 2 must; try again");
                });
    }

    /** An observer that has it is none of the majority. */
    @Test
    void observersDoNotCount() {
        peers.sources.put("observer", GOOD);
        peers.keepers.add("observer");
        assertThatThrownBy(() -> blobs.secure(List.of(BLOB))).isInstanceOf(RegistryException.class);
    }

    @Test
    void theOnlyVoterWaitsForNobody() throws IOException {
        peers.sources.put("observer", GOOD);
        ReplicatedBlobs alone = new ReplicatedBlobs(
                store,
                new ReplicatedBlobs.Group("self", () -> Set.of("self"), peers::servers),
                peers,
                ReplicatedBlobs.Patience.DEFAULT);
        alone.secure(List.of(BLOB));
    }

    @Test
    void sizesThatCannotBeAreNotBelieved() {
        peers.sources.put("liar", GOOD);
        Set<OciDigest> asked = Set.of(BLOB.digest(), OciDigest.of(new byte[0]), OciDigest.of("x".getBytes(UTF_8)));
        assertThat(blobs.uploads("acme/web", asked)).isEmpty();
        peers.sources.put("one", GOOD);
        peers.keepers.add("one");
        assertThat(blobs.uploads("acme/web", asked)).containsExactly(Map.entry(BLOB.digest(), BLOB.size()));
        assertThat(blobs.have(BLOB)).isTrue();
        assertThat(blobs.have(new BlobRef(BLOB.digest(), 1))).isFalse();
    }
}
