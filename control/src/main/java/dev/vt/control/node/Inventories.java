package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.Inventory;
import dev.vt.kernel.Json;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Inventories as agents send them, bounded and in one form. */
public final class Inventories {
    private static final int MAX_BYTES = 32 * 1024;
    private static final int MAX_DRIVERS = 8;
    private static final int MAX_CAPABILITIES = 32;

    private Inventories() {}

    /**
     * The inventory with its known fields only, long texts cut, so that equal inventories are equal documents.
     *
     * @throws IllegalArgumentException if it is too large, malformed or out of range
     */
    public static ObjectNode parse(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException("an inventory of " + json.length + " bytes");
        }
        Inventory said = Json.read(json, Inventory.class);
        Inventory kept = new Inventory(
                said.cpuMillis(),
                said.memoryBytes(),
                said.diskBytes(),
                said.arch(),
                said.kvm(),
                said.drivers().stream().map(Inventories::driver).toList());
        if (kept.cpuMillis() <= 0
                || kept.memoryBytes() <= 0
                || kept.diskBytes() < 0
                || !isName(kept.arch(), 16)
                || kept.drivers().size() > MAX_DRIVERS) {
            throw new IllegalArgumentException("an inventory out of range");
        }
        // Through text: numbers of a tree made from a record differ in type from the ones the view gives.
        return (ObjectNode) Json.parse(Json.bytes(kept));
    }

    private static Inventory.Driver driver(Inventory.Driver said) {
        if (!isName(said.name(), 32) || said.overheadBytes() < 0 || said.maxDisks() < 0) {
            throw new IllegalArgumentException("a driver out of range");
        }
        List<String> capabilities = said.capabilities();
        return new Inventory.Driver(
                said.name(),
                cut(said.version(), 64),
                cut(said.isolation(), 32),
                cut(said.accelerator(), 16),
                said.overheadBytes(),
                said.maxDisks(),
                capabilities == null
                        ? null
                        : capabilities.stream()
                                .limit(MAX_CAPABILITIES)
                                .map(capability -> capability.substring(0, Math.min(64, capability.length())))
                                .toList());
    }

    private static @Nullable String cut(@Nullable String text, int max) {
        return text == null || text.length() <= max ? text : text.substring(0, max);
    }

    private static boolean isName(@Nullable String text, int max) {
        return text != null && !text.isEmpty() && text.length() <= max;
    }
}
