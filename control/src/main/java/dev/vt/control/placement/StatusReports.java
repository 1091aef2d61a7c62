package dev.vt.control.placement;

import dev.vt.control.plane.Sources;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports as they come over the node plane. Thread-safe. */
public final class StatusReports implements Sources.StatusIntake {
    private static final Logger log = LoggerFactory.getLogger(StatusReports.class);

    private final Instances instances;
    private final BooleanSupplier leads;
    private final Clock clock;

    /** @param leads whether this server appends by itself; every server hears every node, and one is enough to write it down */
    public StatusReports(Instances instances, BooleanSupplier leads, Clock clock) {
        this.instances = instances;
        this.leads = leads;
        this.clock = clock;
    }

    /**
     * A server that does not lead leaves it to the leader, who has heard it too; told again, it takes it there, because then the
     * node has no link to the leader. It does not judge what its views, which may be behind, do not know.
     */
    @Override
    public Taken report(String nodeId, dev.vt.api.proto.InstanceStatus status, boolean again) {
        InstanceStatus word;
        try {
            word = InstanceStatus.of(status.getStatus());
            if (word == InstanceStatus.ALLOCATED) {
                throw new IllegalArgumentException("no node reports this");
            }
        } catch (IllegalArgumentException e) {
            // Sending it again would not help.
            log.warn("unknown status from a node node={} instance={}", nodeId, status.getInstanceId());
            return Taken.YES;
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
        boolean leader = leads.getAsBoolean();
        if (!leader && !again) {
            return instances.isKnown(nodeId, report) ? Taken.YES : Taken.LATER;
        }
        return switch (instances.report(nodeId, report)) {
            case APPENDED, KNOWN -> Taken.YES;
            case IGNORED -> leader ? Taken.YES : Taken.LATER;
            case REFUSED -> leader ? Taken.FAILED : Taken.LATER;
        };
    }

    private Instant reportedAt(String text) {
        try {
            return Instant.parse(text);
        } catch (DateTimeException e) {
            return clock.instant();
        }
    }
}
