package dev.vt.control.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.OptionsProto;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.HttpMethod;
import dev.vt.control.http.Refusals;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.grpc.MethodDescriptor;
import io.grpc.protobuf.ProtoMethodDescriptorSupplier;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;

/** A method of the public API and the operation that answers it. Immutable. */
final class RpcMethod {
    /**
     * Where a request goes, as HTTP would have it.
     *
     * @param path percent-encoded, as are its parameters
     */
    record Target(String path, String rawQuery, Map<String, String> parameters, Map<String, List<String>> query) {}

    private final MethodDescriptor<Message, Message> descriptor;
    private final Endpoint endpoint;
    private final Message.Builder responses;
    private final List<FieldDescriptor> inPath = new ArrayList<>();
    private final List<FieldDescriptor> inQuery = new ArrayList<>();
    private final List<FieldDescriptor> inBody = new ArrayList<>();
    private final List<FieldDescriptor> removals = new ArrayList<>();

    /**
     * @param endpoints by operation
     * @throws IllegalArgumentException if the method names no operation, or its request does not fit it
     */
    RpcMethod(MethodDescriptor<Message, Message> descriptor, Map<String, Endpoint> endpoints) {
        this.descriptor = descriptor;
        var proto = ((ProtoMethodDescriptorSupplier) descriptor.getSchemaDescriptor()).getMethodDescriptor();
        String operation = proto.getOptions().getExtension(OptionsProto.operation);
        Endpoint found = endpoints.get(operation);
        if (found == null) {
            throw new IllegalArgumentException(name() + " names no operation of this server: " + operation);
        }
        this.endpoint = found;
        this.responses = marshaller(descriptor.getResponseMarshaller()).newBuilderForType();
        Set<String> path = pathParameters(found);
        for (FieldDescriptor field : proto.getInputType().getFields()) {
            if (path.remove(field.getName())) {
                inPath.add(field);
            } else if (found.parameters().contains(field.getName())) {
                inQuery.add(field);
            } else if (found.method() == HttpMethod.GET || found.method() == HttpMethod.DELETE) {
                throw new IllegalArgumentException(name() + ": " + operation + " has no place for " + field.getName());
            } else if (field.getOptions().hasExtension(OptionsProto.removesFrom)) {
                removals.add(checked(field));
            } else {
                inBody.add(field);
            }
        }
        if (!path.isEmpty()) {
            throw new IllegalArgumentException(name() + " lacks " + path + " of " + found.path());
        }
    }

    private static FieldDescriptor checked(FieldDescriptor removal) {
        FieldDescriptor map = removal.getContainingType()
                .findFieldByName(removal.getOptions().getExtension(OptionsProto.removesFrom));
        if (map == null || !map.isMapField()) {
            throw new IllegalArgumentException(removal.getFullName() + " removes from what is no map");
        }
        return removal;
    }

    private static Set<String> pathParameters(Endpoint endpoint) {
        Set<String> out = new HashSet<>();
        for (String segment : endpoint.path().segments()) {
            if (segment.startsWith("{")) {
                out.add(segment.substring(1, segment.length() - 1));
            }
        }
        return out;
    }

    private static Message marshaller(MethodDescriptor.Marshaller<Message> marshaller) {
        return Objects.requireNonNull(
                ((MethodDescriptor.PrototypeMarshaller<Message>) marshaller).getMessagePrototype());
    }

    MethodDescriptor<Message, Message> descriptor() {
        return descriptor;
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** {@code vt.cluster.v1.NodeService/Drain}. */
    String name() {
        return descriptor.getFullMethodName();
    }

    Message.Builder newResponse() {
        return responses.getDefaultInstanceForType().newBuilderForType();
    }

    /**
     * Path and query of a request.
     *
     * @throws ProblemException {@code not_found} if a field that names a resource is empty
     */
    Target target(Message request) {
        Map<String, String> parameters = new TreeMap<>();
        for (FieldDescriptor field : inPath) {
            parameters.put(field.getName(), encoded(String.valueOf(request.getField(field))));
        }
        Map<String, List<String>> query = new TreeMap<>();
        for (FieldDescriptor field : inQuery) {
            if (ProtoJson.isSet(request, field)) {
                query.put(field.getName(), texts(request, field));
            }
        }
        return new Target(path(parameters), rawQuery(query), parameters, query);
    }

    private String path(Map<String, String> parameters) {
        StringBuilder out = new StringBuilder();
        for (String segment : endpoint.path().segments()) {
            String text =
                    segment.startsWith("{") ? parameters.get(segment.substring(1, segment.length() - 1)) : segment;
            if (text == null || text.isEmpty()) {
                throw Refusals.notFound();
            }
            out.append('/').append(text);
        }
        return out.toString();
    }

    private static List<String> texts(Message request, FieldDescriptor field) {
        Object value = request.getField(field);
        return value instanceof List<?> list
                ? list.stream().map(String::valueOf).toList()
                : List.of(String.valueOf(value));
    }

    private static String rawQuery(Map<String, List<String>> query) {
        List<String> pairs = new ArrayList<>();
        query.forEach((name, values) -> values.forEach(value -> pairs.add(name + "=" + encoded(value))));
        return String.join("&", pairs);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * Empty if the operation has none.
     *
     * @throws ProblemException {@code invalid_argument}, {@code malformed_body}
     */
    byte[] body(Message request) {
        if (inBody.isEmpty()) {
            return new byte[0];
        }
        ObjectNode out = Json.object();
        for (FieldDescriptor field : inBody) {
            if (ProtoJson.isSet(request, field)) {
                ProtoJson.write(request, field, out);
            }
        }
        removals.forEach(field -> remove(request, field, out));
        return Json.bytes(out);
    }

    private static void remove(Message request, FieldDescriptor field, ObjectNode out) {
        ObjectNode map = null;
        for (String key : texts(request, field)) {
            if (map == null) {
                map = out.withObjectProperty(field.getOptions().getExtension(OptionsProto.removesFrom));
            }
            if (map.hasNonNull(key)) {
                throw new ProblemException(
                        Problem.of(ErrorCode.INVALID_ARGUMENT, "a key is both set and in " + field.getName()));
            }
            map.putNull(key);
        }
    }

    /** The answer of the operation as the method's response. */
    Message response(JsonNode answer) {
        Message.Builder out = newResponse();
        ProtoJson.read(answer, out);
        return out.build();
    }
}
