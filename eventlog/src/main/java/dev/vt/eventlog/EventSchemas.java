package dev.vt.eventlog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * Every event type and version this program knows, with the closed JSON Schema of its payload (S2) and the steps that lift old
 * versions (S24). Features fill it at start; immutable afterwards.
 *
 * <pre>
 * EventSchemas schemas = EventSchemas.builder()
 *         .resource(Envs.class, "env.events.json")   // {"env.created@1": {"type": "object", …}, "env.deleted@1": {…}}
 *         .upcast("env.created", 1, payload -> payload.put("protected", false))
 *         .build();
 * </pre>
 */
public final class EventSchemas {
    private final Map<String, SortedMap<Integer, PayloadSchema>> byType;
    private final Map<String, SortedMap<Integer, UnaryOperator<ObjectNode>>> upcasts;
    private final Map<String, Integer> levels;

    private EventSchemas(Builder builder) {
        this.byType = Map.copyOf(builder.byType);
        this.upcasts = Map.copyOf(builder.upcasts);
        this.levels = Map.copyOf(builder.levels);
    }

    public static Builder builder() {
        return new Builder();
    }

    /** Whether this program can read the version, itself or by lifting it. */
    public boolean knows(String type, int version) {
        SortedMap<Integer, PayloadSchema> versions = byType.get(type);
        return versions != null && versions.containsKey(version);
    }

    /** The feature level from which the version may be written (S25); 1 unless {@code $levels} says another. */
    public int level(String type, int version) {
        return levels.getOrDefault(type + "@" + version, 1);
    }

    /** What keeps the event out of the log; empty if nothing does. Names the place, never the value. */
    public Optional<String> problem(NewEvent event) {
        SortedMap<Integer, PayloadSchema> versions = byType.get(event.type());
        PayloadSchema schema = versions == null ? null : versions.get(event.version());
        if (schema == null) {
            return Optional.of("unknown event " + event.type() + "@" + event.version());
        }
        if (!event.type().startsWith(event.aggregate().type() + ".")) {
            return Optional.of(event.type() + " on a " + event.aggregate().type());
        }
        String problem = schema.problem(event.payload());
        return problem == null ? Optional.empty() : Optional.of(event.type() + ": payload" + problem);
    }

    /** The event in the newest version of its type, as projections see it; itself if it is. */
    public StoredEvent lift(StoredEvent event) {
        SortedMap<Integer, UnaryOperator<ObjectNode>> steps = upcasts.get(event.type());
        if (steps == null || event.version() > steps.lastKey()) {
            return event;
        }
        ObjectNode payload = event.payload();
        int version = event.version();
        for (UnaryOperator<ObjectNode> step : steps.tailMap(version).values()) {
            payload = step.apply(payload.deepCopy());
            version++;
        }
        return new StoredEvent(
                event.eventId(),
                event.occurredAt(),
                event.aggregate(),
                event.aggregateSeq(),
                event.type(),
                version,
                event.actor(),
                event.owner(),
                event.requestId(),
                event.batchId(),
                event.batchIndex(),
                event.idempotencyKey(),
                event.correlationId(),
                event.causationId(),
                payload,
                event.chainHash());
    }

    /** All types with their versions, sorted; for catalogues and coverage tests. */
    public SortedMap<String, SortedMap<Integer, Boolean>> catalogue() {
        SortedMap<String, SortedMap<Integer, Boolean>> all = new TreeMap<>();
        byType.forEach((type, versions) -> {
            SortedMap<Integer, Boolean> out = new TreeMap<>();
            versions.keySet().forEach(version -> out.put(version, version.equals(versions.lastKey())));
            all.put(type, out);
        });
        return all;
    }

    /** Not thread-safe. Anything given twice is refused. */
    public static final class Builder {
        private final Map<String, SortedMap<Integer, PayloadSchema>> byType = new TreeMap<>();
        private final Map<String, SortedMap<Integer, UnaryOperator<ObjectNode>>> upcasts = new TreeMap<>();
        private final Map<String, Integer> levels = new TreeMap<>();

        private Builder() {}

        /**
         * Reads a resource beside {@code anchor}: an object whose members are {@code <type>@<version>} with a schema each, and
         * perhaps {@code $defs} that they share, and {@code $levels}: {@code {"env.created@2": 3}} may be written from level 3 on.
         */
        public Builder resource(Class<?> anchor, String name) {
            try (InputStream in = anchor.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IllegalArgumentException("no resource " + name + " beside " + anchor.getName());
                }
                return document(Json.parse(in.readAllBytes()));
            } catch (IOException e) {
                throw new IllegalArgumentException("could not read resource " + name, e);
            }
        }

        /** As {@link #resource}, from a parsed document. */
        public Builder document(JsonNode document) {
            document.path("$levels").properties().forEach(entry -> {
                int level = entry.getValue().asInt();
                if (level < 1 || !document.has(entry.getKey()) || levels.put(entry.getKey(), level) != null) {
                    throw new IllegalArgumentException("not the level of a schema here: " + entry.getKey());
                }
            });
            document.properties().forEach(entry -> {
                String key = entry.getKey();
                if (key.startsWith("$")) {
                    return;
                }
                int at = key.lastIndexOf('@');
                if (at < 0) {
                    throw new IllegalArgumentException("not <type>@<version>: " + key);
                }
                add(key.substring(0, at), Integer.parseInt(key.substring(at + 1)), entry.getValue(), document);
            });
            return this;
        }

        /** One type and version with a schema of its own. */
        public Builder add(String type, int version, JsonNode schema) {
            return add(type, version, schema, schema);
        }

        private Builder add(String type, int version, JsonNode schema, JsonNode root) {
            if (!type.matches("[a-z][a-z0-9_]*\\.[a-z][a-z0-9_]*") || version < 1) {
                throw new IllegalArgumentException("not an event type and version: " + type + "@" + version);
            }
            PayloadSchema compiled;
            try {
                compiled = PayloadSchema.compile(schema, root);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("schema of " + type + "@" + version + ": " + e.getMessage(), e);
            }
            if (byType.computeIfAbsent(type, t -> new TreeMap<>()).put(version, compiled) != null) {
                throw new IllegalArgumentException("two schemas of " + type + "@" + version);
            }
            return this;
        }

        /** A pure step from {@code version} to the next; it gets a copy and may change it. Kept for ever (S24). */
        public Builder upcast(String type, int version, UnaryOperator<ObjectNode> step) {
            if (upcasts.computeIfAbsent(type, t -> new TreeMap<>()).put(version, step) != null) {
                throw new IllegalArgumentException("two upcasts of " + type + "@" + version);
            }
            return this;
        }

        /** @throws IllegalArgumentException if a step between two versions is missing */
        public EventSchemas build() {
            byType.forEach((type, versions) -> {
                for (int version = versions.firstKey(); version < versions.lastKey(); version++) {
                    if (!upcasts.getOrDefault(type, new TreeMap<>()).containsKey(version)) {
                        throw new IllegalArgumentException("no step from " + type + "@" + version + " to the next");
                    }
                }
            });
            return new EventSchemas(this);
        }
    }
}
