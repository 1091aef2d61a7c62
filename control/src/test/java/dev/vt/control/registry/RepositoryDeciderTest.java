package dev.vt.control.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.GoldenEvents;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.BlobRef;
import dev.vt.images.registry.RegistryCatalog;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RepositoryDeciderTest {
    private static final RepositoryState ABSENT = new RepositoryState.Absent();
    private static final PushedManifest A = manifest("a");
    private static final PushedManifest B = manifest("b");

    private static PushedManifest manifest(String name) {
        return new PushedManifest(
                digest(name),
                MediaTypes.OCI_MANIFEST,
                name.length(),
                List.of(new BlobRef(digest(name + " config"), 2), new BlobRef(digest("base"), 10_000_000_000L)));
    }

    private static OciDigest digest(String text) {
        return OciDigest.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<RepositoryEvent> accepted(RepositoryState state, RepositoryCommand command) {
        Decision<RepositoryEvent> decision = RepositoryDecider.decide(state, command);
        assertThat(decision).isInstanceOf(Decision.Accepted.class);
        return ((Decision.Accepted<RepositoryEvent>) decision).events();
    }

    private static ErrorCode refused(RepositoryState state, RepositoryCommand command) {
        Decision<RepositoryEvent> decision = RepositoryDecider.decide(state, command);
        assertThat(decision).isInstanceOf(Decision.Refused.class);
        return ((Decision.Refused<RepositoryEvent>) decision).problem().code();
    }

    private static RepositoryState after(RepositoryState state, List<RepositoryEvent> events) {
        RepositoryState out = state;
        for (RepositoryEvent event : events) {
            out = RepositoryDecider.evolve(out, event);
        }
        return out;
    }

    @Test
    void everyTransitionIsDecided() {
        RepositoryCommand push = new RepositoryCommand.Push("acme/web", A, "v1");
        RepositoryState tagged = new RepositoryState.Present(Map.of(A.digest(), A), Map.of("v1", A.digest()));

        assertThat(accepted(ABSENT, push))
                .containsExactly(new RepositoryEvent.Created("acme/web"), new RepositoryEvent.ManifestPushed(A, "v1"));
        assertThat(refused(ABSENT, new RepositoryCommand.DeleteTag("v1"))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(refused(ABSENT, new RepositoryCommand.DeleteManifest(A.digest())))
                .isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(accepted(tagged, push)).isEmpty();
        assertThat(accepted(tagged, new RepositoryCommand.Push("acme/web", A, null)))
                .isEmpty();
        assertThat(accepted(tagged, new RepositoryCommand.Push("acme/web", A, "v2")))
                .containsExactly(new RepositoryEvent.ManifestPushed(A, "v2"));
        assertThat(accepted(tagged, new RepositoryCommand.Push("acme/web", B, "v1")))
                .containsExactly(new RepositoryEvent.ManifestPushed(B, "v1"));
        assertThat(accepted(tagged, new RepositoryCommand.DeleteTag("v1")))
                .containsExactly(new RepositoryEvent.TagDeleted("v1"));
        assertThat(refused(tagged, new RepositoryCommand.DeleteTag("v2"))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(accepted(tagged, new RepositoryCommand.DeleteManifest(A.digest())))
                .containsExactly(new RepositoryEvent.ManifestDeleted(A.digest()));
        assertThat(refused(tagged, new RepositoryCommand.DeleteManifest(B.digest())))
                .isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Provide
    Arbitrary<List<RepositoryCommand>> history() {
        Arbitrary<PushedManifest> manifests = Arbitraries.of("a", "b", "c").map(RepositoryDeciderTest::manifest);
        Arbitrary<String> tags = Arbitraries.of("v1", "v2");
        Arbitrary<RepositoryCommand> commands = Arbitraries.oneOf(
                Combinators.combine(manifests, tags.injectNull(0.3))
                        .as((manifest, tag) -> new RepositoryCommand.Push("acme/web", manifest, tag)),
                tags.map(RepositoryCommand.DeleteTag::new),
                manifests.map(manifest -> new RepositoryCommand.DeleteManifest(manifest.digest())));
        return commands.list().ofMaxSize(20);
    }

    /** Any order of commands: tags point at manifests that are there, and a push that was taken holds. */
    @Property
    void tagsPointAtManifestsAndPushingTwiceIsPushingOnce(@ForAll("history") List<RepositoryCommand> history) {
        RepositoryState state = ABSENT;
        for (RepositoryCommand command : history) {
            if (RepositoryDecider.decide(state, command) instanceof Decision.Accepted<RepositoryEvent>(var events)) {
                state = after(state, events);
                if (command instanceof RepositoryCommand.Push) {
                    assertThat(accepted(state, command)).isEmpty();
                }
            }
            if (state instanceof RepositoryState.Present present) {
                assertThat(present.manifests().keySet())
                        .containsAll(present.tags().values());
            }
        }
    }

    /** Pushes need no precondition on the repository's version: what one decided on may be old when it is applied. */
    @Property
    void aPushHoldsWhateverHappenedMeanwhile(@ForAll("history") List<RepositoryCommand> meanwhile) {
        List<RepositoryEvent> push = accepted(ABSENT, new RepositoryCommand.Push("acme/web", A, "v1"));
        List<RepositoryEvent> others = new ArrayList<>();
        RepositoryState state = after(ABSENT, List.of(push.getFirst()));
        for (RepositoryCommand command : meanwhile) {
            if (RepositoryDecider.decide(after(state, others), command)
                    instanceof Decision.Accepted<RepositoryEvent>(var events)) {
                others.addAll(events);
            }
        }
        RepositoryState applied = after(after(state, others), List.of(push.getLast()));
        assertThat(applied).isInstanceOfSatisfying(RepositoryState.Present.class, present -> {
            assertThat(present.manifests()).containsEntry(A.digest(), A);
            assertThat(present.tags()).containsEntry("v1", A.digest());
        });
    }

    @Test
    void eventsKeepTheirForm() {
        GoldenEvents goldens = new GoldenEvents(RegistryFeature.class, "repository");
        Stream.<RepositoryEvent>of(
                        new RepositoryEvent.Created("acme/web"),
                        new RepositoryEvent.ManifestPushed(A, "v1"),
                        new RepositoryEvent.TagDeleted("v1"),
                        new RepositoryEvent.ManifestDeleted(A.digest()))
                .forEach(event -> {
                    String type = RepositoryEventCodec.type(event);
                    goldens.check(type, "", read(RepositoryEventCodec.payload(event)));
                    assertThat(RepositoryEventCodec.parse(type, goldens.read(type + "@1")))
                            .isEqualTo(event);
                });
        goldens.check(
                RepositoryEventCodec.MANIFEST_PUSHED,
                "by-digest",
                read(RepositoryEventCodec.payload(new RepositoryEvent.ManifestPushed(B, null))));
        goldens.checkComplete();
    }

    /** As it is read back: a small long is an int then. */
    private static ObjectNode read(ObjectNode payload) {
        return (ObjectNode) Json.parse(Json.bytes(payload));
    }

    @Test
    void theLargestManifestFitsIntoAnEvent() {
        List<BlobRef> blobs = IntStream.range(0, RegistryCatalog.MAX_BLOBS)
                .mapToObj(i -> new BlobRef(digest("layer " + i), 10L << 30))
                .toList();
        PushedManifest largest = new PushedManifest(digest("x"), "m".repeat(255), 4 << 20, blobs);
        byte[] payload =
                Json.bytes(RepositoryEventCodec.payload(new RepositoryEvent.ManifestPushed(largest, "t".repeat(128))));
        assertThat(payload).hasSizeLessThan(64 << 10);
    }
}
