package dev.vt.agent.instance;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import org.jspecify.annotations.Nullable;

/**
 * What servers are told about an instance: the table of runtime.md §4. Sent only when it changes.
 *
 * @param status {@code booting ready draining stopped failed}
 * @param reason scheduler.md §5; empty if none
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ReportedStatus(
        String status,
        String reason,
        String detail,
        String bootId,
        int restartCount,
        @Nullable Integer exitCode) {

    static ReportedStatus of(InstanceRecord record) {
        History history = record.history();
        Boot boot = record.boot();
        String bootId = boot == null ? "" : boot.bootId();
        return switch (record.phase()) {
            case ALLOCATED, PREPARING, BOOTING, STARTING, BACKOFF ->
                new ReportedStatus(
                        "booting", history.reason(), history.detail(), bootId, history.restarts(), history.exitCode());
            case READY -> new ReportedStatus("ready", "", "", bootId, history.restarts(), null);
            case UNREADY ->
                new ReportedStatus("booting", "healthcheck_failed", history.detail(), bootId, history.restarts(), null);
            case DRAINING, STOPPING ->
                boot != null && boot.restart()
                        ? new ReportedStatus(
                                "booting", history.reason(), history.detail(), bootId, history.restarts(), null)
                        : new ReportedStatus("draining", "", "", bootId, history.restarts(), null);
            case STOPPED ->
                new ReportedStatus(
                        "stopped", history.reason(), history.detail(), bootId, history.restarts(), history.exitCode());
            case FAILED ->
                new ReportedStatus(
                        "failed", history.reason(), history.detail(), bootId, history.restarts(), history.exitCode());
        };
    }
}
