package dev.vt.eventlog.apply;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.EventJson;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Events as rows of {@code log.events}, in and out. */
public final class EventRows {
    /** In the order that {@link #read} expects. */
    public static final String COLUMNS =
            "event_id, occurred_at, aggregate_type, aggregate_id, aggregate_seq, event_type,"
                    + " event_version, actor_type, actor_id, org_id, project_id, app_id, env_id, request_id, batch_id,"
                    + " batch_index, idempotency_key, correlation_id, causation_id, payload, chain_hash";

    private static final Class<?>[] TYPES = {
        Long.class, String.class, String.class, String.class, Integer.class, String.class, Integer.class,
        String.class, String.class, String.class, String.class, String.class, String.class, String.class,
        String.class, Integer.class, String.class, String.class, Long.class, String.class, byte[].class
    };

    private static final String INSERT = "INSERT INTO log.events (" + COLUMNS + ") SELECT * FROM unnest("
            + "?::bigint[], ?::timestamptz[], ?::text[], ?::text[], ?::int[], ?::text[], ?::int[],"
            + " ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[], ?::text[],"
            + " ?::text[], ?::int[], ?::text[], ?::text[], ?::bigint[], ?::text[], ?::bytea[])";

    private static final int FEW = 32;

    private EventRows() {}

    public static StoredEvent read(ResultSet row) throws SQLException {
        long causation = row.getLong(19);
        Long causationId = row.wasNull() ? null : causation;
        return new StoredEvent(
                row.getLong(1),
                row.getObject(2, OffsetDateTime.class).toInstant(),
                new AggregateKey(row.getString(3), row.getString(4)),
                row.getInt(5),
                row.getString(6),
                row.getInt(7),
                new Actor(row.getString(8), row.getString(9)),
                new Owner(row.getString(10), row.getString(11), row.getString(12), row.getString(13)),
                row.getString(14),
                row.getString(15),
                row.getInt(16),
                row.getString(17),
                row.getString(18),
                causationId,
                (ObjectNode) Json.parse(row.getString(20)),
                HexFormat.of().formatHex(row.getBytes(21)));
    }

    /** With the trip if they are few; else at once by COPY, which costs the server a third but two round trips more. */
    static void insert(Handle tx, RoundTrip trip, List<StoredEvent> events, List<String> payloads) {
        if (events.size() > FEW) {
            copy(tx, events, payloads);
        } else if (!events.isEmpty()) {
            Columns columns = new Columns(TYPES);
            for (int i = 0; i < events.size(); i++) {
                columns.add(values(events.get(i), payloads.get(i)));
            }
            trip.update(INSERT, columns.arrays());
        }
    }

    private static @Nullable Object[] values(StoredEvent event, String payload) {
        return new @Nullable Object[] {
            event.eventId(),
            EventJson.time(event.occurredAt()),
            event.aggregate().type(),
            event.aggregate().id(),
            event.aggregateSeq(),
            event.type(),
            event.version(),
            event.actor().type(),
            event.actor().id(),
            event.owner().orgId(),
            event.owner().projectId(),
            event.owner().appId(),
            event.owner().envId(),
            event.requestId(),
            event.batchId(),
            event.batchIndex(),
            event.idempotencyKey(),
            event.correlationId(),
            event.causationId(),
            payload,
            HexFormat.of().parseHex(event.chainHash())
        };
    }

    private static void copy(Handle tx, List<StoredEvent> events, List<String> payloads) {
        StringBuilder rows = new StringBuilder(events.size() * 600);
        for (int i = 0; i < events.size(); i++) {
            row(rows, events.get(i), payloads.get(i));
        }
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        try {
            CopyIn copy = tx.getConnection()
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY log.events (" + COLUMNS + ") FROM STDIN");
            try {
                copy.writeToCopy(bytes, 0, bytes.length);
                copy.endCopy();
            } finally {
                if (copy.isActive()) {
                    copy.cancelCopy();
                }
            }
        } catch (SQLException e) {
            throw new org.jdbi.v3.core.statement.UnableToExecuteStatementException(e, null);
        }
    }

    private static void row(StringBuilder out, StoredEvent event, String payload) {
        out.append(event.eventId()).append('\t');
        out.append(EventJson.time(event.occurredAt())).append('\t');
        text(out, event.aggregate().type()).append('\t');
        text(out, event.aggregate().id()).append('\t');
        out.append(event.aggregateSeq()).append('\t');
        text(out, event.type()).append('\t');
        out.append(event.version()).append('\t');
        text(out, event.actor().type()).append('\t');
        text(out, event.actor().id()).append('\t');
        text(out, event.owner().orgId()).append('\t');
        text(out, event.owner().projectId()).append('\t');
        text(out, event.owner().appId()).append('\t');
        text(out, event.owner().envId()).append('\t');
        text(out, event.requestId()).append('\t');
        text(out, event.batchId()).append('\t');
        out.append(event.batchIndex()).append('\t');
        text(out, event.idempotencyKey()).append('\t');
        text(out, event.correlationId()).append('\t');
        text(out, event.causationId() == null ? null : event.causationId().toString())
                .append('\t');
        text(out, payload).append('\t');
        out.append("\\\\x").append(event.chainHash()).append('\n');
    }

    /** The text format of COPY: null is {@code \N}; backslash and control characters are escaped. */
    private static StringBuilder text(StringBuilder out, @Nullable String value) {
        if (value == null) {
            return out.append("\\N");
        }
        if (isPlain(value)) {
            return out.append(value);
        }
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> out.append("\\\\");
                case '\t' -> out.append("\\t");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                default -> out.append(c);
            }
        }
        return out;
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
