package dev.vt.manifest;

import dev.vt.manifest.schema.ManifestSchema;
import dev.vt.manifest.schema.Shape;
import dev.vt.manifest.schema.Shape.KnownKey;
import dev.vt.manifest.schema.Shape.ListShape;
import dev.vt.manifest.schema.Shape.MapShape;
import dev.vt.manifest.schema.Shape.TableShape;
import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Table;
import java.util.LinkedHashMap;
import java.util.Map;

/** Puts the keys of a valid document into the order of the schema; names a person gave keep their order. */
final class SchemaOrder {
    private SchemaOrder() {}

    static Table apply(Table root) {
        return (Table) order(root, ManifestSchema.ROOT);
    }

    private static TomlNode order(TomlNode node, Shape shape) {
        return switch (shape) {
            case TableShape known
            when node instanceof Table table -> {
                Map<String, TomlNode> entries = new LinkedHashMap<>();
                for (KnownKey key : known.keys()) {
                    TomlNode value = table.entries().get(key.name());
                    if (value != null) {
                        entries.put(key.name(), order(value, key.shape()));
                    }
                }
                yield new Table(table.at(), entries);
            }
            case MapShape map
            when node instanceof Table table -> {
                Map<String, TomlNode> entries = new LinkedHashMap<>();
                table.entries().forEach((name, value) -> entries.put(name, order(value, map.value())));
                yield new Table(table.at(), entries);
            }
            case ListShape list
            when node instanceof Array array ->
                new Array(
                        array.at(),
                        array.items().stream()
                                .map(item -> order(item, list.element()))
                                .toList());
            default -> node;
        };
    }
}
