package dev.vt.eventlog.apply;

import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.AppendResult.Applied;
import dev.vt.eventlog.AppendResult.Rejected;
import dev.vt.eventlog.ApplyHaltedException;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.InvalidEventException;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.ViewWrites;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Applies batches: a deterministic function of the batches and the database (S11). How batches are grouped into transactions
 * does not change a byte of the result. The caller owns transaction and thread; immutable, hence usable from any one at a time.
 */
public final class BatchApplier {
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);

    private final EventSchemas schemas;
    private final List<Projection> core;
    private final Map<String, List<String>> keyColumns;

    /** @param core in the order in which they run for each event */
    public BatchApplier(EventSchemas schemas, List<Projection> core) {
        this.schemas = schemas;
        this.core = List.copyOf(core);
        this.keyColumns = CoreFacts.keyColumns(core);
    }

    /**
     * Checks what needs no order, on the proposer's thread.
     *
     * @throws InvalidEventException if no log may take the batch
     */
    public PreparedBatch prepare(Batch batch) {
        for (Precondition precondition : batch.preconditions()) {
            CoreFacts.check(precondition, keyColumns);
        }
        return PreparedBatch.of(batch, schemas);
    }

    /**
     * Applies a group in its order within the caller's transaction, taking the lock of the log's head first.
     *
     * @param end what the caller wants written with the group
     * @return one answer per batch, {@link Applied} or {@link Rejected}; worth nothing unless the transaction commits
     * @throws ApplyHaltedException if an event is unknown or a projection failed (S12): the transaction must be rolled back
     */
    public List<AppendResult> apply(Handle tx, List<PreparedBatch> group, RoundTrip end) {
        WorkingSet state = WorkingSet.load(tx, group);
        LogHead head = state.logHead();
        CoreFacts facts = new CoreFacts(tx, keyColumns);
        List<AppendResult> answers = new ArrayList<>(group.size());
        for (PreparedBatch prepared : group) {
            Batch batch = prepared.batch();
            AppendResult known = state.answer(batch.batchId());
            if (known != null) {
                answers.add(known);
                continue;
            }
            LogHead raised = raise(head, batch);
            Rejected rejected = new Preconditions(state, raised, facts).check(batch.preconditions());
            if (rejected == null) {
                state.acceptClaims();
                head = append(tx, state, raised, prepared);
                long first = Math.min(raised.eventId() + 1, head.eventId());
                answers.add(new Applied(first, head.eventId()));
            } else {
                state.dropClaims();
                head = withIndex(head, head.appliedIndex() + 1);
                answers.add(rejected);
            }
            // By the raised log time also when rejected: an answer is as old as its batch (S7).
            state.keepAnswer(batch.batchId(), answers.getLast(), raised);
            if (!head.logTime().isBefore(head.sweptAt().plus(SWEEP_EVERY))) {
                state.sweep(head.logTime());
                head = swept(head);
            }
        }
        ViewWrites.of(tx).send();
        head.store(end);
        state.write(end);
        return answers;
    }

    private LogHead append(Handle tx, WorkingSet state, LogHead raised, PreparedBatch prepared) {
        Batch batch = prepared.batch();
        LogHead head = raised;
        for (int i = 0; i < batch.events().size(); i++) {
            String payload = prepared.payloads().get(i);
            StoredEvent event = number(head, state, batch, i, payload);
            state.add(event, payload);
            project(tx, event);
            head = after(head, event);
        }
        for (SideOperation operation : batch.sideOperations()) {
            state.apply(operation, head.logTime());
        }
        return head;
    }

    private StoredEvent number(LogHead head, WorkingSet state, Batch batch, int index, String payload) {
        NewEvent event = batch.events().get(index);
        if (!schemas.knows(event.type(), event.version())) {
            throw new ApplyHaltedException(
                    "unknown event " + event.type() + "@" + event.version() + " in batch " + batch.batchId());
        }
        StoredEvent numbered = new StoredEvent(
                head.eventId() + 1,
                head.occurredAt(),
                event.aggregate(),
                state.head(event.aggregate()).seq() + 1,
                event.type(),
                event.version(),
                batch.actor(),
                event.owner(),
                batch.requestId(),
                batch.batchId(),
                index,
                batch.idempotencyKey(),
                event.correlationId(),
                event.causationId(),
                event.payload(),
                "");
        return withHash(numbered, Chain.next(head.chainHash(), numbered, payload));
    }

    /** Core projections, in their order, on the newest version of the event. */
    private void project(Handle tx, StoredEvent event) {
        StoredEvent lifted = schemas.lift(event);
        for (Projection projection : core) {
            if (projection.handles(event.type())) {
                ViewWrites.of(tx).project(projection, lifted);
            }
        }
    }

    private static LogHead raise(LogHead head, Batch batch) {
        Instant proposed = batch.proposedAt().truncatedTo(ChronoUnit.MICROS);
        return new LogHead(
                head.appliedIndex() + 1,
                head.eventId(),
                head.chainHash(),
                batch.events().isEmpty() ? head.occurredAt() : later(head.occurredAt(), proposed),
                later(head.logTime(), proposed),
                head.sweptAt(),
                head.epoch());
    }

    private static LogHead after(LogHead head, StoredEvent event) {
        return new LogHead(
                head.appliedIndex(),
                event.eventId(),
                event.chainHash(),
                head.occurredAt(),
                head.logTime(),
                head.sweptAt(),
                event.type().equals("cluster.leader_changed")
                        ? event.payload().path("epoch").longValue()
                        : head.epoch());
    }

    private static LogHead withIndex(LogHead head, long index) {
        return new LogHead(
                index,
                head.eventId(),
                head.chainHash(),
                head.occurredAt(),
                head.logTime(),
                head.sweptAt(),
                head.epoch());
    }

    private static LogHead swept(LogHead head) {
        return new LogHead(
                head.appliedIndex(),
                head.eventId(),
                head.chainHash(),
                head.occurredAt(),
                head.logTime(),
                head.logTime(),
                head.epoch());
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }

    private static StoredEvent withHash(StoredEvent event, String hash) {
        return new StoredEvent(
                event.eventId(),
                event.occurredAt(),
                event.aggregate(),
                event.aggregateSeq(),
                event.type(),
                event.version(),
                event.actor(),
                event.owner(),
                event.requestId(),
                event.batchId(),
                event.batchIndex(),
                event.idempotencyKey(),
                event.correlationId(),
                event.causationId(),
                event.payload(),
                hash);
    }
}
