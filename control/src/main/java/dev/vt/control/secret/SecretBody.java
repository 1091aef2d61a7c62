package dev.vt.control.secret;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.NearestName;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.secrets.SecretBytes;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request with values, read by a streaming parser straight into {@link SecretBytes}, so that no value becomes a
 * string: {@code {"values": {"KEY": {"base64": "…"} or null}, "if_version": 3}}. One thread; the reader closes it.
 */
final class SecretBody implements AutoCloseable {
    private final Map<String, @Nullable SecretBytes> values = new TreeMap<>();
    private @Nullable SecretBytes value;
    private @Nullable String key;
    private @Nullable Integer ifVersion;
    private @Nullable Integer generate;
    private boolean showOnce;

    private SecretBody() {}

    /** @param known the members this request may have, of values, set, if_version, key, value, generate, show_once */
    static SecretBody parse(byte[] body, Set<String> known) {
        SecretBody parsed = new SecretBody();
        try (JsonParser parser = Json.MAPPER.getFactory().createParser(body)) {
            expect(parser.nextToken() == JsonToken.START_OBJECT, "the body must be a JSON object");
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                parsed.member(parser, known);
            }
            expect(parser.nextToken() == null, "the body must be one JSON object");
            return parsed;
        } catch (JsonParseException e) {
            parsed.close();
            // Not the parser's own words: they quote the input.
            throw malformed("the body is not JSON: line " + e.getLocation().getLineNr());
        } catch (IOException e) {
            parsed.close();
            throw malformed("the body is not JSON");
        } catch (ProblemException e) {
            parsed.close();
            throw e;
        }
    }

    private void member(JsonParser parser, Set<String> known) throws IOException {
        String name = parser.currentName();
        if (!known.contains(name)) {
            throw unknown(name, known);
        }
        JsonToken token = parser.nextToken();
        switch (name) {
            case "values", "set" -> {
                expect(token == JsonToken.START_OBJECT, name + " must be an object");
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String variable = parser.currentName();
                    values.put(variable, parser.nextToken() == JsonToken.VALUE_NULL ? null : secret(parser));
                }
            }
            case "value" -> value = secret(parser);
            case "key" -> {
                expect(token == JsonToken.VALUE_STRING, "key must be a string");
                key = parser.getText();
            }
            case "if_version" -> ifVersion = whole(parser, name);
            case "generate" -> generate = whole(parser, name);
            case "show_once" -> {
                expect(token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE, "show_once must be a boolean");
                showOnce = token == JsonToken.VALUE_TRUE;
            }
            default -> throw unknown(name, known);
        }
    }

    private static int whole(JsonParser parser, String name) throws IOException {
        expect(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, name + " must be a whole number");
        return parser.getIntValue();
    }

    /** {@code {"base64": "…"}}. */
    private static SecretBytes secret(JsonParser parser) throws IOException {
        expect(
                parser.currentToken() == JsonToken.START_OBJECT
                        && parser.nextToken() == JsonToken.FIELD_NAME
                        && parser.currentName().equals("base64")
                        && parser.nextToken() == JsonToken.VALUE_STRING,
                "a value must be {\"base64\": \"…\"}");
        byte[] bytes;
        try {
            bytes = parser.getBinaryValue();
        } catch (JsonParseException e) {
            throw malformed("a value is not base64: line " + e.getLocation().getLineNr());
        }
        SecretBytes secret = SecretBytes.owning(bytes);
        if (parser.nextToken() != JsonToken.END_OBJECT) {
            secret.close();
            throw malformed("a value must be {\"base64\": \"…\"}");
        }
        return secret;
    }

    /** By variable; null: remove it. Wiped with this body. */
    Map<String, @Nullable SecretBytes> values() {
        return values;
    }

    @Nullable
    SecretBytes value() {
        return value;
    }

    @Nullable
    String key() {
        return key;
    }

    @Nullable
    Integer ifVersion() {
        return ifVersion;
    }

    @Nullable
    Integer generate() {
        return generate;
    }

    boolean showOnce() {
        return showOnce;
    }

    @Override
    public void close() {
        values.values().forEach(secret -> {
            if (secret != null) {
                secret.close();
            }
        });
        if (value != null) {
            value.close();
        }
    }

    private static void expect(boolean holds, String otherwise) {
        if (!holds) {
            throw malformed(otherwise);
        }
    }

    private static ProblemException malformed(String detail) {
        return new ProblemException(Problem.of(ErrorCode.MALFORMED_BODY, detail));
    }

    private static ProblemException unknown(String name, Set<String> known) {
        String near = NearestName.of(name, known.stream().sorted().toList())
                .map(nearest -> "; did you mean " + nearest + "?")
                .orElse("");
        return new ProblemException(Problem.of(ErrorCode.UNKNOWN_FIELD, "unknown field" + near)
                .withDetails(Map.of("errors", List.of(Map.of("code", "unknown_field", "path", "/")))));
    }
}
