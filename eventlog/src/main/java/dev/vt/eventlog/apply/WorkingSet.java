package dev.vt.eventlog.apply;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.InvalidEventException;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.StoredEvent;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/**
 * The rows of the log's own tables that a group of batches touches: read at once before the first batch, changed in memory,
 * written at once after the last. A rejected batch thus costs no savepoint, and a group of any size costs a fixed number of
 * statements besides those of its projections. Used by one thread within one transaction.
 */
final class WorkingSet {
    /** Answers are kept this long in log time (S7). */
    static final Duration ANSWERS_KEPT = Duration.ofHours(24);

    private record ScopedKey(String scope, String key) {}

    private record Side(
            int version, byte[] content, @Nullable Instant expiresAt) {}

    private record Answer(long appliedIndex, Instant logTime, AppendResult result) {}

    private final Handle tx;
    private @Nullable LogHead logHead;
    private final Map<String, Answer> answers = new HashMap<>();
    private final Map<String, Answer> newAnswers = new LinkedHashMap<>();
    private final Map<AggregateKey, AggregateHead> heads = new HashMap<>();
    private final Set<AggregateKey> changedHeads = new LinkedHashSet<>();
    private final Map<ScopedKey, @Nullable AggregateKey> claims = new LinkedHashMap<>();
    private final Set<ScopedKey> changedClaims = new LinkedHashSet<>();
    private final Map<ScopedKey, @Nullable AggregateKey> tentativeClaims = new LinkedHashMap<>();
    private final Map<ScopedKey, Integer> sideVersions = new HashMap<>();
    private final Map<ScopedKey, Instant> sideExpiries = new HashMap<>();
    private final Map<ScopedKey, @Nullable Side> changedSides = new LinkedHashMap<>();
    private final List<StoredEvent> events = new ArrayList<>();
    private final List<String> payloads = new ArrayList<>();

    private WorkingSet(Handle tx) {
        this.tx = tx;
    }

    /** Takes the lock of the log's head and reads what the group needs after it, in one trip. */
    static WorkingSet load(Handle tx, List<PreparedBatch> group) {
        WorkingSet set = new WorkingSet(tx);
        Set<String> batchIds = new LinkedHashSet<>();
        Set<String> aggregateIds = new LinkedHashSet<>();
        Set<ScopedKey> claimed = new LinkedHashSet<>();
        Set<String> releasing = new LinkedHashSet<>();
        Set<ScopedKey> sides = new LinkedHashSet<>();
        for (PreparedBatch prepared : group) {
            Batch batch = prepared.batch();
            batchIds.add(batch.batchId());
            for (NewEvent event : batch.events()) {
                aggregateIds.add(event.aggregate().id());
            }
            for (Precondition precondition : batch.preconditions()) {
                switch (precondition) {
                    case Precondition.Seq seq ->
                        aggregateIds.add(seq.aggregate().id());
                    case Precondition.Alive alive ->
                        aggregateIds.add(alive.aggregate().id());
                    case Precondition.Claim claim -> claimed.add(new ScopedKey(claim.scope(), claim.key()));
                    case Precondition.Release release -> claimed.add(new ScopedKey(release.scope(), release.key()));
                    case Precondition.ReleaseAll all ->
                        releasing.add(all.owner().id());
                    case Precondition.Side side -> sides.add(new ScopedKey(side.kind(), side.key()));
                    case Precondition.NoChildren noChildren -> {}
                    case Precondition.Row row -> {}
                    case Precondition.Quota quota -> {}
                    case Precondition.Capacity capacity -> {}
                    case Precondition.Fence fence -> {}
                }
            }
            for (SideOperation operation : batch.sideOperations()) {
                sides.add(sideKey(operation));
            }
        }
        RoundTrip trip = new RoundTrip();
        LogHead.lock(trip, head -> set.logHead = head);
        set.loadAnswers(trip, batchIds);
        set.loadHeads(trip, aggregateIds);
        set.loadClaims(trip, claimed, releasing);
        set.loadSides(trip, sides);
        trip.run(tx);
        return set;
    }

    /** As it was found when it was locked. */
    LogHead logHead() {
        if (logHead == null) {
            throw new IllegalStateException("the log has no head");
        }
        return logHead;
    }

    private static ScopedKey sideKey(SideOperation operation) {
        return switch (operation) {
            case SideOperation.Put put -> new ScopedKey(put.kind(), put.key());
            case SideOperation.Delete delete -> new ScopedKey(delete.kind(), delete.key());
        };
    }

    // Answers

    private void loadAnswers(RoundTrip trip, Set<String> batchIds) {
        trip.query(
                "SELECT batch_id, applied_index, log_time, answer FROM log.batch_answers WHERE batch_id = ANY (?)",
                row -> answers.put(
                        row.getString(1),
                        new Answer(
                                row.getLong(2),
                                row.getObject(3, OffsetDateTime.class).toInstant(),
                                AnswerJson.read(row.getString(4)))),
                (Object) texts(batchIds));
    }

    private static String[] texts(Collection<String> values) {
        return values.toArray(String[]::new);
    }

    @Nullable
    AppendResult answer(String batchId) {
        Answer answer = answers.get(batchId);
        return answer == null ? null : answer.result();
    }

    void keepAnswer(String batchId, AppendResult result, LogHead head) {
        Answer answer = new Answer(head.appliedIndex(), head.logTime(), result);
        answers.put(batchId, answer);
        newAnswers.put(batchId, answer);
    }

    // Aggregates

    private void loadHeads(RoundTrip trip, Set<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        trip.query(
                "SELECT aggregate_type, aggregate_id, seq, alive, org_id, project_id, app_id, env_id"
                        + " FROM log.aggregates WHERE aggregate_id = ANY (?)",
                row -> heads.put(
                        new AggregateKey(row.getString(1), row.getString(2)),
                        new AggregateHead(
                                row.getInt(3),
                                row.getBoolean(4),
                                new Owner(row.getString(5), row.getString(6), row.getString(7), row.getString(8)))),
                (Object) texts(ids));
    }

    AggregateHead head(AggregateKey aggregate) {
        return heads.getOrDefault(aggregate, AggregateHead.ABSENT);
    }

    /** Notes an event that was numbered on top of {@link #head}. */
    void add(StoredEvent event, String payload) {
        AggregateHead before = head(event.aggregate());
        heads.put(
                event.aggregate(),
                new AggregateHead(
                        event.aggregateSeq(),
                        Lifecycle.aliveAfter(before.alive(), event),
                        before.seq() == 0 ? event.owner() : before.owner()));
        changedHeads.add(event.aggregate());
        events.add(event);
        payloads.add(payload);
    }

    @Nullable
    String anyLiveChild(AggregateKey parent, String childType) {
        RoundTrip trip = new RoundTrip();
        writeHeads(trip);
        trip.run(tx);
        return tx.createQuery("SELECT min(aggregate_id) FROM log.aggregates WHERE " + ownerColumn(parent.type())
                        + " = ? AND aggregate_type = ? AND alive")
                .bind(0, parent.id())
                .bind(1, childType)
                .mapTo(String.class)
                .findOne()
                .orElse(null);
    }

    /** @throws InvalidEventException for a type that events do not name as their owner */
    static String ownerColumn(String parentType) {
        return switch (parentType) {
            case "org" -> "org_id";
            case "project" -> "project_id";
            case "app" -> "app_id";
            case "env" -> "env_id";
            default -> throw new InvalidEventException("events do not name a " + parentType + " as their owner");
        };
    }

    private void writeHeads(RoundTrip trip) {
        if (changedHeads.isEmpty()) {
            return;
        }
        Columns columns = new Columns(
                String.class,
                String.class,
                Integer.class,
                Boolean.class,
                String.class,
                String.class,
                String.class,
                String.class);
        for (AggregateKey key : changedHeads) {
            AggregateHead head = head(key);
            columns.add(
                    key.type(),
                    key.id(),
                    head.seq(),
                    head.alive(),
                    head.owner().orgId(),
                    head.owner().projectId(),
                    head.owner().appId(),
                    head.owner().envId());
        }
        trip.update(
                "INSERT INTO log.aggregates"
                        + " (aggregate_type, aggregate_id, seq, alive, org_id, project_id, app_id, env_id)"
                        + " SELECT * FROM unnest(?::text[], ?::text[], ?::int[], ?::boolean[], ?::text[], ?::text[],"
                        + " ?::text[], ?::text[]) ON CONFLICT (aggregate_id, aggregate_type)"
                        + " DO UPDATE SET seq = excluded.seq, alive = excluded.alive",
                columns.arrays());
        changedHeads.clear();
    }

    // Claims

    private void loadClaims(RoundTrip trip, Set<ScopedKey> keys, Set<String> owners) {
        if (!keys.isEmpty()) {
            trip.query(
                    "SELECT k.scope, k.key, c.owner_type, c.owner_id FROM unnest(?::text[], ?::text[])"
                            + " AS k (scope, key) CROSS JOIN LATERAL (SELECT owner_type, owner_id FROM log.claims"
                            + " WHERE scope = k.scope AND key = k.key LIMIT 1) AS c",
                    this::loadClaim,
                    (Object[]) scopedKeys(keys));
        }
        if (!owners.isEmpty()) {
            trip.query(
                    "SELECT scope, key, owner_type, owner_id FROM log.claims WHERE owner_id = ANY (?)"
                            + " ORDER BY scope, key",
                    this::loadClaim,
                    (Object) texts(owners));
        }
    }

    private void loadClaim(ResultSet row) throws SQLException {
        claims.put(
                new ScopedKey(row.getString(1), row.getString(2)),
                new AggregateKey(row.getString(3), row.getString(4)));
    }

    private static String[][] scopedKeys(Set<ScopedKey> keys) {
        return new String[][] {
            keys.stream().map(ScopedKey::scope).toArray(String[]::new),
            keys.stream().map(ScopedKey::key).toArray(String[]::new)
        };
    }

    @Nullable
    AggregateKey claimHolder(String scope, String key) {
        ScopedKey scoped = new ScopedKey(scope, key);
        return tentativeClaims.containsKey(scoped) ? tentativeClaims.get(scoped) : claims.get(scoped);
    }

    void claim(String scope, String key, AggregateKey owner) {
        tentativeClaims.put(new ScopedKey(scope, key), owner);
    }

    void release(String scope, String key, AggregateKey owner) {
        if (owner.equals(claimHolder(scope, key))) {
            tentativeClaims.put(new ScopedKey(scope, key), null);
        }
    }

    void releaseAll(AggregateKey owner) {
        Map<ScopedKey, @Nullable AggregateKey> effective = new LinkedHashMap<>(claims);
        effective.putAll(tentativeClaims);
        effective.forEach((key, holder) -> {
            if (owner.equals(holder)) {
                tentativeClaims.put(key, null);
            }
        });
    }

    /** The batch passed: its claims stand. */
    void acceptClaims() {
        claims.putAll(tentativeClaims);
        changedClaims.addAll(tentativeClaims.keySet());
        tentativeClaims.clear();
    }

    /** The batch was rejected: its claims never were. */
    void dropClaims() {
        tentativeClaims.clear();
    }

    private void writeClaims(RoundTrip trip) {
        Columns released = Columns.ofTexts(2);
        Columns taken = Columns.ofTexts(4);
        for (ScopedKey key : changedClaims) {
            AggregateKey owner = claims.get(key);
            if (owner == null) {
                released.add(key.scope(), key.key());
            } else {
                taken.add(key.scope(), key.key(), owner.type(), owner.id());
            }
        }
        if (!released.isEmpty()) {
            trip.update(
                    "DELETE FROM log.claims AS c USING unnest(?::text[], ?::text[])"
                            + " AS k (scope, key) WHERE c.scope = k.scope AND c.key = k.key",
                    released.arrays());
        }
        if (!taken.isEmpty()) {
            trip.update(
                    "INSERT INTO log.claims (scope, key, owner_type, owner_id)"
                            + " SELECT * FROM unnest(?::text[], ?::text[], ?::text[], ?::text[])"
                            + " ON CONFLICT (scope, key)"
                            + " DO UPDATE SET owner_type = excluded.owner_type, owner_id = excluded.owner_id",
                    taken.arrays());
        }
        changedClaims.clear();
    }

    // Side records

    private void loadSides(RoundTrip trip, Set<ScopedKey> keys) {
        if (keys.isEmpty()) {
            return;
        }
        trip.query(
                "SELECT k.kind, k.key, s.version, s.expires_at FROM unnest(?::text[], ?::text[])"
                        + " AS k (kind, key) CROSS JOIN LATERAL (SELECT version, expires_at FROM log.side_records"
                        + " WHERE kind = k.kind AND key = k.key LIMIT 1) AS s",
                row -> {
                    ScopedKey key = new ScopedKey(row.getString(1), row.getString(2));
                    sideVersions.put(key, row.getInt(3));
                    OffsetDateTime expiry = row.getObject(4, OffsetDateTime.class);
                    if (expiry != null) {
                        sideExpiries.put(key, expiry.toInstant());
                    }
                },
                (Object[]) scopedKeys(keys));
    }

    /** 0 if absent or expired, whether or not the sweep has come by. */
    int sideVersion(String kind, String key, Instant logTime) {
        return sideVersion(new ScopedKey(kind, key), logTime);
    }

    private int sideVersion(ScopedKey key, Instant logTime) {
        Instant expiry = sideExpiries.get(key);
        return expiry != null && !expiry.isAfter(logTime) ? 0 : sideVersions.getOrDefault(key, 0);
    }

    void apply(SideOperation operation, Instant logTime) {
        ScopedKey key = sideKey(operation);
        switch (operation) {
            case SideOperation.Put put -> {
                int version = sideVersion(key, logTime) + 1;
                sideVersions.put(key, version);
                if (put.expiresAt() == null) {
                    sideExpiries.remove(key);
                } else {
                    sideExpiries.put(key, put.expiresAt());
                }
                changedSides.put(key, new Side(version, put.content(), put.expiresAt()));
            }
            case SideOperation.Delete delete -> {
                sideVersions.remove(key);
                sideExpiries.remove(key);
                changedSides.put(key, null);
            }
        }
    }

    private void writeSides(RoundTrip trip) {
        Columns deleted = Columns.ofTexts(2);
        Columns put = new Columns(String.class, String.class, Integer.class, byte[].class, String.class);
        changedSides.forEach((key, side) -> {
            if (side == null) {
                deleted.add(key.scope(), key.key());
            } else {
                put.add(
                        key.scope(),
                        key.key(),
                        side.version(),
                        side.content(),
                        side.expiresAt() == null ? null : side.expiresAt().toString());
            }
        });
        if (!deleted.isEmpty()) {
            trip.update(
                    "DELETE FROM log.side_records AS s USING unnest(?::text[], ?::text[])"
                            + " AS k (kind, key) WHERE s.kind = k.kind AND s.key = k.key",
                    deleted.arrays());
        }
        if (!put.isEmpty()) {
            trip.update(
                    "INSERT INTO log.side_records (kind, key, version, content, expires_at)"
                            + " SELECT * FROM unnest(?::text[], ?::text[], ?::int[], ?::bytea[], ?::timestamptz[])"
                            + " ON CONFLICT (kind, key) DO UPDATE SET version = excluded.version,"
                            + " content = excluded.content, expires_at = excluded.expires_at",
                    put.arrays());
        }
        changedSides.clear();
    }

    private void writeAnswers(RoundTrip trip) {
        if (newAnswers.isEmpty()) {
            return;
        }
        Columns columns = new Columns(String.class, Long.class, String.class, String.class);
        newAnswers.forEach((id, answer) ->
                columns.add(id, answer.appliedIndex(), answer.logTime().toString(), AnswerJson.write(answer.result())));
        trip.update(
                "INSERT INTO log.batch_answers (batch_id, applied_index, log_time, answer)"
                        + " SELECT * FROM unnest(?::text[], ?::bigint[], ?::timestamptz[], ?::text[])",
                columns.arrays());
        newAnswers.clear();
    }

    // The end

    /** Writes everything noted so far, and what the caller has put into the trip before it. */
    void write(RoundTrip trip) {
        EventRows.insert(tx, trip, events, payloads);
        events.clear();
        payloads.clear();
        writeHeads(trip);
        writeClaims(trip);
        writeSides(trip);
        writeAnswers(trip);
        trip.run(tx);
    }

    /** Removes what has expired by log time: the same rows at the same applied index on every server (S10). */
    void sweep(Instant logTime) {
        write(new RoundTrip());
        OffsetDateTime now = logTime.atOffset(ZoneOffset.UTC);
        OffsetDateTime oldest = now.minus(ANSWERS_KEPT);
        tx.createUpdate("DELETE FROM log.side_records WHERE expires_at <= ?")
                .bind(0, now)
                .execute();
        tx.createUpdate("DELETE FROM log.batch_answers WHERE log_time < ?")
                .bind(0, oldest)
                .execute();
        answers.values().removeIf(answer -> answer.logTime().isBefore(oldest.toInstant()));
    }
}
