package dev.vt.control.placement;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.control.quota.Quotas;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.apply.LogHead;
import dev.vt.kernel.Json;
import dev.vt.manifest.ProcessSpec;
import dev.vt.scheduler.view.BlockedView;
import dev.vt.scheduler.view.DesiredState;
import dev.vt.scheduler.view.FailureView;
import dev.vt.scheduler.view.GroupKey;
import dev.vt.scheduler.view.GroupSpec;
import dev.vt.scheduler.view.GroupView;
import dev.vt.scheduler.view.InstanceStatus;
import dev.vt.scheduler.view.InstanceView;
import dev.vt.scheduler.view.LabelTerm;
import dev.vt.scheduler.view.NodeHealth;
import dev.vt.scheduler.view.NodeState;
import dev.vt.scheduler.view.NodeView;
import dev.vt.scheduler.view.OrgView;
import dev.vt.scheduler.view.PlacementRules;
import dev.vt.scheduler.view.Reasons;
import dev.vt.scheduler.view.Resources;
import dev.vt.scheduler.view.RestartPolicy;
import dev.vt.scheduler.view.RolloutRules;
import dev.vt.scheduler.view.Snapshot;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Turns core views into what the planner sees. Thread-safe. */
final class SnapshotReader {
    private static final Duration BOOT_FAILURE_WINDOW = Duration.ofMinutes(10);

    private final EffectiveProcess processes;
    private final SchedulerSettings settings;

    SnapshotReader(EffectiveProcess processes, SchedulerSettings settings) {
        this.processes = processes;
        this.settings = settings;
    }

    /** Every group of the cluster. */
    Reading all(Handle handle) {
        return read(handle, "");
    }

    /** The groups of one environment, among all nodes. */
    Reading env(Handle handle, String envId) {
        return read(handle, envId);
    }

    private record GroupRow(
            GroupFacts facts,
            String envName,
            int priority,
            boolean envDeleted,
            @Nullable Integer scale,
            @Nullable String specHash,
            @Nullable String secretsVersionId,
            Instant settledAt,
            @Nullable BlockedView blocked) {}

    private Reading read(Handle handle, String envId) {
        LogHead head = LogHead.read(handle);
        Map<GroupKey, List<InstanceView>> instances = instances(handle, envId);
        Map<GroupKey, List<Failed>> failures = failures(handle, envId);
        List<GroupView> groups = new ArrayList<>();
        Map<GroupKey, GroupFacts> facts = new HashMap<>();
        for (GroupRow row : groups(handle, envId)) {
            GroupKey key = row.facts.key();
            List<InstanceView> members = instances.getOrDefault(key, List.of());
            if (row.envDeleted && members.isEmpty()) {
                continue;
            }
            facts.put(key, row.facts);
            groups.add(group(handle, row, members, failures.getOrDefault(key, List.of())));
        }
        List<NodeView> nodes = nodes(handle, head.logTime());
        return new Reading(
                Snapshot.of(nodes, groups, orgs(handle), List.of(), massSuspicion(nodes)),
                facts,
                head.logTime(),
                head.eventId());
    }

    private static List<OrgView> orgs(Handle handle) {
        return Quotas.limited(handle).entrySet().stream()
                .map(org -> new OrgView(
                        org.getKey(), org.getValue().limits(), org.getValue().usage()))
                .toList();
    }

    /** More nodes than configured, and more than one, fell silent (cluster.md D3). */
    private boolean massSuspicion(List<NodeView> nodes) {
        long silent = nodes.stream()
                .filter(node -> node.health() == NodeHealth.SUSPECT)
                .count();
        long watched = nodes.stream()
                .filter(node -> node.state() == NodeState.ACTIVE || node.state() == NodeState.DRAINING)
                .count();
        return silent > 1 && silent * 100 > watched * settings.massSuspicionPercent();
    }

    private static List<GroupRow> groups(Handle handle, String envId) {
        return handle.createQuery("""
                        SELECT g.*, e.org_id, e.project_id, e.app_id, e.priority, e.deleted
                        FROM groups g JOIN env_placement e ON e.env_id = g.env_id
                        WHERE :env = '' OR g.env_id = :env ORDER BY g.env_id, g.process_type""")
                .bind("env", envId)
                .map((row, context) -> groupRow(row))
                .list();
    }

    private static GroupRow groupRow(ResultSet row) throws SQLException {
        GroupKey key = new GroupKey(row.getString("env_id"), row.getString("process_type"));
        Owner owner =
                new Owner(row.getString("org_id"), row.getString("project_id"), row.getString("app_id"), key.envId());
        String reason = row.getString("blocked_reason");
        GroupFacts facts = new GroupFacts(
                key,
                owner,
                row.getString("release_id"),
                row.getString("deploy_id"),
                row.getLong("deploy_event_id"),
                row.getLong("last_event_id"));
        return new GroupRow(
                facts,
                row.getString("env_name"),
                row.getInt("priority"),
                row.getBoolean("deleted"),
                row.getObject("scale", Integer.class),
                row.getString("spec_hash"),
                row.getString("secrets_version_id"),
                AggregateRow.instant(row, "settled_at"),
                reason == null
                        ? null
                        : new BlockedView(reason, row.getInt("blocked_wanted"), row.getInt("blocked_placed")));
    }

    private GroupView group(Handle handle, GroupRow row, List<InstanceView> members, List<Failed> failures) {
        Optional<EffectiveProcess.Found> found = row.facts.releaseId() == null || row.specHash == null
                ? Optional.empty()
                : processes.find(
                        handle,
                        row.facts.releaseId(),
                        row.envName,
                        row.facts.key().processType());
        List<FailureView> counted = failures.stream()
                .filter(failed -> failed.specHash.equals(row.specHash) && !failed.at.isBefore(row.settledAt))
                .map(failed -> new FailureView(failed.instanceId, failed.nodeId, failed.at, failed.reason))
                .toList();
        return new GroupView(
                row.facts.key(),
                Objects.requireNonNullElse(row.facts.owner().orgId(), ""),
                row.priority,
                found.map(process -> spec(row, process)).orElse(null),
                row.scale == null ? OptionalInt.empty() : OptionalInt.of(row.scale),
                found.map(process -> process.process().scaling().min()).orElse(0),
                row.envDeleted,
                members,
                counted,
                row.blocked);
    }

    private GroupSpec spec(GroupRow row, EffectiveProcess.Found found) {
        ProcessSpec process = found.process();
        return new GroupSpec(
                Objects.requireNonNull(row.specHash),
                Objects.requireNonNull(row.facts.releaseId()),
                row.secretsVersionId,
                row.facts.deployId(),
                null,
                found.platforms().stream()
                        .filter(platform -> platform.os().equals("linux"))
                        .map(EffectiveProcess.Platform::arch)
                        .sorted()
                        .toList(),
                List.of(),
                new Resources(
                        process.resources().cpuMillis(),
                        process.resources().memoryBytes(),
                        process.resources().diskBytes()),
                placement(process.placement()),
                settings.strategy(),
                new RolloutRules(
                        process.deploy().maxSurge(),
                        process.deploy().maxUnavailable(),
                        process.deploy().startupTimeoutSeconds(),
                        process.deploy().progressTimeoutSeconds(),
                        process.deploy().minReadySeconds()),
                RestartPolicy.of(process.restart().policy()),
                List.of(),
                process.stop().graceSeconds(),
                process.secretsRequired() && row.secretsVersionId == null);
    }

    private static PlacementRules placement(ProcessSpec.Placement placement) {
        return new PlacementRules(
                placement.require().stream().map(LabelTerm::parse).toList(),
                placement.prefer().stream()
                        .map(each -> new PlacementRules.Preference(LabelTerm.parse(each.term()), each.weight()))
                        .toList(),
                placement.apart(),
                placement.together(),
                placement.spreadBy());
    }

    private static Map<GroupKey, List<InstanceView>> instances(Handle handle, String envId) {
        Map<GroupKey, List<InstanceView>> out = new HashMap<>();
        handle.createQuery("""
                        SELECT d.*, s.status, s.reason_code AS status_reason, s.first_ready_at, s.ready_since
                        FROM instances_desired d JOIN instances_status s ON s.id = d.id
                        WHERE NOT d.finished AND (:env = '' OR d.env_id = :env) ORDER BY d.id""")
                .bind("env", envId)
                .map((row, context) ->
                        Map.entry(new GroupKey(row.getString("env_id"), row.getString("process_type")), instance(row)))
                .forEach(entry -> out.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                        .add(entry.getValue()));
        return out;
    }

    private static InstanceView instance(ResultSet row) throws SQLException {
        return new InstanceView(
                row.getString("id"),
                row.getString("node_id"),
                row.getString("group_spec_hash"),
                new Resources(
                        row.getLong("cpu_millis"),
                        row.getLong("memory_bytes") + row.getLong("overhead_bytes"),
                        row.getLong("disk_bytes")),
                List.of(),
                DesiredState.of(row.getString("desired_state")),
                AggregateRow.instant(row, "desired_since"),
                row.getString("desired_reason"),
                InstanceStatus.of(row.getString("status")),
                row.getString("status_reason"),
                AggregateRow.instant(row, "created_at"),
                AggregateRow.nullableInstant(row, "first_ready_at"),
                AggregateRow.nullableInstant(row, "ready_since"),
                row.getInt("drain_grace_seconds"));
    }

    private record Failed(String instanceId, String nodeId, String specHash, Instant at, String reason) {}

    private static Map<GroupKey, List<Failed>> failures(Handle handle, String envId) {
        Map<GroupKey, List<Failed>> out = new HashMap<>();
        handle.createQuery("""
                        SELECT d.env_id, d.process_type, d.id, d.node_id, d.group_spec_hash, d.desired_since, s.reason_code
                        FROM instances_desired d
                          JOIN instances_status s ON s.id = d.id
                          JOIN groups g ON g.env_id = d.env_id AND g.process_type = d.process_type
                            AND g.spec_hash = d.group_spec_hash AND d.desired_since >= g.settled_at
                        WHERE d.desired_reason = :reason AND (:env = '' OR d.env_id = :env) ORDER BY d.desired_since, d.id""")
                .bind("reason", Reasons.INSTANCE_FAILED)
                .bind("env", envId)
                .map((row, context) -> Map.entry(
                        new GroupKey(row.getString(1), row.getString(2)),
                        new Failed(
                                row.getString(3),
                                row.getString(4),
                                row.getString(5),
                                AggregateRow.instant(row, "desired_since"),
                                Objects.requireNonNullElse(row.getString(7), Reasons.STARTUP_TIMEOUT))))
                .forEach(entry -> out.computeIfAbsent(entry.getKey(), key -> new ArrayList<>())
                        .add(entry.getValue()));
        return out;
    }

    private static List<NodeView> nodes(Handle handle, Instant now) {
        return handle.createQuery("""
                        SELECT n.id, n.state, n.health, n.labels, n.inventory, n.overlay_ipv6, r.reserved_cpu_millis,
                          r.reserved_memory_bytes, r.reserved_disk_bytes, r.instances, r.next_address,
                          (SELECT count(*) FROM instances_status s JOIN instances_desired d ON d.id = s.id
                           WHERE s.failed_at > :since AND d.node_id = n.id) AS boot_failures
                        FROM nodes n JOIN node_reservations r ON r.node_id = n.id
                        WHERE n.deleted_at IS NULL ORDER BY n.id""")
                .bind("since", now.minus(BOOT_FAILURE_WINDOW).atOffset(ZoneOffset.UTC))
                .map((row, context) -> node(row))
                .list();
    }

    private static NodeView node(ResultSet row) throws SQLException {
        JsonNode inventory = Json.parse(row.getString("inventory"));
        String arch = inventory.path("arch").asText();
        Map<String, String> labels = new HashMap<>();
        Json.parse(row.getString("labels"))
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));
        labels.putIfAbsent("arch", arch);
        List<NodeView.DriverView> drivers = new ArrayList<>();
        inventory
                .path("drivers")
                .forEach(driver -> drivers.add(new NodeView.DriverView(
                        driver.isTextual()
                                ? driver.asText()
                                : driver.path("name").asText(),
                        driver.path("overhead_bytes").asLong())));
        return new NodeView(
                row.getString("id"),
                NodeState.of(row.getString("state")),
                NodeHealth.of(row.getString("health")),
                false,
                false,
                false,
                false,
                labels,
                arch,
                drivers,
                List.of(),
                new Resources(
                        inventory.path("cpu_millis").asLong(),
                        inventory.path("memory_bytes").asLong(),
                        inventory.path("disk_bytes").asLong()),
                new Resources(
                        row.getLong("reserved_cpu_millis"),
                        row.getLong("reserved_memory_bytes"),
                        row.getLong("reserved_disk_bytes")),
                row.getInt("instances"),
                row.getInt("boot_failures"),
                AddressBlocks.from(row.getString("overlay_ipv6"), row.getLong("next_address")));
    }
}
