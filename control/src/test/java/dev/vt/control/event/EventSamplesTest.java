package dev.vt.control.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.store.EventStore;
import dev.vt.kernel.Json;
import dev.vt.testkit.DeterminismGuard;
import dev.vt.testkit.TestDatabase;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The whole catalogue of this program: every type and version has a stored sample, and every sample replays (S24, §14.8). */
class EventSamplesTest {
    private static final Path SAMPLES = Path.of("src/test/resources/golden/event");
    private static final Instant NOW = Instant.parse("2030-01-02T03:04:05Z");
    /** What makes a thing comes before what changes it, and that before what ends it. */
    private static final List<String> FIRST = List.of("created", "enrolled", "joined", "granted", "added", "allocated");

    private static final List<String> LAST =
            List.of("deleted", "removed", "revoked", "left", "ended", "material_shredded", "consumed");

    @RegisterExtension
    static final TestServer server = TestServer.still();

    /** @param type with its version, as {@code env.created@1} */
    private record Sample(Path file, String type, ObjectNode payload) {
        String eventType() {
            return type.substring(0, type.indexOf('@'));
        }

        int version() {
            return Integer.parseInt(type.substring(type.indexOf('@') + 1));
        }

        int rank() {
            String verb = eventType().substring(eventType().indexOf('.') + 1);
            return FIRST.contains(verb) ? 0 : LAST.contains(verb) ? 2 : 1;
        }

        /** 1, or another for a variant. */
        int number() {
            String name = file.getFileName().toString();
            return name.equals(type + ".json") ? 1 : 2;
        }

        /** The same thing for all samples of a kind, so that changes meet what was created. */
        NewEvent event() {
            String aggregate = eventType().substring(0, eventType().indexOf('.'));
            String id = Map.of("instance", "inst", "release", "rel", "deploy", "dep", "node", "node", "env", "env")
                            .getOrDefault(aggregate, aggregate)
                    + "_" + (rank() == 0 ? "0".repeat(25) + number() : "0".repeat(25) + 1);
            Owner owner = new Owner(
                    "org_00000000000000000000000001",
                    "prj_00000000000000000000000001",
                    "app_00000000000000000000000001",
                    "env_00000000000000000000000001");
            return new NewEvent(new AggregateKey(aggregate, id), eventType(), version(), owner, payload, null, null);
        }
    }

    private static List<Sample> samples() throws IOException {
        List<Sample> out = new ArrayList<>();
        try (Stream<Path> files = Files.walk(SAMPLES)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".json"))::iterator) {
                String name = file.getFileName().toString().replaceFirst("(-[a-z-]+)?\\.json$", "");
                assertThat(name).as(file.toString()).matches("[a-z_]+\\.[a-z_]+@[0-9]+");
                out.add(new Sample(file, name, (ObjectNode) Json.parse(Files.readAllBytes(file))));
            }
        }
        out.sort(Comparator.comparingInt(Sample::rank)
                .thenComparing(sample -> sample.file().toString()));
        return out;
    }

    @Test
    void everyTypeAndVersionHasASampleAndNoSampleIsUnknown_S24() throws IOException {
        Set<String> known = new TreeSet<>();
        server.control()
                .eventSchemas()
                .catalogue()
                .forEach((type, versions) -> versions.keySet().forEach(version -> known.add(type + "@" + version)));
        Set<String> sampled = new TreeSet<>();
        samples().forEach(sample -> sampled.add(sample.type()));

        assertThat(sampled).isEqualTo(known);
    }

    @Test
    void everySampleFitsItsClosedSchema_S2() throws IOException {
        EventSchemas schemas = server.control().eventSchemas();
        for (Sample sample : samples()) {
            assertThat(schemas.problem(sample.event()))
                    .as(sample.file().toString())
                    .isEmpty();
            ObjectNode wider = sample.payload().deepCopy().put("not_in_the_catalogue", 1);
            assertThat(schemas.problem(new Sample(sample.file(), sample.type(), wider).event()))
                    .as(sample.type() + " is closed")
                    .isPresent();
        }
    }

    @Test
    void everySampleReplaysIntoEveryView_S24() throws IOException, InterruptedException {
        try (TestDatabase database = TestDatabase.create();
                EventStore store = EventStore.open(
                        database.address(),
                        server.control().projections(),
                        server.control().eventSchemas(),
                        EventStore.Config.DEFAULT)) {
            int number = 0;
            for (Sample sample : samples()) {
                AppendResult result = store.log()
                        .append(new Batch(
                                "bat_" + number++,
                                NOW,
                                new Actor("user", "usr_00000000000000000000000001"),
                                "req_1",
                                null,
                                List.of(),
                                List.of(sample.event()),
                                List.of()));
                assertThat(result).as(sample.file().toString()).isInstanceOf(AppendResult.Applied.class);
            }
            assertThat(store.awaitDerived(store.events().head(), Duration.ofSeconds(60)))
                    .isTrue();
            assertThat(store.verify().differences()).isEmpty();
        }
    }

    /** S11, S14: projections and what they are made of read the batch and the database only. */
    @Test
    void projectionsDecidersAndPlannersAreDeterministic_S11() throws URISyntaxException {
        Path classes = Path.of(EventFeature.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(DeterminismGuard.scan(
                        classes,
                        name -> name.matches(
                                "dev\\.vt\\.control\\..*(Projection|Decider|Planner|EventCodec|AggregateTable)"
                                        + "(\\$.*)?")))
                .isEmpty();
        Set<String> guarded = new TreeSet<>();
        server.control()
                .projections()
                .core()
                .forEach(p -> guarded.add(p.getClass().getName()));
        server.control()
                .projections()
                .derived()
                .forEach(p -> guarded.add(p.getClass().getName()));
        assertThat(guarded).as("every projection's class is scanned").allMatch(name -> name.endsWith("Projection"));
        assertThat(new TreeMap<>(server.control().eventSchemas().catalogue())).isNotEmpty();
    }
}
