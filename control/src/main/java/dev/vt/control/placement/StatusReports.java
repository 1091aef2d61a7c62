package dev.vt.control.placement;

import dev.vt.control.plane.Sources;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports as they come over the node plane. Thread-safe. */
public final class StatusReports implements Sources.StatusIntake {
    private static final Logger log = LoggerFactory.getLogger(StatusReports.class);

    private final Instances instances;
    private final Clock clock;

    public StatusReports(Instances instances, Clock clock) {
        this.instances = instances;
        this.clock = clock;
    }

    @Override
    public boolean report(String nodeId, dev.vt.api.proto.InstanceStatus status) {
        InstanceStatus word;
        try {
            word = InstanceStatus.of(status.getStatus());
            if (word == InstanceStatus.ALLOCATED) {
                throw new IllegalArgumentException("no node reports this");
            }
        } catch (IllegalArgumentException e) {
            // Sending it again would not help.
            log.warn("unknown status from a node node={} instance={}", nodeId, status.getInstanceId());
            return true;
        }
        InstanceReport report = new InstanceReport(
                status.getInstanceId(),
                word,
                status.getReasonCode(),
                status.getDetail(),
                status.getBootId(),
                status.getRestartCount(),
                status.hasExitCode() ? status.getExitCode() : null,
                reportedAt(status.getReportedAt()));
        return instances.report(nodeId, report) != Instances.Reported.REFUSED;
    }

    private Instant reportedAt(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return clock.instant();
        }
    }
}
