package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import dev.vt.control.http.Endpoint;
import dev.vt.kernel.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds answers, and the requests that were accepted, against the OpenAPI document (api.md §10.1): an undeclared status, media
 * type or field fails. For that the document's object schemas are closed here; clients must not close them (A4).
 */
public final class Contract {
    private static final String ID = "urn:vt:openapi";

    private final JsonNode document;
    private final List<Endpoint> endpoints;
    private final SchemaRegistry registry;
    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();
    private final Set<String> exercised = new TreeSet<>();

    Contract(ObjectNode openApi, List<Endpoint> endpoints) {
        ObjectNode closed = openApi.deepCopy();
        close(closed.path("paths"));
        close(closed.path("components"));
        this.document = closed;
        this.endpoints = endpoints;
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, closed.toString())));
    }

    /** Objects with properties and nothing said about others take no others. */
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")
                && !object.has("allOf")) {
            object.put("additionalProperties", false);
        }
        node.forEach(Contract::close);
    }

    /** Operations and statuses seen so far, as {@code apps.create 201}. */
    public Set<String> exercised() {
        synchronized (exercised) {
            return new TreeSet<>(exercised);
        }
    }

    void check(String method, String path, byte @Nullable [] request, TestReply reply) {
        if (reply.header("Content-Type").startsWith("application/problem+json")) {
            checkProblem(reply);
            return;
        }
        Optional<Endpoint> endpoint = find(method, path.split("\\?", 2)[0]);
        if (endpoint.isEmpty()) {
            return;
        }
        synchronized (exercised) {
            exercised.add(endpoint.get().operation() + " " + reply.status());
        }
        String operation = "/paths/" + escape(endpoint.get().path().text()) + "/" + method.toLowerCase(Locale.ROOT);
        String mediaType = reply.header("Content-Type").split(";", 2)[0];
        String response = resolve(operation + "/responses/" + reply.status());
        assertThat(document.at(response).isMissingNode())
                .as("%s %s answers %s, which %s does not declare", method, path, reply.status(), operation)
                .isFalse();
        String content = response + "/content/" + escape(mediaType);
        if (!mediaType.endsWith("json")) {
            assertThat(document.at(content).isMissingNode())
                    .as("%s %s answers %s, which is not declared", method, path, mediaType)
                    .isFalse();
            return;
        }
        validate(content + "/schema", reply.body(), "answer of " + method + " " + path);
        if (request != null && reply.status() < 300) {
            validate(
                    resolve(operation + "/requestBody") + "/content/application~1json/schema",
                    request,
                    "request " + method + " " + path);
        }
    }

    private void checkProblem(TestReply reply) {
        validate("/components/schemas/Problem", reply.body(), "problem");
        JsonNode problem = reply.json();
        ErrorCode code = ErrorCode.of(problem.path("code").asText()).orElseThrow();
        assertThat(reply.status()).isEqualTo(code.status());
        assertThat(problem.path("status").asInt()).isEqualTo(code.status());
        assertThat(problem.path("type").asText()).isEqualTo("urn:vt:error:" + code.code());
        assertThat(problem.path("request_id").asText()).isEqualTo(reply.header("X-Request-Id"));
    }

    private Optional<Endpoint> find(String method, String path) {
        List<String> segments = List.of(path.substring(1).split("/", -1));
        return endpoints.stream()
                .filter(e -> e.method().name().equals(method)
                        && e.path().match(segments).isPresent())
                .max((a, b) -> Long.compare(literals(a), literals(b)));
    }

    private static long literals(Endpoint endpoint) {
        return endpoint.path().segments().stream()
                .filter(segment -> !segment.startsWith("{"))
                .count();
    }

    /** Follows one reference. */
    private String resolve(String pointer) {
        JsonNode node = document.at(pointer);
        return node.has("$ref") ? node.get("$ref").asText().substring(1) : pointer;
    }

    private void validate(String pointer, byte[] content, String what) {
        assertThat(document.at(pointer).isMissingNode())
                .as("%s: the contract has no %s", what, pointer)
                .isFalse();
        Schema schema = schemas.computeIfAbsent(pointer, p -> registry.getSchema(SchemaLocation.of(ID + "#" + p)));
        List<Error> errors = schema.validate(new String(content, StandardCharsets.UTF_8), InputFormat.JSON);
        assertThat(errors)
                .as("%s does not fit %s: %s", what, pointer, new String(content, StandardCharsets.UTF_8))
                .isEmpty();
    }

    private static String escape(String segment) {
        return segment.replace("~", "~0").replace("/", "~1");
    }
}
