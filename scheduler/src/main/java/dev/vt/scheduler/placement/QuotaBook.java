package dev.vt.scheduler.placement;

import dev.vt.scheduler.view.OrgView;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.Snapshot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** What is left of each organisation's quota during one pass (scheduler.md §8). Used by the planning thread only. */
final class QuotaBook {
    static final String INSTANCES = "max_instances";
    static final String MEMORY = "max_total_memory_bytes";
    static final String CPU = "max_total_cpu_millis";

    private final Snapshot snapshot;
    private final Map<String, Left> left = new HashMap<>();

    QuotaBook(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** The first dimension that one more instance would exceed; {@code freed} is given back first. */
    Optional<String> exceeded(String orgId, Resources reserved, Resources freed, int freedInstances) {
        Left now = of(orgId);
        if (now.instances + freedInstances < 1) {
            return Optional.of(INSTANCES);
        }
        if (now.memory + freed.memoryBytes() < reserved.memoryBytes()) {
            return Optional.of(MEMORY);
        }
        if (now.cpu + freed.cpuMillis() < reserved.cpuMillis()) {
            return Optional.of(CPU);
        }
        return Optional.empty();
    }

    void take(String orgId, Resources reserved) {
        Left now = of(orgId);
        now.instances -= 1;
        now.memory -= reserved.memoryBytes();
        now.cpu -= reserved.cpuMillis();
    }

    private Left of(String orgId) {
        return left.computeIfAbsent(orgId, id -> snapshot.org(id).map(Left::new).orElseGet(Left::unlimited));
    }

    private static final class Left {
        // Far below overflow, far above any cluster.
        private static final long UNLIMITED = Long.MAX_VALUE / 4;

        private long instances;
        private long memory;
        private long cpu;

        private Left(OrgView org) {
            this(left(org, INSTANCES), left(org, MEMORY), left(org, CPU));
        }

        private Left(long instances, long memory, long cpu) {
            this.instances = instances;
            this.memory = memory;
            this.cpu = cpu;
        }

        private static Left unlimited() {
            return new Left(UNLIMITED, UNLIMITED, UNLIMITED);
        }

        private static long left(OrgView org, String dimension) {
            Long limit = org.limits().get(dimension);
            return limit == null ? UNLIMITED : limit - org.usage().getOrDefault(dimension, 0L);
        }
    }
}
