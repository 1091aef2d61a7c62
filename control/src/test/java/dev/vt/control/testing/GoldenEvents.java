package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Payloads of events as they were written once and must be readable for ever:
 * {@code golden/event/<noun>/<type>@<version>[-<variant>].json}. {@code -Dvt.golden.write=true} rewrites them.
 */
public final class GoldenEvents {
    private static final boolean WRITE = Boolean.getBoolean("vt.golden.write");

    private final Path directory;
    private final EventSchemas schemas;

    /** @param feature whose event schemas lie beside it as {@code <noun>.events.json} */
    public GoldenEvents(Class<?> feature, String noun) {
        this.directory = Path.of("src/test/resources/golden/event", noun);
        this.schemas =
                EventSchemas.builder().resource(feature, noun + ".events.json").build();
    }

    /** The codec writes what the golden file holds, and the schema takes it. */
    public void check(String type, String variant, ObjectNode payload) {
        Path file = directory.resolve(type + "@1" + (variant.isEmpty() ? "" : "-" + variant) + ".json");
        try {
            if (WRITE) {
                Files.createDirectories(directory);
                Files.writeString(file, payload.toPrettyString() + "\n");
            }
            assertThat(Json.parse(Files.readString(file, StandardCharsets.UTF_8)))
                    .as("%s holds what is written today", file)
                    .isEqualTo(payload);
        } catch (IOException e) {
            throw new UncheckedIOException("no golden file " + file + ", write it with -Dvt.golden.write=true", e);
        }
        String aggregate = type.substring(0, type.indexOf('.'));
        NewEvent event = new NewEvent(new AggregateKey(aggregate, "x"), type, Owner.NONE, payload);
        assertThat(schemas.problem(event)).as("schema of %s", type).isEmpty();
    }

    /** What lies in a golden file. */
    public JsonNode read(String name) {
        try {
            return Json.parse(Files.readString(directory.resolve(name + ".json"), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("no golden file " + name, e);
        }
    }

    /** Every type and version of the noun has a golden file. */
    public void checkComplete() {
        Set<String> wanted = new TreeSet<>();
        schemas.catalogue().forEach((type, versions) -> versions.keySet().forEach(v -> wanted.add(type + "@" + v)));
        Set<String> found = new TreeSet<>();
        try (Stream<Path> files = Files.list(directory)) {
            files.forEach(file -> found.add(file.getFileName().toString().replaceFirst("(-[a-z-]+)?\\.json$", "")));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + directory, e);
        }
        assertThat(found).as("goldens in %s", directory).isEqualTo(wanted);
    }
}
