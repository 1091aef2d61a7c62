package dev.vt.control.config;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/**
 * The newest revision.
 *
 * @param revision 0 before the first, with the defaults of this program as document
 */
record ConfigState(long revision, ObjectNode document) {
    static ConfigState initial() {
        return new ConfigState(0, ConfigSchema.complete(Json.object()));
    }
}
