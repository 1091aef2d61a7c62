package dev.vt.eventlog;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A compiled JSON Schema (2020-12) of the part that event payloads need: objects are closed, numbers are integers (S2). A
 * keyword outside of this part is refused when the schema is compiled, so that none is silently without effect. Immutable.
 *
 * <p>Own code and not a library: it runs for every event appended, and takes 1–2 µs for a usual payload.
 */
final class PayloadSchema {
    private static final Set<String> ANNOTATIONS =
            Set.of("$schema", "$id", "$defs", "title", "description", "examples", "format", "$comment");

    /** Checks one aspect of a value; returns what is wrong, or null. */
    @FunctionalInterface
    private interface Check {
        @Nullable
        String test(JsonNode value, String path);
    }

    private final Check check;

    private PayloadSchema(Check check) {
        this.check = check;
    }

    /**
     * @param root the document that {@code $ref} points into
     * @throws IllegalArgumentException on a keyword or type that payloads may not use
     */
    static PayloadSchema compile(JsonNode schema, JsonNode root) {
        Check compiled = new Compiler(root).compile(schema);
        if (!"object".equals(schema.path("type").asText())) {
            throw new IllegalArgumentException("the payload of an event is an object");
        }
        return new PayloadSchema(compiled);
    }

    /** What the payload does wrong, with its place but never its value; null if it fits. */
    @Nullable
    String problem(ObjectNode payload) {
        return check.test(payload, "");
    }

    private static final class Compiler {
        private final JsonNode root;
        private final Map<String, PayloadSchema[]> references = new HashMap<>();

        Compiler(JsonNode root) {
            this.root = root;
        }

        Check compile(JsonNode schema) {
            if (schema.isBoolean() && schema.booleanValue()) {
                return (value, path) -> null;
            }
            if (!schema.isObject()) {
                throw new IllegalArgumentException("not a schema: " + schema);
            }
            List<Check> checks = new ArrayList<>();
            schema.properties().forEach(entry -> keyword(checks, schema, entry.getKey(), entry.getValue()));
            if (schema.path("type").toString().contains("object")) {
                checks.add(object(schema));
            }
            Check[] all = checks.toArray(Check[]::new);
            return (value, path) -> {
                for (Check one : all) {
                    String problem = one.test(value, path);
                    if (problem != null) {
                        return problem;
                    }
                }
                return null;
            };
        }

        private void keyword(List<Check> checks, JsonNode schema, String name, JsonNode operand) {
            switch (name) {
                case "type" -> checks.add(type(operand));
                case "enum" -> checks.add(oneOfValues(operand));
                case "const" -> checks.add((value, path) -> value.equals(operand) ? null : path + " has another value");
                case "pattern" -> {
                    Pattern pattern = Pattern.compile(operand.textValue());
                    checks.add((value, path) -> !value.isTextual()
                                    || pattern.matcher(value.textValue()).find()
                            ? null
                            : path + " does not match " + pattern);
                }
                case "minLength" -> {
                    int least = operand.intValue();
                    checks.add((value, path) ->
                            !value.isTextual() || length(value) >= least ? null : path + " is shorter than " + least);
                }
                case "maxLength" -> {
                    int most = operand.intValue();
                    checks.add((value, path) ->
                            !value.isTextual() || length(value) <= most ? null : path + " is longer than " + most);
                }
                case "minimum" -> {
                    long least = operand.longValue();
                    checks.add((value, path) ->
                            !value.isNumber() || value.longValue() >= least ? null : path + " is less than " + least);
                }
                case "maximum" -> {
                    long most = operand.longValue();
                    checks.add((value, path) ->
                            !value.isNumber() || value.longValue() <= most ? null : path + " is more than " + most);
                }
                case "items" -> {
                    Check item = compile(operand);
                    checks.add((value, path) -> value.isArray() ? eachItem(item, value, path) : null);
                }
                case "minItems" -> {
                    int least = operand.intValue();
                    checks.add((value, path) ->
                            !value.isArray() || value.size() >= least ? null : path + " has too few items");
                }
                case "maxItems" -> {
                    int most = operand.intValue();
                    checks.add((value, path) ->
                            !value.isArray() || value.size() <= most ? null : path + " has too many items");
                }
                case "anyOf", "oneOf" -> checks.add(anyOf(operand, name.equals("oneOf")));
                case "$ref" -> checks.add(reference(operand.textValue()));
                case "properties", "required", "additionalProperties", "propertyNames", "maxProperties" -> {
                    if (!schema.path("type").toString().contains("object")) {
                        throw new IllegalArgumentException(name + " needs type object");
                    }
                }
                default -> {
                    if (!ANNOTATIONS.contains(name)) {
                        throw new IllegalArgumentException("payload schemas have no keyword " + name);
                    }
                }
            }
        }

        private static int length(JsonNode text) {
            String value = text.textValue();
            return value.codePointCount(0, value.length());
        }

        private static @Nullable String eachItem(Check item, JsonNode array, String path) {
            for (int i = 0; i < array.size(); i++) {
                String problem = item.test(array.get(i), path + "/" + i);
                if (problem != null) {
                    return problem;
                }
            }
            return null;
        }

        private static Check type(JsonNode operand) {
            List<String> names = new ArrayList<>();
            if (operand.isTextual()) {
                names.add(operand.textValue());
            } else {
                operand.forEach(one -> names.add(one.textValue()));
            }
            for (String name : names) {
                if (!Set.of("object", "array", "string", "integer", "boolean", "null")
                        .contains(name)) {
                    throw new IllegalArgumentException("payloads have no type " + name);
                }
            }
            return (value, path) -> {
                for (String name : names) {
                    if (hasType(value, name)) {
                        return null;
                    }
                }
                return path + " is not of type " + String.join(" or ", names);
            };
        }

        private static boolean hasType(JsonNode value, String name) {
            return switch (name) {
                case "object" -> value.isObject();
                case "array" -> value.isArray();
                case "string" -> value.isTextual();
                case "integer" -> value.isIntegralNumber() && value.canConvertToLong();
                case "boolean" -> value.isBoolean();
                case "null" -> value.isNull();
                default -> false;
            };
        }

        private static Check oneOfValues(JsonNode operand) {
            Set<JsonNode> values = new HashSet<>();
            operand.forEach(values::add);
            return (value, path) -> values.contains(value) ? null : path + " is none of the allowed values";
        }

        private Check anyOf(JsonNode operand, boolean exactlyOne) {
            List<Check> branches = new ArrayList<>();
            operand.forEach(one -> branches.add(compile(one)));
            return (value, path) -> {
                int fitting = 0;
                for (Check branch : branches) {
                    if (branch.test(value, path) == null) {
                        fitting++;
                    }
                }
                return fitting == 0 || (exactlyOne && fitting > 1) ? path + " fits none of the alternatives" : null;
            };
        }

        private Check reference(String pointer) {
            if (!pointer.startsWith("#/")) {
                throw new IllegalArgumentException("only references into the same document: " + pointer);
            }
            PayloadSchema[] holder = references.get(pointer);
            if (holder == null) {
                // Registered before it is compiled, so that a schema may refer to itself.
                holder = new PayloadSchema[1];
                references.put(pointer, holder);
                JsonNode target = root.at(pointer.substring(1));
                if (target.isMissingNode()) {
                    throw new IllegalArgumentException("reference to nothing: " + pointer);
                }
                holder[0] = new PayloadSchema(compile(target));
            }
            PayloadSchema[] late = holder;
            return (value, path) -> late[0].check.test(value, path);
        }

        private Check object(JsonNode schema) {
            Map<String, Check> properties = new HashMap<>();
            schema.path("properties").properties().forEach(p -> properties.put(p.getKey(), compile(p.getValue())));
            List<String> required = new ArrayList<>();
            schema.path("required").forEach(name -> required.add(name.textValue()));
            JsonNode additional = schema.path("additionalProperties");
            // Closed unless it says what other members look like: a map.
            Check others = additional.isObject() ? compile(additional) : null;
            JsonNode propertyNames = schema.path("propertyNames");
            Check names = propertyNames.isObject() ? compile(propertyNames) : null;
            int most = schema.path("maxProperties").asInt(Integer.MAX_VALUE);
            return (value, path) -> {
                if (!value.isObject()) {
                    return null;
                }
                if (value.size() > most) {
                    return path + " has too many members";
                }
                for (String name : required) {
                    if (!value.has(name)) {
                        return path + "/" + name + " is missing";
                    }
                }
                for (Map.Entry<String, JsonNode> member : value.properties()) {
                    String name = member.getKey();
                    Check known = properties.get(name);
                    if (known == null) {
                        if (others == null) {
                            return path + "/" + name + " is not known";
                        }
                        known = others;
                        if (names != null && names.test(TextNode.valueOf(name), "") != null) {
                            return path + " has a member whose name is not allowed";
                        }
                    }
                    String problem = known.test(member.getValue(), path + "/" + name);
                    if (problem != null) {
                        return problem;
                    }
                }
                return null;
            };
        }
    }
}
