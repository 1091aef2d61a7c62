package dev.vt.control.rpc;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Message;
import com.google.protobuf.MessageOrBuilder;
import com.google.protobuf.Timestamp;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;

/**
 * Messages as the JSON of the HTTP API and back, by the rules that {@code options.proto} gives to clients. Not the JSON mapping of
 * protobuf, which writes 64-bit numbers as text and names in camel case. Pure.
 */
final class ProtoJson {
    private static final String JSON_SUFFIX = "_json";

    private ProtoJson() {}

    /** The name of a field's member: its own, or that of the value whose JSON it holds. */
    static String member(FieldDescriptor field) {
        String name = field.getName();
        return holdsJson(field) ? name.substring(0, name.length() - JSON_SUFFIX.length()) : name;
    }

    private static boolean holdsJson(FieldDescriptor field) {
        return field.getType() == FieldDescriptor.Type.BYTES && field.getName().endsWith(JSON_SUFFIX);
    }

    /** What is set; a field that cannot be unset is set if it differs from its default. */
    static boolean isSet(MessageOrBuilder message, FieldDescriptor field) {
        if (field.isRepeated()) {
            return message.getRepeatedFieldCount(field) > 0;
        }
        return message.hasField(field);
    }

    /**
     * Puts a field that is set into an object.
     *
     * @throws ProblemException {@code malformed_body} if a field holds no JSON
     */
    static void write(MessageOrBuilder message, FieldDescriptor field, ObjectNode out) {
        if (field.isMapField()) {
            ObjectNode map = out.withObjectProperty(member(field));
            for (int i = 0; i < message.getRepeatedFieldCount(field); i++) {
                Message entry = (Message) message.getRepeatedField(field, i);
                Descriptor type = entry.getDescriptorForType();
                map.set(
                        (String) entry.getField(type.findFieldByNumber(1)),
                        value(type.findFieldByNumber(2), entry.getField(type.findFieldByNumber(2))));
            }
        } else if (field.isRepeated()) {
            ArrayNode array = out.putArray(member(field));
            ((List<?>) message.getField(field)).forEach(item -> array.add(value(field, item)));
        } else {
            out.set(member(field), value(field, message.getField(field)));
        }
    }

    /** Everything that is set. */
    static ObjectNode write(MessageOrBuilder message) {
        ObjectNode out = Json.object();
        for (FieldDescriptor field : message.getDescriptorForType().getFields()) {
            if (isSet(message, field)) {
                write(message, field, out);
            }
        }
        return out;
    }

    private static JsonNode value(FieldDescriptor field, Object value) {
        return switch (field.getJavaType()) {
            case STRING -> JsonNodeFactory.instance.textNode((String) value);
            case INT -> JsonNodeFactory.instance.numberNode((int) value);
            case LONG -> JsonNodeFactory.instance.numberNode((long) value);
            case BOOLEAN -> JsonNodeFactory.instance.booleanNode((boolean) value);
            case BYTE_STRING -> parsed(field, (ByteString) value);
            case MESSAGE ->
                value instanceof Timestamp time
                        ? JsonNodeFactory.instance.textNode(Instant.ofEpochSecond(time.getSeconds(), time.getNanos())
                                .toString())
                        : write((Message) value);
            case FLOAT, DOUBLE, ENUM -> throw notOurs(field);
        };
    }

    private static JsonNode parsed(FieldDescriptor field, ByteString json) {
        if (!holdsJson(field)) {
            throw notOurs(field);
        }
        try {
            return Json.parse(json.toByteArray());
        } catch (IllegalArgumentException e) {
            throw new ProblemException(
                    Problem.of(ErrorCode.MALFORMED_BODY, field.getName() + " is not one JSON document"));
        }
    }

    /**
     * Fills a message from an object. Members without a field are left out: that there are none, a test holds against the OpenAPI
     * document.
     *
     * @throws IllegalStateException if a member is not what its field is
     */
    static void read(JsonNode object, Message.Builder out) {
        for (FieldDescriptor field : out.getDescriptorForType().getFields()) {
            JsonNode value = object.path(member(field));
            if (!value.isMissingNode() && !value.isNull()) {
                read(field, value, out);
            }
        }
    }

    private static void read(FieldDescriptor field, JsonNode value, Message.Builder out) {
        if (field.isMapField()) {
            value.properties().forEach(member -> {
                Message.Builder entry = out.newBuilderForField(field);
                Descriptor type = entry.getDescriptorForType();
                entry.setField(type.findFieldByNumber(1), member.getKey());
                entry.setField(type.findFieldByNumber(2), scalar(type.findFieldByNumber(2), member.getValue(), entry));
                out.addRepeatedField(field, entry.build());
            });
        } else if (field.isRepeated()) {
            value.forEach(item -> out.addRepeatedField(field, scalar(field, item, out)));
        } else {
            out.setField(field, scalar(field, value, out));
        }
    }

    private static Object scalar(FieldDescriptor field, JsonNode value, Message.Builder parent) {
        return switch (field.getJavaType()) {
            case STRING -> fitting(field, value, value.isTextual()).textValue();
            case INT -> fitting(field, value, value.canConvertToInt()).intValue();
            case LONG -> fitting(field, value, value.canConvertToLong()).longValue();
            case BOOLEAN -> fitting(field, value, value.isBoolean()).booleanValue();
            case BYTE_STRING -> {
                if (!holdsJson(field)) {
                    throw notOurs(field);
                }
                yield ByteString.copyFrom(Json.bytes(value));
            }
            case MESSAGE -> {
                if (field.getMessageType().equals(Timestamp.getDescriptor())) {
                    yield time(field, value);
                }
                Message.Builder inner = parent.newBuilderForField(field);
                read(fitting(field, value, value.isObject()), inner);
                yield inner.build();
            }
            case FLOAT, DOUBLE, ENUM -> throw notOurs(field);
        };
    }

    private static Timestamp time(FieldDescriptor field, JsonNode value) {
        try {
            Instant at = Instant.parse(fitting(field, value, value.isTextual()).textValue());
            return Timestamp.newBuilder()
                    .setSeconds(at.getEpochSecond())
                    .setNanos(at.getNano())
                    .build();
        } catch (DateTimeException e) {
            throw new IllegalStateException("no time in " + field.getFullName(), e);
        }
    }

    private static JsonNode fitting(FieldDescriptor field, JsonNode value, boolean fits) {
        if (!fits) {
            throw new IllegalStateException("a " + value.getNodeType() + " does not fit " + field.getFullName());
        }
        return value;
    }

    private static IllegalStateException notOurs(FieldDescriptor field) {
        return new IllegalStateException("the API has no fields of this type: " + field.getFullName());
    }
}
