package dev.vt.control.feature;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * Side records of one noun that the master key has sealed: JSON with {@code master_key_id} and what is wrapped.
 *
 * @param kind of the side records
 * @param prefix what their keys begin with; empty for all of the kind
 * @param member that holds what is wrapped, in base64
 * @param context what is authenticated with it, by key and record; empty if the record belongs to nothing any more
 */
public record SealedRecords(
        String kind, String prefix, String member, BiFunction<String, JsonNode, Optional<byte[]>> context) {
    /** One record by its name. */
    public static SealedRecords one(String kind, String key, String member, byte[] context) {
        return new SealedRecords(
                kind, key, member, (found, record) -> found.equals(key) ? Optional.of(context) : Optional.empty());
    }
}
