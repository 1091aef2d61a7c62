package dev.vt.agent.instance;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Where an instance is on this node (runtime.md §4); the status servers see is {@link ReportedStatus}. */
public enum Phase {
    /** Known, nothing done yet. */
    @JsonProperty("allocated")
    ALLOCATED,
    /** Image, secrets, disks and network are being made. */
    @JsonProperty("preparing")
    PREPARING,
    /** The VMM runs, the guest is on its way to {@code started}. */
    @JsonProperty("booting")
    BOOTING,
    /** The workload runs and was not healthy yet. */
    @JsonProperty("starting")
    STARTING,
    @JsonProperty("ready")
    READY,
    /** The workload runs and fails its health check. */
    @JsonProperty("unready")
    UNREADY,
    /** Withdrawn from traffic; the stop signal follows when edges had time to notice. */
    @JsonProperty("draining")
    DRAINING,
    /** The stop signal was sent. */
    @JsonProperty("stopping")
    STOPPING,
    /** Waiting to boot again. */
    @JsonProperty("backoff")
    BACKOFF,
    /** Final, unless the plan changes or a crash loop's long delay ends. */
    @JsonProperty("failed")
    FAILED,
    /** Final: nothing of the VM is left. */
    @JsonProperty("stopped")
    STOPPED;

    /** Whether a VM may exist in this phase. */
    public boolean hasVm() {
        return switch (this) {
            case BOOTING, STARTING, READY, UNREADY, DRAINING, STOPPING -> true;
            case ALLOCATED, PREPARING, BACKOFF, FAILED, STOPPED -> false;
        };
    }

    /** Whether the workload has been reported as started by the guest. */
    public boolean isRunning() {
        return this == STARTING || this == READY || this == UNREADY;
    }

    public boolean isEnding() {
        return this == DRAINING || this == STOPPING;
    }
}
