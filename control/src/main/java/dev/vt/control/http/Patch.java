package dev.vt.control.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A JSON Merge Patch (RFC 7396) of a flat resource: a member that is absent stays, one that is null is cleared. */
public final class Patch {
    private final ObjectNode members;

    Patch(ObjectNode members) {
        this.members = members;
    }

    public boolean has(String name) {
        return members.has(name);
    }

    /** The new text, or {@code otherwise} if the member is absent; null if it is cleared. */
    public @Nullable String text(String name, @Nullable String otherwise) {
        JsonNode value = members.get(name);
        if (value == null) {
            return otherwise;
        }
        typed(name, value.isTextual() || value.isNull());
        return value.isNull() ? null : value.textValue();
    }

    /** As {@link #text}, for a member that cannot be cleared. */
    public String requiredText(String name, String otherwise) {
        String value = text(name, otherwise);
        typed(name, value != null);
        return value == null ? otherwise : value;
    }

    /** Replaces the whole list. */
    public List<String> texts(String name, List<String> otherwise) {
        JsonNode value = members.get(name);
        if (value == null) {
            return otherwise;
        }
        List<String> out = new ArrayList<>();
        value.forEach(item -> {
            typed(name, item.isTextual());
            out.add(item.asText());
        });
        typed(name, value.isArray());
        return out;
    }

    public boolean flag(String name, boolean otherwise) {
        JsonNode value = members.get(name);
        if (value == null) {
            return otherwise;
        }
        typed(name, value.isBoolean());
        return value.booleanValue();
    }

    public long number(String name, long otherwise) {
        JsonNode value = members.get(name);
        if (value == null) {
            return otherwise;
        }
        typed(name, value.isIntegralNumber() && value.canConvertToLong());
        return value.longValue();
    }

    private static void typed(String name, boolean fits) {
        if (!fits) {
            new Checks().error("/" + name, "invalid_type", "has the wrong type").done();
        }
    }
}
