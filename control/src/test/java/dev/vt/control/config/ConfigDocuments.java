package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/** Configurations for tests of those who read them. */
public final class ConfigDocuments {
    private ConfigDocuments() {}

    /** @throws IllegalArgumentException if the document is not valid */
    public static ClusterConfig of(String json) {
        if (ConfigSchema.read(parse(json)) instanceof ConfigSchema.Reading.Valid valid) {
            return valid.config();
        }
        throw new IllegalArgumentException("not a valid configuration: " + json);
    }

    static ObjectNode parse(String json) {
        return (ObjectNode) Json.parse(json);
    }
}
