package dev.vt.control.node;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.Inventory;
import dev.vt.kernel.Json;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Inventories as agents send them, bounded and in one form. */
public final class Inventories {
    private static final int MAX_BYTES = 32 * 1024;
    private static final int MAX_DRIVERS = 8;

    private Inventories() {}

    /**
     * The inventory with its known fields only, so that equal inventories are equal documents.
     *
     * @throws IllegalArgumentException if it is too large, malformed or out of range
     */
    public static ObjectNode parse(byte[] json) {
        if (json.length > MAX_BYTES) {
            throw new IllegalArgumentException("an inventory of " + json.length + " bytes");
        }
        Inventory inventory = Json.read(json, Inventory.class);
        boolean plausible = inventory.cpuMillis() > 0
                && inventory.memoryBytes() > 0
                && inventory.diskBytes() >= 0
                && isShort(inventory.arch(), 16)
                && inventory.drivers().size() <= MAX_DRIVERS
                && inventory.drivers().stream().allMatch(Inventories::isPlausible);
        if (!plausible) {
            throw new IllegalArgumentException("an inventory out of range");
        }
        // Through text: numbers of a tree made from a record differ in type from the ones the view gives.
        return (ObjectNode) Json.parse(Json.bytes(inventory));
    }

    private static boolean isPlausible(Inventory.Driver driver) {
        return isShort(driver.name(), 32)
                && isShort(Objects.requireNonNullElse(driver.version(), "-"), 64)
                && isShort(Objects.requireNonNullElse(driver.isolation(), "-"), 32)
                && isShort(Objects.requireNonNullElse(driver.accelerator(), "-"), 16)
                && driver.overheadBytes() >= 0
                && driver.maxDisks() >= 0
                && Objects.requireNonNullElse(driver.capabilities(), List.<String>of())
                                .size()
                        <= 32
                && Objects.requireNonNullElse(driver.capabilities(), List.<String>of()).stream()
                        .allMatch(capability -> isShort(capability, 64));
    }

    private static boolean isShort(@Nullable String text, int max) {
        return text != null && !text.isEmpty() && text.length() <= max;
    }
}
