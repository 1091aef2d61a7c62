package dev.vt.manifest;

import dev.vt.manifest.toml.TomlNode;
import dev.vt.manifest.toml.TomlNode.Array;
import dev.vt.manifest.toml.TomlNode.Flag;
import dev.vt.manifest.toml.TomlNode.Place;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads a table whose values may be absent or of the wrong type: those, already reported, read as absent. */
record Fields(Table table) {
    private static final Table NOTHING = new Table(new Place("", 1, 1), Map.of());

    Place at() {
        return table.at();
    }

    /** The table below a key, an empty one if there is none. */
    Fields sub(String key) {
        return new Fields(get(key, Table.class).orElse(NOTHING));
    }

    boolean has(String key) {
        return table.entries().containsKey(key);
    }

    Optional<TomlNode> any(String key) {
        return Optional.ofNullable(table.entries().get(key));
    }

    Optional<Text> text(String key) {
        return get(key, Text.class);
    }

    Optional<Whole> whole(String key) {
        return get(key, Whole.class);
    }

    boolean isTrue(String key) {
        return get(key, Flag.class).map(Flag::value).orElse(false);
    }

    /** Tables by name, those of the table below a key. */
    Map<String, Table> tables(String key) {
        Map<String, Table> tables = new LinkedHashMap<>();
        sub(key).table.entries().forEach((name, value) -> {
            if (value instanceof Table inner) {
                tables.put(name, inner);
            }
        });
        return tables;
    }

    /** The tables of an array. */
    List<Fields> elements(String key) {
        return get(key, Array.class).map(Array::items).orElse(List.of()).stream()
                .filter(Table.class::isInstance)
                .map(item -> new Fields((Table) item))
                .toList();
    }

    /** The strings of an array. */
    List<Text> texts(String key) {
        return get(key, Array.class).map(Array::items).orElse(List.of()).stream()
                .filter(Text.class::isInstance)
                .map(Text.class::cast)
                .toList();
    }

    /** The strings of a table. */
    Map<String, Text> textTable(String key) {
        Map<String, Text> texts = new LinkedHashMap<>();
        sub(key).table.entries().forEach((name, value) -> {
            if (value instanceof Text text) {
                texts.put(name, text);
            }
        });
        return texts;
    }

    private <T extends TomlNode> Optional<T> get(String key, Class<T> type) {
        return Optional.ofNullable(table.entries().get(key))
                .filter(type::isInstance)
                .map(type::cast);
    }
}
