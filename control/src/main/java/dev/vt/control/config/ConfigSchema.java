package dev.vt.control.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.kernel.NearestName;
import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The keys of {@link ClusterConfig}, read off its components; documents in, records out. Pure. */
final class ConfigSchema {
    /**
     * @param code {@code unknown_key}, {@code invalid_type}, {@code out_of_range}, {@code not_allowed} or {@code conflict}
     * @param path of the key
     * @param nearest what an unknown key was perhaps meant to be
     */
    record Violation(
            String code,
            String path,
            String message,
            @Nullable String nearest) {
        /** As in {@code details.errors[]} (api.md §5). */
        Map<String, Object> details() {
            Map<String, Object> out = new LinkedHashMap<>();
            out.put("code", code);
            out.put("path", path);
            out.put("message", message);
            if (nearest != null) {
                out.put("nearest", nearest);
            }
            return out;
        }
    }

    /** What a document says: the configuration, or all that keeps it from being one. */
    sealed interface Reading {
        /** @param document with every key */
        record Valid(ObjectNode document, ClusterConfig config) implements Reading {}

        record Invalid(List<Violation> violations) implements Reading {
            public Invalid {
                violations = List.copyOf(violations);
            }
        }
    }

    /** By section, in the order of the records. */
    private static final Map<String, List<ConfigKey>> SECTIONS = sections();

    private ConfigSchema() {}

    private static Map<String, List<ConfigKey>> sections() {
        Map<String, List<ConfigKey>> out = new LinkedHashMap<>();
        for (RecordComponent section : ClusterConfig.class.getRecordComponents()) {
            String name = ConfigKey.snake(section.getName());
            out.put(
                    name,
                    Stream.of(section.getType().getRecordComponents())
                            .map(component -> ConfigKey.of(name, component))
                            .toList());
        }
        return out;
    }

    /** Every key, by section and name. */
    static List<ConfigKey> keys() {
        return SECTIONS.values().stream().flatMap(List::stream).toList();
    }

    static ClusterConfig defaults() {
        return build(complete(Json.object()));
    }

    /** Everything that is wrong, at once. */
    static Reading read(JsonNode document) {
        List<Violation> violations = new ArrayList<>();
        document.properties().forEach(section -> checkSection(section.getKey(), section.getValue(), violations));
        if (!violations.isEmpty()) {
            violations.sort(Comparator.comparing(Violation::path));
            return new Reading.Invalid(violations);
        }
        ObjectNode complete = complete(document);
        ClusterConfig config = build(complete);
        violations.addAll(ConfigRules.violations(config));
        return violations.isEmpty() ? new Reading.Valid(complete, config) : new Reading.Invalid(violations);
    }

    private static void checkSection(String section, JsonNode members, List<Violation> violations) {
        List<ConfigKey> keys = SECTIONS.get(section);
        if (keys == null) {
            violations.add(unknown(
                    section, section, SECTIONS.keySet().stream().sorted().toList(), ""));
        } else if (!members.isObject()) {
            violations.add(new Violation("invalid_type", section, "must be an object", null));
        } else {
            members.properties().forEach(member -> {
                ConfigKey key = keys.stream()
                        .filter(k -> k.name().equals(member.getKey()))
                        .findFirst()
                        .orElse(null);
                if (key == null) {
                    List<String> known =
                            keys.stream().map(ConfigKey::name).sorted().toList();
                    violations.add(unknown(section + "." + member.getKey(), member.getKey(), known, section + "."));
                } else {
                    key.wrong(member.getValue())
                            .ifPresent(wrong ->
                                    violations.add(new Violation(wrong.code(), key.path(), wrong.message(), null)));
                }
            });
        }
    }

    private static Violation unknown(String path, String name, List<String> known, String prefix) {
        String nearest = NearestName.of(name, known).map(n -> prefix + n).orElse(null);
        String shown = path.length() > 128 ? path.substring(0, 128) + "…" : path;
        return new Violation(
                "unknown_key",
                shown,
                nearest == null ? "is not a key" : "is not a key; did you mean " + nearest + "?",
                nearest);
    }

    /** The document with the defaults of this program where it says nothing; keys it does not know are dropped. */
    static ObjectNode complete(JsonNode document) {
        ObjectNode out = Json.object();
        SECTIONS.forEach((section, keys) -> {
            ObjectNode members = out.putObject(section);
            for (ConfigKey key : keys) {
                JsonNode given = document.path(section).path(key.name());
                members.set(key.name(), given.isMissingNode() ? key.byDefault() : given);
            }
        });
        return out;
    }

    /**
     * The typed form of a document that some program found valid once; what this program does not understand in it is as if
     * it were not there. Never fails on what is in the log.
     */
    static ClusterConfig lenient(JsonNode document) {
        ObjectNode known = complete(document);
        for (ConfigKey key : keys()) {
            ObjectNode section = (ObjectNode) known.get(key.section());
            if (key.wrong(section.get(key.name())).isPresent()) {
                section.set(key.name(), key.byDefault());
            }
        }
        return build(known);
    }

    /** Values by path, as {@code raft.desired_voters}. */
    static SortedMap<String, JsonNode> flat(JsonNode document) {
        SortedMap<String, JsonNode> out = new TreeMap<>();
        document.properties()
                .forEach(section -> section.getValue()
                        .properties()
                        .forEach(member -> out.put(section.getKey() + "." + member.getKey(), member.getValue())));
        return out;
    }

    private static ClusterConfig build(ObjectNode complete) {
        RecordComponent[] sections = ClusterConfig.class.getRecordComponents();
        Object[] values = new Object[sections.length];
        for (int i = 0; i < sections.length; i++) {
            String name = ConfigKey.snake(sections[i].getName());
            Object[] members = SECTIONS.getOrDefault(name, List.of()).stream()
                    .map(key -> key.value(complete.path(name).path(key.name())))
                    .toArray();
            values[i] = construct(sections[i].getType(), members);
        }
        return (ClusterConfig) construct(ClusterConfig.class, values);
    }

    private static Object construct(Class<?> type, Object[] values) {
        try {
            Constructor<?> canonical = type.getDeclaredConstructor(Stream.of(type.getRecordComponents())
                    .map(RecordComponent::getType)
                    .toArray(Class<?>[]::new));
            return canonical.newInstance(values);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("not a record of configuration: " + type.getName(), e);
        }
    }
}
