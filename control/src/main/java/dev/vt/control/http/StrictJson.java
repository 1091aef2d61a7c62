package dev.vt.control.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.type.LogicalType;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.NearestName;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Request bodies: valid UTF-8, one JSON object, no duplicate names, at most 64 deep, no NUL, no lone surrogate; then bound to
 * a record without any coercion, unknown names refused with the nearest known one (A4).
 */
final class StrictJson {
    private static final ObjectMapper BINDING = binding();

    private StrictJson() {}

    private static ObjectMapper binding() {
        ObjectMapper mapper = ((JsonMapper) Json.MAPPER)
                .rebuild()
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
                .build();
        mapper.coercionConfigFor(LogicalType.Textual)
                .setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
        mapper.coercionConfigFor(LogicalType.Integer).setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
        return mapper;
    }

    /** @throws ProblemException {@code malformed_body} */
    static ObjectNode parseObject(byte[] body) {
        JsonNode tree;
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            tree = Json.MAPPER.readTree(body);
        } catch (CharacterCodingException e) {
            throw malformed("the body is not valid UTF-8");
        } catch (JsonProcessingException e) {
            throw malformed("the body is not one JSON document: " + reason(e));
        } catch (IOException e) {
            throw malformed("the body is not one JSON document");
        }
        if (!(tree instanceof ObjectNode object)) {
            throw malformed("the body must be a JSON object");
        }
        checkText(object);
        return object;
    }

    /** Jackson quotes input in its messages; only what we can say without it is passed on. */
    private static String reason(JsonProcessingException e) {
        String message = String.valueOf(e.getOriginalMessage());
        if (message.startsWith("Duplicate")) {
            return "a name appears twice in one object";
        }
        if (message.contains("nesting depth")) {
            return "it is nested more than 64 deep";
        }
        if (e.getLocation() != null) {
            return "line " + e.getLocation().getLineNr() + ", column "
                    + e.getLocation().getColumnNr();
        }
        return "syntax error";
    }

    private static void checkText(JsonNode node) {
        if (node.isTextual()) {
            checkText(node.textValue());
        } else if (node.isObject()) {
            node.properties().forEach(member -> {
                checkText(member.getKey());
                checkText(member.getValue());
            });
        } else {
            node.forEach(StrictJson::checkText);
        }
    }

    private static void checkText(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw malformed("a string holds U+0000");
            }
            if (Character.isSurrogate(c)) {
                boolean pair = Character.isHighSurrogate(c)
                        && i + 1 < text.length()
                        && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw malformed("a string holds a lone surrogate");
                }
                i++;
            }
        }
    }

    /** @throws ProblemException {@code unknown_field} or {@code invalid_argument} */
    static <T> T bind(JsonNode tree, Class<T> type) {
        try {
            return BINDING.treeToValue(tree, type);
        } catch (UnrecognizedPropertyException e) {
            List<String> known = new ArrayList<>();
            for (Object id : e.getKnownPropertyIds()) {
                known.add(String.valueOf(id));
            }
            throw unknown(pointer(e), e.getPropertyName(), known, "field");
        } catch (JsonMappingException e) {
            String path = pointer(e);
            throw new Checks()
                    .error(path, "invalid_type", "has the wrong type or is missing")
                    .toProblem(ErrorCode.INVALID_ARGUMENT);
        } catch (JsonProcessingException e) {
            throw malformed("the body does not fit the request");
        }
    }

    /** @throws ProblemException {@code unknown_field} if the object has a member that is not known */
    static void refuseUnknown(ObjectNode object, Set<String> known) {
        object.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                throw unknown("/" + name, name, known, "field");
            }
        });
    }

    static ProblemException unknown(String path, String name, Collection<String> known, String what) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", ErrorCode.UNKNOWN_FIELD.code());
        error.put("path", path);
        error.put("message", "unknown " + what);
        String detail = "unknown " + what + " " + printable(name);
        var nearest = NearestName.of(name, known.stream().sorted().toList());
        if (nearest.isPresent()) {
            error.put("nearest", nearest.get());
            detail += "; did you mean " + nearest.get() + "?";
        }
        return new ProblemException(
                Problem.of(ErrorCode.UNKNOWN_FIELD, detail).withDetails(Map.of("errors", List.of(error))));
    }

    private static String printable(String name) {
        String shortened = name.length() > 64 ? name.substring(0, 64) + "…" : name;
        return shortened.chars().anyMatch(Character::isISOControl) ? "(unprintable)" : shortened;
    }

    private static String pointer(JsonMappingException e) {
        StringBuilder out = new StringBuilder();
        for (JsonMappingException.Reference step : e.getPath()) {
            out.append('/').append(step.getFieldName() != null ? step.getFieldName() : step.getIndex());
        }
        return out.toString();
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of(ErrorCode.MALFORMED_BODY, detail));
    }
}
