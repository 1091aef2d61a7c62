package dev.vt.manifest;

import static dev.vt.manifest.FindingCode.E_PROCESS_UNKNOWN;
import static dev.vt.manifest.FindingCode.E_VOLUME_UNKNOWN;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.schema.Shape;
import dev.vt.manifest.schema.Shape.MapShape;
import dev.vt.manifest.schema.Shape.TableShape;
import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays an environment's section over the document (manifest.md §3): tables merge by key, arrays and scalars replace, volumes
 * are found by name. Once over the positioned tree, for validation, and once over normalized JSON, which is all the server
 * keeps; a property test holds the two together.
 */
final class Overrides {
    static final String ENVIRONMENTS = "environments";
    private static final String VOLUMES = "volumes";

    private static final Shape SECTION =
            ((MapShape) ManifestSchema.ROOT.key(ENVIRONMENTS).orElseThrow().shape()).value();

    private Overrides() {}

    /** Reports overrides of processes and volumes that the document does not have. */
    static void checkTargets(Table root, Table environment, Findings findings) {
        Fields given = new Fields(environment);
        Fields base = new Fields(root);
        List<String> processes = List.copyOf(base.tables("processes").keySet());
        given.tables("processes").forEach((name, override) -> {
            if (!processes.contains(name)) {
                findings.add(E_PROCESS_UNKNOWN, override.at(), "no process has this name", name, processes);
            }
        });
        List<String> volumes = base.elements(VOLUMES).stream()
                .flatMap(volume -> volume.text("name").stream())
                .map(Text::value)
                .toList();
        given.tables(VOLUMES).forEach((name, override) -> {
            if (!volumes.contains(name)) {
                findings.add(E_VOLUME_UNKNOWN, override.at(), "no volume has this name", name, volumes);
            }
        });
    }

    /** The document as the environment has it, without {@code environments}. Keys that may not be overridden are left out. */
    static Table merge(Table root, Table environment) {
        Map<String, TomlNode> entries = new LinkedHashMap<>(root.entries());
        entries.remove(ENVIRONMENTS);
        ((Table) permitted(environment, SECTION)).entries().forEach((key, override) -> {
            TomlNode old = entries.get(key);
            if (key.equals(VOLUMES)) {
                if (old instanceof Array volumes && override instanceof Table byName) {
                    entries.put(key, mergeVolumes(volumes, byName));
                }
            } else if (key.equals("processes")) {
                if (old instanceof Table processes && override instanceof Table byName) {
                    entries.put(key, mergeKnown(processes, byName));
                }
            } else {
                entries.put(key, old == null ? override : mergeValue(old, override));
            }
        });
        return new Table(root.at(), entries);
    }

    private static TomlNode permitted(TomlNode node, Shape shape) {
        if (!(node instanceof Table table)) {
            return node;
        }
        Map<String, TomlNode> entries = new LinkedHashMap<>();
        table.entries().forEach((name, value) -> {
            switch (shape) {
                case TableShape known ->
                    known.key(name).ifPresent(key -> entries.put(name, permitted(value, key.shape())));
                case MapShape map -> entries.put(name, permitted(value, map.value()));
                default -> entries.put(name, value);
            }
        });
        return new Table(table.at(), entries);
    }

    private static TomlNode mergeValue(TomlNode old, TomlNode override) {
        if (!(old instanceof Table below && override instanceof Table above)) {
            return override;
        }
        Map<String, TomlNode> entries = new LinkedHashMap<>(below.entries());
        above.entries()
                .forEach((key, value) ->
                        entries.merge(key, value, (oldValue, newValue) -> mergeValue(oldValue, newValue)));
        return new Table(below.at(), entries);
    }

    private static Table mergeKnown(Table processes, Table byName) {
        Map<String, TomlNode> entries = new LinkedHashMap<>(processes.entries());
        byName.entries().forEach((name, override) -> {
            TomlNode old = entries.get(name);
            if (old != null) {
                entries.put(name, mergeValue(old, override));
            }
        });
        return new Table(processes.at(), entries);
    }

    private static Array mergeVolumes(Array volumes, Table byName) {
        List<TomlNode> items = new ArrayList<>();
        for (TomlNode item : volumes.items()) {
            TomlNode override = item instanceof Table volume && volume.entries().get("name") instanceof Text name
                    ? byName.entries().get(name.value())
                    : null;
            items.add(override == null ? item : mergeValue(item, override));
        }
        return new Array(volumes.at(), items);
    }

    /** The same over normalized JSON. Neither argument is changed. */
    static ObjectNode merge(ObjectNode normalized, String environment) {
        ObjectNode merged = normalized.deepCopy();
        JsonNode override = merged.path(ENVIRONMENTS).path(environment);
        merged.remove(ENVIRONMENTS);
        override.properties().forEach(entry -> {
            String key = entry.getKey();
            if (key.equals(VOLUMES)) {
                for (JsonNode volume : merged.withArray(VOLUMES)) {
                    entry.getValue()
                            .path(volume.path("name").asText())
                            .properties()
                            .forEach(field -> ((ObjectNode) volume).set(field.getKey(), field.getValue()));
                }
            } else {
                mergeField(merged, key, entry.getValue());
            }
        });
        return merged;
    }

    private static void mergeField(ObjectNode below, String key, JsonNode above) {
        JsonNode old = below.get(key);
        if (old instanceof ObjectNode table && above instanceof ObjectNode override) {
            override.properties().forEach(entry -> mergeField(table, entry.getKey(), entry.getValue()));
        } else {
            below.set(key, above instanceof ArrayNode array ? array.deepCopy() : above);
        }
    }
}
