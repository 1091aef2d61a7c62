package dev.vt.control.placement;

import dev.vt.control.feature.AggregateRow;
import dev.vt.control.feature.AggregateTable;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.InstanceStatus;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rows of {@code instances_desired}, whose version moves with the desired state only, and {@code instances_status}, whose
 * version is the aggregate's. {@code finished}: reported stopped, and nobody wants it running.
 */
final class InstanceRows {
    private static final AggregateTable DESIRED = AggregateTable.of(
                    "instances_desired",
                    "process_type text COLLATE \"C\" NOT NULL",
                    "env_name text COLLATE \"C\" NOT NULL",
                    "node_id text COLLATE \"C\" NOT NULL",
                    "driver text COLLATE \"C\" NOT NULL",
                    "release_id text COLLATE \"C\" NOT NULL",
                    "secrets_version_id text COLLATE \"C\"",
                    "deploy_id text COLLATE \"C\"",
                    "group_spec_hash text COLLATE \"C\" NOT NULL",
                    "overlay_ipv6 text COLLATE \"C\" NOT NULL",
                    "cpu_millis bigint NOT NULL",
                    "memory_bytes bigint NOT NULL",
                    "overhead_bytes bigint NOT NULL",
                    "disk_bytes bigint NOT NULL",
                    "desired_state text COLLATE \"C\" NOT NULL",
                    "desired_since timestamptz NOT NULL",
                    "desired_reason text COLLATE \"C\"",
                    "drain_grace_seconds integer NOT NULL",
                    "finished boolean NOT NULL")
            .indexedBy("env_id, process_type")
            .indexedBy("node_id, finished");

    private static final AggregateTable STATUS = AggregateTable.of(
            "instances_status",
            "status text COLLATE \"C\" NOT NULL",
            "reason_code text COLLATE \"C\"",
            "detail text COLLATE \"C\"",
            "boot_id text COLLATE \"C\" NOT NULL",
            "restart_count integer NOT NULL",
            "exit_code integer",
            "reported_at timestamptz",
            "status_since timestamptz NOT NULL",
            "first_ready_at timestamptz",
            "ready_since timestamptz",
            "failed_at timestamptz",
            "stopped_at timestamptz");

    private InstanceRows() {}

    static List<String> ddl() {
        List<String> ddl = new ArrayList<>(DESIRED.ddl());
        ddl.addAll(STATUS.ddl());
        ddl.add("CREATE INDEX ON instances_desired (id) WHERE NOT finished");
        ddl.add("CREATE INDEX ON instances_status (failed_at)");
        return ddl;
    }

    static List<Projection.ViewTable> tables() {
        return List.of(DESIRED.view(), STATUS.view());
    }

    /** Answers the process type of the instance. */
    static String apply(StoredEvent event, Handle tx) {
        return switch (InstanceEventCodec.parse(event.type(), event.payload())) {
            case InstanceEvent.Allocated allocated -> {
                insert(event, tx, allocated);
                yield allocated.processType();
            }
            case InstanceEvent.DesiredStateChanged changed -> {
                changeDesired(event, tx, changed);
                STATUS.update(tx, event, Map.of());
                yield processType(event, tx);
            }
            case InstanceEvent.StatusChanged changed -> {
                changeStatus(event, tx, changed);
                yield processType(event, tx);
            }
        };
    }

    private static String processType(StoredEvent event, Handle tx) {
        return tx.createQuery("SELECT process_type FROM instances_desired WHERE id = :id")
                .bind("id", event.aggregate().id())
                .mapTo(String.class)
                .one();
    }

    private static OffsetDateTime at(StoredEvent event) {
        return event.occurredAt().atOffset(ZoneOffset.UTC);
    }

    private static void insert(StoredEvent event, Handle tx, InstanceEvent.Allocated a) {
        String envName = tx.createQuery("SELECT env_name FROM groups WHERE env_id = :env AND process_type = :process")
                .bind("env", event.owner().envId())
                .bind("process", a.processType())
                .mapTo(String.class)
                .findOne()
                .orElse("");
        Map<String, @Nullable Object> desired = new TreeMap<>();
        desired.put("process_type", a.processType());
        desired.put("env_name", envName);
        desired.put("node_id", a.nodeId());
        desired.put("driver", a.driver());
        desired.put("release_id", a.releaseId());
        desired.put("secrets_version_id", a.secretsVersionId());
        desired.put("deploy_id", a.deployId());
        desired.put("group_spec_hash", a.groupSpecHash());
        desired.put("overlay_ipv6", a.overlayIpv6());
        desired.put("cpu_millis", a.cpuMillis());
        desired.put("memory_bytes", a.memoryBytes());
        desired.put("overhead_bytes", a.overheadBytes());
        desired.put("disk_bytes", a.diskBytes());
        desired.put("desired_state", DesiredState.RUNNING.word());
        desired.put("desired_since", at(event));
        desired.put("drain_grace_seconds", 0);
        desired.put("finished", false);
        DESIRED.insert(tx, event, desired);
        Map<String, @Nullable Object> status = new TreeMap<>();
        status.put("status", InstanceStatus.ALLOCATED.word());
        status.put("boot_id", "");
        status.put("restart_count", 0);
        status.put("status_since", at(event));
        STATUS.insert(tx, event, status);
    }

    private static void changeDesired(StoredEvent event, Handle tx, InstanceEvent.DesiredStateChanged changed) {
        Map<String, @Nullable Object> row = new TreeMap<>();
        row.put("desired_state", changed.desired().word());
        row.put("desired_since", at(event));
        row.put("desired_reason", changed.reasonCode());
        if (changed.drainGraceSeconds() != null) {
            row.put("drain_grace_seconds", changed.drainGraceSeconds());
        }
        row.put(
                "finished",
                tx.createQuery("SELECT status FROM instances_status WHERE id = :id")
                        .bind("id", event.aggregate().id())
                        .mapTo(String.class)
                        .one()
                        .equals(InstanceStatus.STOPPED.word()));
        DESIRED.update(tx, event, row);
    }

    private static void changeStatus(StoredEvent event, Handle tx, InstanceEvent.StatusChanged changed) {
        Map<String, @Nullable Object> row = new TreeMap<>();
        row.put("status", changed.status().word());
        row.put("reason_code", changed.reasonCode());
        row.put("detail", changed.detail());
        row.put("boot_id", changed.bootId());
        row.put("restart_count", changed.restartCount());
        row.put("exit_code", changed.exitCode());
        row.put("reported_at", changed.reportedAt().atOffset(ZoneOffset.UTC));
        row.put("status_since", at(event));
        row.put("ready_since", changed.status() == InstanceStatus.READY ? at(event) : null);
        switch (changed.status()) {
            case READY -> row.put("first_ready_at", firstReadyAt(event, tx));
            case FAILED -> row.put("failed_at", at(event));
            case STOPPED -> row.put("stopped_at", at(event));
            case ALLOCATED, BOOTING, DRAINING -> {}
        }
        STATUS.update(tx, event, row);
        if (changed.status() == InstanceStatus.STOPPED) {
            // The version stays: it is the generation of the desired state.
            ViewWrites.of(tx)
                    .update("UPDATE instances_desired SET finished = (desired_state <> 'running') WHERE id = :id")
                    .bind("id", event.aggregate().id())
                    .add();
        }
    }

    private static OffsetDateTime firstReadyAt(StoredEvent event, Handle tx) {
        OffsetDateTime first = tx.createQuery("SELECT first_ready_at FROM instances_status WHERE id = :id")
                .bind("id", event.aggregate().id())
                .map((row, context) -> AggregateRow.nullableInstant(row, "first_ready_at"))
                .map(instant -> instant == null ? null : instant.atOffset(ZoneOffset.UTC))
                .one();
        return first == null ? at(event) : first;
    }
}
