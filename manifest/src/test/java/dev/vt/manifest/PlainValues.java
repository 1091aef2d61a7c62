package dev.vt.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
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
import dev.vt.manifest.toml.TomlNode.Place;
import dev.vt.manifest.toml.TomlNode.Table;
import dev.vt.manifest.toml.TomlNode.Text;
import dev.vt.manifest.toml.TomlNode.Whole;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Between TOML trees and JSON values. */
final class PlainValues {
    private static final Place NOWHERE = new Place("", 1, 1);

    private PlainValues() {}

    /** The document as JSON with the keys and units of the file. */
    static JsonNode json(TomlNode node) {
        JsonNodeFactory make = JsonNodeFactory.instance;
        return switch (node) {
            case Table table -> {
                ObjectNode out = Json.object();
                table.entries().forEach((key, value) -> out.set(key, json(value)));
                yield out;
            }
            case Array array -> {
                ArrayNode out = Json.array();
                array.items().forEach(item -> out.add(json(item)));
                yield out;
            }
            case Text text -> make.textNode(text.value());
            case Whole whole -> make.numberNode(whole.value());
            case Fraction fraction -> make.numberNode(fraction.value());
            case Flag flag -> make.booleanNode(flag.value());
            case Other other -> make.nullNode();
        };
    }

    /** Normalized JSON as a person would write it with every default spelled out. */
    static TomlNode spelledOut(JsonNode node, Shape shape) {
        return switch (shape) {
            case TableShape table -> {
                Map<String, TomlNode> entries = new LinkedHashMap<>();
                for (KnownKey key : table.keys()) {
                    if (node.has(key.jsonName())) {
                        entries.put(key.name(), spelledOut(node.get(key.jsonName()), key.shape()));
                    }
                }
                yield new Table(NOWHERE, entries);
            }
            case MapShape map -> {
                Map<String, TomlNode> entries = new LinkedHashMap<>();
                node.properties().forEach(e -> entries.put(e.getKey(), spelledOut(e.getValue(), map.value())));
                yield new Table(NOWHERE, entries);
            }
            case ListShape list -> {
                List<TomlNode> items = new ArrayList<>();
                node.forEach(item -> items.add(spelledOut(item, list.element())));
                yield new Array(NOWHERE, items);
            }
            case SizeShape size -> new Text(NOWHERE, Sizes.text(node.asLong()));
            case MillisShape millis -> new Fraction(NOWHERE, new BigDecimal(node.asLong()).movePointLeft(3));
            default ->
                node.isTextual()
                        ? new Text(NOWHERE, node.asText())
                        : node.isBoolean() ? new Flag(NOWHERE, node.asBoolean()) : new Whole(NOWHERE, node.asLong());
        };
    }
}
