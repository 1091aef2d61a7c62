package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Every form of an event ever written, as {@code src/test/resources/golden/event/<noun>/<type>@<version>[-<variant>].json}. A golden of an old form stays
 * for ever: it must go on to parse. {@code -Dvt.golden.write=true} writes what is new.
 */
public final class EventGoldens {
    private static final Path ROOT =
            Path.of(System.getProperty("vt.root", ".."), "control/src/test/resources/golden/event");

    private EventGoldens() {}

    /**
     * Holds a payload against its golden and its schema.
     *
     * @param anchor the feature, beside which {@code <noun>.events.json} stands
     * @param noun singular, snake case
     * @param name the event's verb and perhaps what is special about it, as {@code created_raw}
     * @param type of the event
     */
    public static void check(Class<?> anchor, String noun, String name, String type, ObjectNode payload) {
        Path file = ROOT.resolve(noun).resolve(type + "@1" + variant(type, name) + ".json");
        String text = Json.parse(Json.bytes(payload)).toPrettyString() + "\n";
        try {
            if (Boolean.getBoolean("vt.golden.write")) {
                Files.createDirectories(ROOT.resolve(noun));
                Files.writeString(file, text);
            }
            assertThat(text).isEqualTo(Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        EventSchemas.Builder schemas = EventSchemas.builder().resource(anchor, noun + ".events.json");
        String aggregate = type.substring(0, type.indexOf('.'));
        Optional<String> problem = schemas.build()
                .problem(
                        new NewEvent(new AggregateKey(aggregate, aggregate + "_1"), type, Owner.org("org_1"), payload));
        assertThat(problem).isEmpty();
    }

    private static String variant(String type, String name) {
        String verb = type.substring(type.indexOf('.') + 1);
        String rest = name.startsWith(verb) ? name.substring(verb.length()) : "_" + name;
        return rest.replace('_', '-');
    }
}
