package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.DescriptorProtos.MethodOptions.IdempotencyLevel;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.vt.api.cluster.v1.OptionsProto;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.HttpMethod;
import dev.vt.control.testing.TestServer;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The proto files and the OpenAPI document say the same, field by field, both ways (cluster.md §9). */
class RpcContractTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    /** Nouns of cluster.md §9 that are there, by what their operations begin with. */
    private static final List<String> NOUNS =
            List.of("cluster.", "servers.", "nodes.", "config.", "enrollment_tokens.");
    /** Members of requests that gRPC does not have, because the operation does not read them. */
    private static final Set<String> UNREAD =
            Set.of("nodes.activate force", "nodes.disable force", "nodes.revoke force", "nodes.fence force");

    private final List<String> wrong = new ArrayList<>();

    @Test
    void everyOperationOfTheseNounsHasOneMethodAndTheOtherWayRound() {
        Map<String, String> methods = new TreeMap<>();
        for (RpcMethod method : methods()) {
            assertThat(methods.put(method.endpoint().operation(), method.name()))
                    .as(method.name())
                    .isNull();
        }
        Set<String> operations = new TreeSet<>();
        for (Endpoint endpoint : server.control().endpoints()) {
            if (NOUNS.stream().anyMatch(endpoint.operation()::startsWith)) {
                operations.add(endpoint.operation());
            }
        }
        assertThat(methods.keySet()).isEqualTo(operations);
    }

    @Test
    void whatReadsSaysSo() {
        for (RpcMethod method : methods()) {
            boolean reads = proto(method).getOptions().getIdempotencyLevel() == IdempotencyLevel.NO_SIDE_EFFECTS;
            assertThat(reads).as(method.name()).isEqualTo(method.endpoint().method() == HttpMethod.GET);
        }
    }

    @Test
    void everyFieldOfAResponseIsAMemberOfTheAnswerAndTheOtherWayRound() {
        for (RpcMethod method : methods()) {
            if (method.descriptor().getType().serverSendsOneMessage()) {
                JsonNode responses = operation(method).path("responses");
                responses.properties().stream()
                        .filter(response -> response.getKey().startsWith("2"))
                        .forEach(response -> compare(
                                method.name(),
                                proto(method).getOutputType(),
                                resolve(response.getValue()).at("/content/application~1json/schema")));
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyFieldOfARequestIsSomewhereInTheOperationAndTheOtherWayRound() {
        for (RpcMethod method : methods()) {
            Endpoint endpoint = method.endpoint();
            Map<String, FieldDescriptor> fields = fields(proto(method).getInputType());
            for (String segment : endpoint.path().segments()) {
                if (segment.startsWith("{")) {
                    fields.remove(segment.substring(1, segment.length() - 1));
                }
            }
            for (String parameter : endpoint.parameters()) {
                if (fields.remove(parameter) == null) {
                    wrong.add(method.name() + " has no field for the parameter " + parameter);
                }
            }
            fields.values().removeIf(field -> field.getOptions().hasExtension(OptionsProto.removesFrom));
            JsonNode body = resolve(operation(method).path("requestBody")).at("/content/application~1json/schema");
            Set<String> members = new TreeSet<>();
            body.path("properties").fieldNames().forEachRemaining(members::add);
            members.removeIf(name -> UNREAD.contains(endpoint.operation() + " " + name));
            assertThat(fields.keySet()).as(method.name()).isEqualTo(members);
            fields.forEach((name, field) -> type(
                    method.name() + "." + name,
                    field,
                    resolve(body.path("properties").path(name))));
        }
        assertThat(wrong).isEmpty();
    }

    private void compare(String where, Descriptor message, JsonNode schema) {
        JsonNode object = resolve(schema);
        Map<String, FieldDescriptor> fields = fields(message);
        Set<String> required = new TreeSet<>();
        object.path("required").forEach(name -> required.add(name.asText()));
        object.path("properties").properties().forEach(property -> {
            String path = where + "." + property.getKey();
            JsonNode type = resolve(property.getValue());
            FieldDescriptor field = fields.remove(property.getKey());
            boolean never = isNull(type);
            if (field == null) {
                if (!never) {
                    wrong.add(path + " is no field of " + message.getFullName());
                }
                return;
            }
            boolean mayLack = !required.contains(property.getKey()) || nullable(type);
            boolean marked = field.isRepeated() || field.hasPresence();
            boolean nested = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
            if (mayLack && !marked) {
                wrong.add(path + " may be absent, but " + field.getFullName() + " cannot");
            }
            if (!mayLack && !field.isRepeated() && !nested && field.hasPresence()) {
                wrong.add(path + " is always there, but " + field.getFullName() + " is optional");
            }
            type(path, field, type);
        });
        fields.keySet()
                .forEach(name ->
                        wrong.add(where + ": " + message.getFullName() + "." + name + " is no member of the answer"));
    }

    private static boolean isNull(JsonNode schema) {
        return schema.path("type").asText().equals("null");
    }

    private boolean nullable(JsonNode schema) {
        for (JsonNode type : schema.path("type")) {
            if (type.asText().equals("null")) {
                return true;
            }
        }
        for (JsonNode option : schema.path("oneOf")) {
            if (isNull(option)) {
                return true;
            }
        }
        // Any value, so null too.
        return !schema.has("type") && !schema.has("oneOf") && !schema.has("enum");
    }

    private void type(String path, FieldDescriptor field, JsonNode given) {
        JsonNode schema = given;
        for (JsonNode option : given.path("oneOf")) {
            if (!isNull(option)) {
                schema = resolve(option);
            }
        }
        String expected = kind(schema);
        String actual = kind(field);
        if (!expected.equals(actual)) {
            wrong.add(path + " is " + expected + ", but " + field.getFullName() + " is " + actual);
        } else if (expected.equals("object")) {
            compare(path, field.getMessageType(), schema);
        } else if (expected.equals("array of object")) {
            compare(path + "[]", field.getMessageType(), resolve(schema.path("items")));
        }
    }

    private String kind(JsonNode schema) {
        String type = schema.path("type").asText();
        for (JsonNode one : schema.path("type")) {
            if (!one.asText().equals("null")) {
                type = one.asText();
            }
        }
        if (schema.has("enum")) {
            type = "string";
        }
        return switch (type) {
            case "string" -> schema.path("format").asText().equals("date-time") ? "time" : "string";
            case "array" -> "array of " + kind(resolve(schema.path("items")));
            case "object" -> {
                if (schema.has("properties")) {
                    yield "object";
                }
                JsonNode values = schema.path("additionalProperties");
                yield kind(values).equals("string") ? "map of string" : "json";
            }
            case "" -> "json";
            default -> type;
        };
    }

    private static String kind(FieldDescriptor field) {
        if (field.isMapField()) {
            return "map of " + scalar(field.getMessageType().findFieldByNumber(2));
        }
        return field.isRepeated() ? "array of " + scalar(field) : scalar(field);
    }

    private static String scalar(FieldDescriptor field) {
        return switch (field.getType()) {
            case STRING -> "string";
            case INT32, INT64 -> "integer";
            case BOOL -> "boolean";
            case BYTES -> field.getName().endsWith("_json") ? "json" : "bytes";
            case MESSAGE ->
                field.getMessageType().getFullName().equals("google.protobuf.Timestamp") ? "time" : "object";
            default -> field.getType().toString();
        };
    }

    private static Map<String, FieldDescriptor> fields(Descriptor message) {
        Map<String, FieldDescriptor> out = new TreeMap<>();
        message.getFields().forEach(field -> out.put(ProtoJson.member(field), field));
        return out;
    }

    private static List<RpcMethod> methods() {
        return RpcApi.methods(server.control().endpoints());
    }

    private static com.google.protobuf.Descriptors.MethodDescriptor proto(RpcMethod method) {
        return ((ProtoMethodDescriptorSupplier) method.descriptor().getSchemaDescriptor()).getMethodDescriptor();
    }

    private static JsonNode operation(RpcMethod method) {
        Endpoint endpoint = method.endpoint();
        return server.control()
                .openApi()
                .path("paths")
                .path(endpoint.path().text())
                .path(endpoint.method().name().toLowerCase(Locale.ROOT));
    }

    private JsonNode resolve(JsonNode node) {
        return node.has("$ref")
                ? server.control().openApi().at(node.get("$ref").asText().substring(1))
                : node;
    }
}
