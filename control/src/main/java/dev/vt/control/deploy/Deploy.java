package dev.vt.control.deploy;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A deploy as the view shows it.
 *
 * @param processTypes all it is about, those that go included; sorted
 * @param previous release by process type, where there was one
 */
public record Deploy(
        AggregateRow row,
        String kind,
        String releaseId,
        List<String> processTypes,
        String strategy,
        String planHash,
        SortedMap<String, String> previous,
        DeployStatus status,
        @Nullable String reasonCode,
        @Nullable String detail,
        @Nullable String message) {
    public Deploy {
        processTypes = List.copyOf(processTypes);
        previous = new TreeMap<>(previous);
    }

    public static Deploy of(ResultSet row) throws SQLException {
        return new Deploy(
                AggregateRow.of(row),
                row.getString("kind"),
                row.getString("release_id"),
                DeployEventCodec.strings(Json.parse(row.getString("process_types"))),
                row.getString("strategy"),
                row.getString("plan_hash"),
                DeployEventCodec.previous(Json.parse(row.getString("previous"))),
                DeployStatus.of(row.getString("status")),
                row.getString("reason_code"),
                row.getString("detail"),
                row.getString("message"));
    }

    public String id() {
        return row.id();
    }

    public AggregateKey key() {
        return key(row.id());
    }

    static AggregateKey key(String id) {
        return new AggregateKey("deploy", id);
    }

    Owner owner() {
        return new Owner(row.orgId(), row.projectId(), row.appId(), row.envId());
    }

    DeployState state() {
        return new DeployState.Started(status);
    }

    ObjectNode json() {
        ObjectNode out = row.json().put("kind", kind).put("release_id", releaseId);
        ArrayNode names = out.putArray("process_types");
        processTypes.forEach(names::add);
        out.put("strategy", strategy).put("plan_hash", planHash);
        ObjectNode before = out.putObject("previous");
        previous.forEach(before::put);
        out.put("status", status.text());
        if (reasonCode != null) {
            out.put("reason_code", reasonCode);
        }
        if (detail != null) {
            out.put("detail", detail);
        }
        if (message != null) {
            out.put("message", message);
        }
        return out;
    }
}
