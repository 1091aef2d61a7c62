package dev.vt.control.openapi;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.http.Access;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.HttpMethod;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Merges fragments and endpoints. */
public final class OpenApiDocument {
    private static final String RESOURCES = "/dev/vt/api/openapi/";
    private static final String COMMON = "common";
    private static final Set<String> SECTIONS = Set.of("paths", "components");

    private final ObjectNode document = Json.object();
    private final List<String> errors = new ArrayList<>();

    private OpenApiDocument() {}

    /**
     * @param fragments names without {@code .yaml}; {@code common} is always there
     * @throws IllegalArgumentException naming everything that does not fit
     */
    public static ObjectNode of(Set<String> fragments, List<Endpoint> endpoints, String version) {
        OpenApiDocument merged = new OpenApiDocument();
        merged.document.put("openapi", "3.1.0");
        merged.document
                .putObject("info")
                .put("title", "vt")
                .put("version", version)
                .put("description", "Control plane API; ground rules and error codes are in the specification.");
        merged.document.putObject("paths");
        merged.document.putObject("components");
        Set<String> names = new TreeSet<>(fragments);
        names.add(COMMON);
        names.forEach(merged::add);
        endpoints.forEach(merged::complete);
        merged.findOrphans(endpoints);
        if (!merged.errors.isEmpty()) {
            throw new IllegalArgumentException("OpenAPI fragments do not fit the endpoints: " + merged.errors);
        }
        return merged.document;
    }

    private void add(String name) {
        JsonNode fragment = load(name);
        fragment.properties().forEach(section -> {
            if (!SECTIONS.contains(section.getKey())) {
                errors.add(name + ".yaml has a section " + section.getKey());
            }
        });
        mergeNew((ObjectNode) document.get("paths"), fragment.path("paths"), name);
        ObjectNode components = (ObjectNode) document.get("components");
        fragment.path("components")
                .properties()
                .forEach(kind -> mergeNew(components.withObjectProperty(kind.getKey()), kind.getValue(), name));
    }

    private void mergeNew(ObjectNode into, JsonNode from, String fragment) {
        from.properties().forEach(member -> {
            if (into.has(member.getKey())) {
                errors.add(fragment + ".yaml repeats " + member.getKey());
            }
            into.set(member.getKey(), member.getValue());
        });
    }

    private JsonNode load(String name) {
        try (InputStream in = OpenApiDocument.class.getResourceAsStream(RESOURCES + name + ".yaml")) {
            if (in == null) {
                errors.add("there is no api/openapi/" + name + ".yaml");
                return Json.object();
            }
            Object yaml = new Load(LoadSettings.builder()
                            .setLabel(name + ".yaml")
                            .setAllowDuplicateKeys(false)
                            .build())
                    .loadFromInputStream(in);
            return Json.toTree(yaml);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the fragment " + name, e);
        }
    }

    /** Adds to an endpoint's operation what follows from its registration. */
    private void complete(Endpoint endpoint) {
        JsonNode found = operation(endpoint);
        if (!(found instanceof ObjectNode operation)) {
            errors.add("no operation for " + endpoint.method() + " " + endpoint.path());
            return;
        }
        if (!operation.path("operationId").asText().equals(endpoint.operation())) {
            errors.add(
                    endpoint.method() + " " + endpoint.path() + " must have the operationId " + endpoint.operation());
        }
        addParameters(endpoint, operation);
        addSecurity(endpoint, operation);
        ObjectNode problem = operation
                .withObjectProperty("responses")
                .putObject("default")
                .put("description", "A problem; its code is the contract");
        problem.putObject("content")
                .putObject("application/problem+json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/Problem");
    }

    private JsonNode operation(Endpoint endpoint) {
        return document.path("paths")
                .path(endpoint.path().text())
                .path(endpoint.method().name().toLowerCase(Locale.ROOT));
    }

    private void addParameters(Endpoint endpoint, ObjectNode operation) {
        ArrayNode parameters = operation.withArrayProperty("parameters");
        Set<String> described = new HashSet<>();
        for (JsonNode parameter : parameters) {
            JsonNode resolved = parameter.has("$ref")
                    ? document.at(parameter.get("$ref").asText().substring(1))
                    : parameter;
            described.add(
                    resolved.path("in").asText() + ":" + resolved.path("name").asText());
            if (resolved.path("in").asText().equals("query")
                    && !endpoint.parameters().contains(resolved.path("name").asText())) {
                errors.add(endpoint.operation() + " describes the unknown parameter " + resolved.path("name"));
            }
        }
        for (String segment : endpoint.path().segments()) {
            if (segment.startsWith("{")) {
                String name = segment.substring(1, segment.length() - 1);
                if (described.add("path:" + name)) {
                    parameters.add(parameter(name, "path", true, "string"));
                }
            }
        }
        for (String name : new TreeSet<>(endpoint.parameters())) {
            if (described.add("query:" + name)) {
                parameters.add(queryParameter(name));
            }
        }
        if (endpoint.method() != HttpMethod.GET && !(endpoint.access() instanceof Access.Anonymous)) {
            parameters.add(parameter("Idempotency-Key", "header", endpoint.keyRequired(), "string"));
            parameters.add(parameter("If-Match", "header", false, "string"));
        }
    }

    private static ObjectNode queryParameter(String name) {
        return switch (name) {
            case "limit" -> {
                ObjectNode out = parameter(name, "query", false, "integer");
                ((ObjectNode) out.get("schema"))
                        .put("minimum", 1)
                        .put("maximum", 200)
                        .put("default", 50);
                yield out;
            }
            case "order" -> {
                ObjectNode out = parameter(name, "query", false, "string");
                out.withObjectProperty("schema").putArray("enum").add("asc").add("desc");
                yield out;
            }
            case "include_deleted" -> parameter(name, "query", false, "boolean");
            case "cursor" -> parameter(name, "query", false, "string");
            default -> {
                ObjectNode out = parameter(name, "query", false, "array");
                out.withObjectProperty("schema").putObject("items").put("type", "string");
                yield out.put("explode", true);
            }
        };
    }

    private static ObjectNode parameter(String name, String in, boolean required, String type) {
        ObjectNode out = Json.object().put("name", name).put("in", in).put("required", required);
        out.putObject("schema").put("type", type);
        return out;
    }

    private static void addSecurity(Endpoint endpoint, ObjectNode operation) {
        ArrayNode security = operation.putArray("security");
        String scope = switch (endpoint.access()) {
            case Access.Anonymous() -> null;
            case Access.AnyToken(String any) -> any;
            case Access.Session() -> null;
            case Access.InOrg(String inOrg) -> inOrg;
            case Access.Operator(String ofOperator) -> ofOperator;
        };
        if (endpoint.access() instanceof Access.Session) {
            security.addObject().putArray("session");
        }
        if (scope != null) {
            ArrayNode scopes = security.addObject().putArray("bearer");
            if (!scope.isEmpty()) {
                scopes.add(scope);
            }
        }
    }

    private void findOrphans(List<Endpoint> endpoints) {
        Set<String> known = new HashSet<>();
        endpoints.forEach(e -> known.add(e.method().name().toLowerCase(Locale.ROOT) + " " + e.path()));
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue().fieldNames().forEachRemaining(method -> {
                    if (!known.contains(method + " " + path.getKey())) {
                        errors.add("no endpoint for " + method + " " + path.getKey());
                    }
                }));
    }
}
