package dev.vt.runtime;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a driver's self-test measured and placement may rely on (RT13).
 *
 * @param isolation {@code vm}, {@code namespaces (weak)} or {@code none}
 * @param accelerator {@code kvm}, {@code tcg} or {@code none}
 * @param acceleratorReason why not a faster one; null if it is the fastest
 * @param unusableReason why the driver cannot run here; null if it can
 * @param capabilities for example {@code pause}, {@code full_snapshot}
 */
public record DriverFacts(
        String driver,
        String version,
        String isolation,
        String accelerator,
        @Nullable String acceleratorReason,
        @Nullable String unusableReason,
        List<String> capabilities,
        int maxDisks,
        long overheadBytes) {
    public DriverFacts {
        capabilities = List.copyOf(capabilities);
    }
}
