package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.vt.cli.json.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/**
 * Holds what a stub answers, and what the client sends, against the OpenAPI fragments that the server is tested against too:
 * neither can drift from the server. Object schemas are closed, so that a field nobody declared fails.
 */
final class Contract {
    private static final String ID = "urn:vt:openapi";
    private static final Contract LOADED = new Contract();

    private final Map<String, Object> document = new LinkedHashMap<>();
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    private Contract() {
        Path directory = Path.of(System.getProperty("vt.root"), "api/openapi");
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".yaml")).toList()) {
                merge(document, map(new Load(LoadSettings.builder().build()).loadFromString(Files.readString(file))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        close(document);
        String text = JsonWriter.line(document);
        registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, text)));
    }

    static Contract get() {
        return LOADED;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> map(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
    }

    private static void merge(Map<String, Object> into, Map<String, Object> from) {
        from.forEach((name, value) -> {
            if (value instanceof Map<?, ?>) {
                merge(map(into.computeIfAbsent(name, added -> new LinkedHashMap<String, Object>())), map(value));
            } else {
                into.put(name, value);
            }
        });
    }

    private static void close(@Nullable Object node) {
        if (node instanceof List<?> list) {
            list.forEach(Contract::close);
        } else if (node instanceof Map<?, ?>) {
            Map<String, Object> object = map(node);
            new ArrayList<>(object.values()).forEach(Contract::close);
            if (object.get("properties") instanceof Map<?, ?>
                    && !object.containsKey("additionalProperties")
                    && !object.containsKey("allOf")) {
                object.put("additionalProperties", false);
            }
        }
    }

    /** @param call for example {@code GET /v1/orgs} */
    void checkAnswer(String call, int status, String body) {
        if (status >= 400) {
            validate("/components/schemas/Problem", body, "problem of " + call);
            return;
        }
        String operation = operation(call);
        String response = resolve(operation + "/responses/" + status);
        assertThat(at(response))
                .as("%s answers %s, which no fragment declares", call, status)
                .isPresent();
        if (at(response + "/content/application~1json").isPresent()) {
            validate(response + "/content/application~1json/schema", body, "answer of " + call);
        }
    }

    void checkRequest(String call, String body) {
        String schema = resolve(operation(call) + "/requestBody") + "/content/application~1json/schema";
        assertThat(at(schema)).as("%s takes no body", call).isPresent();
        validate(schema, body, "request " + call);
    }

    private String operation(String call) {
        String method = call.substring(0, call.indexOf(' '));
        String path = call.substring(call.indexOf(' ') + 1);
        String template = map(document.get("paths")).keySet().stream()
                .filter(known -> path.matches(known.replaceAll("\\{[a-z_]+}", "[^/]+")))
                .filter(known ->
                        map(map(document.get("paths")).get(known)).containsKey(method.toLowerCase(Locale.ROOT)))
                .min((a, b) -> Integer.compare(count(a), count(b)))
                .orElseThrow(() -> new AssertionError(call + " is in no fragment of api/openapi"));
        return "/paths/" + escape(template) + "/" + method.toLowerCase(Locale.ROOT);
    }

    private static int count(String template) {
        return template.split("\\{", -1).length;
    }

    /** Follows one reference. */
    private String resolve(String pointer) {
        return at(pointer)
                .map(node -> map(node).get("$ref"))
                .map(reference -> reference.toString().substring(1))
                .orElse(pointer);
    }

    private Optional<Object> at(String pointer) {
        @Nullable Object node = document;
        for (String step : new ArrayList<>(List.of(pointer.substring(1).split("/", -1)))) {
            node = map(node).get(step.replace("~1", "/").replace("~0", "~"));
        }
        return Optional.ofNullable(node);
    }

    private void validate(String pointer, String body, String what) {
        Schema schema = schemas.computeIfAbsent(pointer, p -> registry.getSchema(SchemaLocation.of(ID + "#" + p)));
        List<Error> errors = schema.validate(body, InputFormat.JSON);
        assertThat(errors).as("%s does not fit %s: %s", what, pointer, body).isEmpty();
    }

    private static String escape(String segment) {
        return segment.replace("~", "~0").replace("/", "~1");
    }
}
