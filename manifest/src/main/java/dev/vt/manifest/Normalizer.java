package dev.vt.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.schema.Shape;
import dev.vt.manifest.schema.Shape.KnownKey;
import dev.vt.manifest.schema.Shape.ListShape;
import dev.vt.manifest.schema.Shape.MapShape;
import dev.vt.manifest.schema.Shape.MillisShape;
import dev.vt.manifest.schema.Shape.SizeShape;
import dev.vt.manifest.schema.Shape.TableShape;
import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Flag;
import dev.vt.manifest.toml.TomlNode.Fraction;
import dev.vt.manifest.toml.TomlNode.Other;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes normalized JSON (manifest.md M6) of a valid document. Sections of {@code environments}, and {@code deploy} of a process,
 * keep only what they say: what they inherit is decided after the merge.
 */
final class Normalizer {
    private static final List<String> INHERITED = List.of("workdir", "user", "prestart_timeout_seconds");

    private Normalizer() {}

    static ObjectNode normalize(Table valid) {
        return complete((ObjectNode) convert(valid, ManifestSchema.ROOT));
    }

    /** Fills defaults in, resolves and sorts; changes the argument. Idempotent. */
    static ObjectNode complete(ObjectNode document) {
        fill(document, ManifestSchema.ROOT);
        JsonNode env = document.path("env");
        document.path("processes").properties().forEach(entry -> process((ObjectNode) entry.getValue(), env));
        sort(
                document.get("volumes"),
                Comparator.comparing(volume -> volume.path("name").asText()));
        routes(document, document);
        environments(document);
        return document;
    }

    private static JsonNode convert(TomlNode node, Shape shape) {
        return switch (node) {
            case Table table -> {
                ObjectNode out = Json.object();
                table.entries().forEach((name, value) -> {
                    switch (shape) {
                        case TableShape known -> {
                            KnownKey key = known.key(name).orElseThrow();
                            out.set(key.jsonName(), convert(value, key.shape()));
                        }
                        case MapShape map -> out.set(name, convert(value, map.value()));
                        default -> throw invalid(node);
                    }
                });
                yield out;
            }
            case Array array -> {
                Shape element = shape instanceof ListShape list ? list.element() : shape;
                ArrayNode out = Json.array();
                array.items().forEach(item -> out.add(convert(item, element)));
                yield out;
            }
            case Text text ->
                shape instanceof SizeShape
                        ? number(Sizes.bytes(text.value()))
                        : JsonNodeFactory.instance.textNode(text.value());
            case Whole whole ->
                shape instanceof MillisShape ? millis(BigDecimal.valueOf(whole.value())) : number(whole.value());
            case Fraction fraction -> millis(fraction.value());
            case Flag flag -> JsonNodeFactory.instance.booleanNode(flag.value());
            case Other other -> throw invalid(node);
        };
    }

    private static IllegalStateException invalid(TomlNode node) {
        return new IllegalStateException(
                "normalized before it was validated: " + node.at().path());
    }

    private static JsonNode millis(BigDecimal value) {
        return number(value.movePointRight(3).longValueExact());
    }

    private static JsonNode number(long value) {
        return JsonNodeFactory.instance.numberNode(value);
    }

    private static void fill(JsonNode node, Shape shape) {
        switch (shape) {
            case TableShape table -> {
                ObjectNode object = (ObjectNode) node;
                for (KnownKey key : table.keys()) {
                    if (key.defaultValue() != null && !object.has(key.jsonName())) {
                        object.set(key.jsonName(), Json.toTree(key.defaultValue()));
                    }
                    if (object.has(key.jsonName())) {
                        fill(object.get(key.jsonName()), key.shape());
                    }
                }
            }
            case MapShape map -> node.forEach(value -> fill(value, map.value()));
            case ListShape list -> node.forEach(value -> fill(value, list.element()));
            default -> {
                // a leaf
            }
        }
    }

    private static void process(ObjectNode process, JsonNode env) {
        for (String key : INHERITED) {
            if (!process.has(key) && env.has(key)) {
                process.set(key, env.get(key));
            }
        }
        process.path("ports").forEach(port -> {
            if (!port.has("name")) {
                ((ObjectNode) port).put("name", "p" + port.path("internal").asInt());
            }
        });
        sort(
                process.get("ports"),
                Comparator.comparingInt(port -> port.path("internal").asInt()));
        sort(
                process.get("mounts"),
                Comparator.comparing(mount -> mount.path("path").asText()));
        ObjectNode scaling = process.withObject("/scaling");
        if (!scaling.has("max")) {
            scaling.put("max", process.path("mounts").isEmpty() ? 100 : 1);
        }
        ObjectNode restart = process.withObject("/restart");
        if (restart.path("policy").asText().equals("on-failure") && !restart.has("max_retries")) {
            restart.put("max_retries", 3);
        }
        resolvePort(process.path("health"), process);
        if (process.path("deploy").isEmpty()) {
            process.remove("deploy");
        }
    }

    /** Replaces the name of a port by its number, so that it does not matter which of the two was written. */
    private static void resolvePort(JsonNode reference, JsonNode process) {
        if (reference.path("port").isTextual()) {
            for (JsonNode port : process.path("ports")) {
                if (port.path("name").asText().equals(reference.path("port").asText())) {
                    ((ObjectNode) reference).set("port", port.get("internal"));
                    return;
                }
            }
        }
    }

    private static void routes(ObjectNode owner, ObjectNode document) {
        owner.path("routes").forEach(route -> {
            ObjectNode object = (ObjectNode) route;
            String hostname = object.path("hostname").asText();
            if (!hostname.isEmpty()) {
                object.put("hostname", Hostnames.normalize(hostname).orElseThrow());
            }
            resolvePort(
                    object,
                    document.path("processes").path(object.path("process").asText()));
        });
        sort(
                owner.get("routes"),
                Comparator.comparing((JsonNode route) -> route.path("hostname").asText())
                        .thenComparingInt(route -> route.path("listen_port").asInt()));
    }

    private static void environments(ObjectNode document) {
        JsonNode environments = document.path(Overrides.ENVIRONMENTS);
        environments.forEach(environment -> {
            routes((ObjectNode) environment, document);
            environment
                    .path("processes")
                    .properties()
                    .forEach(entry -> resolvePort(
                            entry.getValue().path("health"),
                            document.path("processes").path(entry.getKey())));
        });
        prune(environments);
    }

    /** Removes tables that say nothing; empty arrays say "none". */
    private static boolean prune(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return false;
        }
        List<String> empty = new ArrayList<>();
        object.properties().forEach(entry -> {
            if (prune(entry.getValue())) {
                empty.add(entry.getKey());
            }
        });
        object.remove(empty);
        return object.isEmpty();
    }

    private static void sort(@Nullable JsonNode array, Comparator<JsonNode> order) {
        if (array instanceof ArrayNode elements) {
            List<JsonNode> sorted = new ArrayList<>();
            elements.forEach(sorted::add);
            sorted.sort(order);
            elements.removeAll();
            elements.addAll(sorted);
        }
    }
}
