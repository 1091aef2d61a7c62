package dev.vt.agent.instance;

import java.time.Instant;
import java.util.Map;

/**
 * One status on its way to servers.
 *
 * @param timings milliseconds since the boot began, by phase mark; empty if there was no boot
 */
public record InstanceReport(String instanceId, ReportedStatus status, Instant reportedAt, Map<String, Long> timings) {
    public InstanceReport {
        timings = Map.copyOf(timings);
    }
}
