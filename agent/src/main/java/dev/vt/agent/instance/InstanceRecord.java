package dev.vt.agent.instance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import org.jspecify.annotations.Nullable;

/**
 * The object file of one instance, {@code objects/instance/<id>.json} (runtime.md §3): enough to go on after a crash of the
 * agent or the host.
 *
 * @param desired newest assignment; its workload never changes
 * @param named whether the plan in force names the instance; once it does not and the end was reported, the file goes
 * @param boot the current or last boot
 * @param reported what was last put in the outbox
 * @param acknowledged whether a server has it
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record InstanceRecord(
        Assignment desired,
        boolean named,
        Phase phase,
        @Nullable Boot boot,
        History history,
        @Nullable ReportedStatus reported,
        boolean acknowledged) {

    static InstanceRecord allocated(Assignment assignment) {
        return new InstanceRecord(assignment, true, Phase.ALLOCATED, null, History.NONE, null, false);
    }

    String id() {
        return desired.instanceId();
    }

    boolean wantsToRun() {
        return named && desired.desiredState() == DesiredState.RUNNING;
    }

    /** The boot of a phase that has one. */
    Boot requireBoot() {
        Boot current = boot;
        if (current == null) {
            throw new IllegalStateException("phase " + phase + " without a boot");
        }
        return current;
    }

    InstanceRecord withDesired(Assignment assignment, boolean nowNamed) {
        return new InstanceRecord(assignment, nowNamed, phase, boot, history, reported, acknowledged);
    }

    InstanceRecord withPhase(Phase next) {
        return new InstanceRecord(desired, named, next, boot, history, reported, acknowledged);
    }

    InstanceRecord withBoot(@Nullable Boot next) {
        return new InstanceRecord(desired, named, phase, next, history, reported, acknowledged);
    }

    InstanceRecord withHistory(History next) {
        return new InstanceRecord(desired, named, phase, boot, next, reported, acknowledged);
    }

    InstanceRecord withReported(ReportedStatus status) {
        return new InstanceRecord(desired, named, phase, boot, history, status, false);
    }

    InstanceRecord withAcknowledged() {
        return new InstanceRecord(desired, named, phase, boot, history, reported, true);
    }
}
