package dev.vt.control.key;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * After another master key became the primary: wraps what the old ones wrap with it (secrets.md §4), in batches, each record proven
 * by opening it. A record tells by which key it is wrapped, so a run that is killed is resumed by the next one. Workloads notice
 * nothing.
 *
 * <p>The check value goes last: once it is wrapped by the primary key, nothing needs an older one.
 */
public final class Rewrapping implements Reconciler {
    private static final Logger log = LoggerFactory.getLogger(Rewrapping.class);
    private static final int BATCH = 50;

    private record Row(
            String key,
            int version,
            byte[] content,
            @Nullable Instant expiresAt) {}

    private final StateReader state;
    private final SystemMutations system;
    private final KeyWrapper keys;
    private final List<SealedRecords> nouns;
    private final IntConsumer remaining;

    /**
     * @param nouns whose records there are, the check value left out
     * @param remaining is told how many records an older key still wraps
     */
    public Rewrapping(
            StateReader state,
            SystemMutations system,
            KeyWrapper keys,
            List<SealedRecords> nouns,
            IntConsumer remaining) {
        this.state = state;
        this.system = system;
        this.keys = keys;
        this.nouns = List.copyOf(nouns);
        this.remaining = remaining;
    }

    @Override
    public String name() {
        return "rewrapping";
    }

    @Override
    public Duration period() {
        return Duration.ofMinutes(1);
    }

    @Override
    public ReconcileReport reconcile() {
        if (MasterKeyCheck.keyId(state).filter(keys.primaryKeyId()::equals).isPresent()) {
            remaining.accept(0);
            return ReconcileReport.NOTHING;
        }
        List<String> problems = new ArrayList<>();
        int examined = 0;
        int changed = 0;
        for (SealedRecords noun : nouns) {
            String after = "";
            while (true) {
                List<Row> page = page(noun, after);
                if (page.isEmpty()) {
                    break;
                }
                examined += page.size();
                changed += rewrap(noun, page, problems);
                after = page.getLast().key();
            }
        }
        remaining.accept(problems.size());
        if (problems.isEmpty()) {
            changed += rewrap(MasterKeyCheck.RECORDS, page(MasterKeyCheck.RECORDS, ""), problems);
            log.info("everything is wrapped by the primary master key key={} records={}", keys.primaryKeyId(), changed);
        }
        return new ReconcileReport(examined, changed, problems);
    }

    private List<Row> page(SealedRecords noun, String after) {
        return state.read(handle -> handle.createQuery("""
                        SELECT key, version, content, expires_at FROM log.side_records
                        WHERE kind = :kind AND key > :after AND starts_with(key, :prefix)
                        ORDER BY key LIMIT :limit""")
                .bind("kind", noun.kind())
                .bind("after", after)
                .bind("prefix", noun.prefix())
                .bind("limit", BATCH)
                .map((row, context) -> {
                    OffsetDateTime expires = row.getObject("expires_at", OffsetDateTime.class);
                    return new Row(
                            row.getString("key"),
                            row.getInt("version"),
                            row.getBytes("content"),
                            expires == null ? null : expires.toInstant());
                })
                .list());
    }

    /** How many were wrapped anew; what could not be is a problem, and keeps its key needed. */
    private int rewrap(SealedRecords noun, List<Row> page, List<String> problems) {
        List<SideOperation.Put> puts = new ArrayList<>();
        List<Precondition> unchanged = new ArrayList<>();
        for (Row row : page) {
            try {
                rewrapped(noun, row).ifPresent(content -> {
                    puts.add(new SideOperation.Put(noun.kind(), row.key(), content, row.expiresAt()));
                    unchanged.add(new Precondition.Side(noun.kind(), row.key(), row.version()));
                });
            } catch (MasterKeyUnavailableException | SealBrokenException e) {
                problems.add(noun.kind() + " " + row.key() + ": " + e.getMessage());
            }
        }
        if (puts.isEmpty()) {
            return 0;
        }
        SystemMutations.Outcome outcome = system.asSystem("rewrapping", draft -> {
            unchanged.forEach(draft::require);
            puts.forEach(draft::side);
        });
        if (outcome instanceof SystemMutations.Outcome.Refused(Problem problem)) {
            // One of them was written meanwhile, by the primary key: the next run finds the others.
            problems.add(noun.kind() + ": " + problem.code().code());
            return 0;
        }
        return puts.size();
    }

    /** Empty if the primary key wraps it already, or it belongs to nothing. */
    private Optional<byte[]> rewrapped(SealedRecords noun, Row row) {
        JsonNode parsed = Json.parse(row.content());
        String wrappedBy = parsed.path("master_key_id").asText();
        String primary = keys.primaryKeyId();
        if (!(parsed instanceof ObjectNode sealed) || wrappedBy.isEmpty() || wrappedBy.equals(primary)) {
            return Optional.empty();
        }
        Optional<byte[]> context = noun.context().apply(row.key(), sealed);
        if (context.isEmpty()) {
            return Optional.empty();
        }
        byte[] key = keys.unwrap(
                wrappedBy, Base64.getDecoder().decode(sealed.path(noun.member()).asText()), context.get());
        byte[] proof = new byte[0];
        try {
            byte[] wrapped = keys.wrap(key, context.get());
            proof = keys.unwrap(primary, wrapped, context.get());
            if (!Arrays.equals(key, proof)) {
                throw new IllegalStateException("what was wrapped does not open as it was: " + row.key());
            }
            sealed.put("master_key_id", primary)
                    .put(noun.member(), Base64.getEncoder().encodeToString(wrapped));
            return Optional.of(Json.bytes(sealed));
        } finally {
            Arrays.fill(key, (byte) 0);
            Arrays.fill(proof, (byte) 0);
        }
    }
}
