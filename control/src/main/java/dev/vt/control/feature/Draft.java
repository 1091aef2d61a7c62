package dev.vt.control.feature;

import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Problem;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What one attempt of a command wants to append. Fresh for every attempt; used by one thread.
 *
 * <p>It also hands out everything that a decider may not fetch itself: the time and new ids.
 */
public final class Draft {
    /**
     * @param otherwise what a failed precondition means to the caller; null for the default of its kind
     * @param race whether a failure repeats the attempt instead
     */
    record Required(Precondition precondition, @Nullable Problem otherwise, boolean race) {}

    private final String batchId;
    private final Actor actor;
    private final Instant now;
    private final IdSource ids;
    private final List<Required> required = new ArrayList<>();
    private final List<NewEvent> events = new ArrayList<>();
    private final List<SideOperation> sideOperations = new ArrayList<>();
    private final List<Change> changes = new ArrayList<>();
    private final Map<String, String> resultIds = new LinkedHashMap<>();
    private int status = 200;
    private @Nullable Integer targetVersion;
    private @Nullable String resourceId;
    private @Nullable String waitKind;
    private @Nullable String waitId;
    private @Nullable String oneTimeSecret;
    private @Nullable Problem refusal;

    Draft(String batchId, Actor actor, Instant now, IdSource ids) {
        this.batchId = batchId;
        this.actor = actor;
        this.now = now;
        this.ids = ids;
    }

    public Actor actor() {
        return actor;
    }

    /** The time of this attempt, whole microseconds. */
    public Instant now() {
        return now;
    }

    public String newId(String prefix) {
        return ids.next(prefix);
    }

    /** The aggregate the request is about, as read: its head must still be this, and {@code If-Match} must name it. */
    public Draft target(AggregateKey aggregate, int version) {
        targetVersion = version;
        return expect(aggregate, version);
    }

    /** Another aggregate that was read: its head must still be this; if not, the attempt is repeated (S9). */
    public Draft expect(AggregateKey aggregate, int version) {
        return require(new Precondition.Seq(aggregate, version));
    }

    /** A failure answers the default of the kind: {@code seq} and {@code row} repeat the attempt. */
    public Draft require(Precondition precondition) {
        required.add(new Required(precondition, null, false));
        return this;
    }

    /** A failure answers this problem. */
    public Draft require(Precondition precondition, Problem otherwise) {
        required.add(new Required(precondition, otherwise, false));
        return this;
    }

    /** Decided before all others: what follows from a request that was answered already is no refusal. */
    void requireFirst(Precondition precondition) {
        required.addFirst(new Required(precondition, null, false));
    }

    public Draft require(Precondition precondition, ErrorCode otherwise, String detail) {
        return require(precondition, Problem.of(otherwise, detail));
    }

    /** A failure, whatever its kind, repeats the attempt: for claims on what was free when it was read (S9). */
    public Draft race(Precondition precondition) {
        required.add(new Required(precondition, null, true));
        return this;
    }

    public Draft append(NewEvent event) {
        events.add(event);
        return this;
    }

    /** Appends what the decider accepted, or refuses; true if there is something to append. */
    public <E> boolean decided(Decision<E> decision, Function<E, NewEvent> encode) {
        return switch (decision) {
            case Decision.Refused<E>(Problem problem) -> {
                refuse(problem);
                yield false;
            }
            case Decision.Accepted<E>(List<E> accepted) -> {
                accepted.forEach(event -> append(encode.apply(event)));
                yield !accepted.isEmpty();
            }
        };
    }

    public Draft side(SideOperation operation) {
        sideOperations.add(operation);
        return this;
    }

    /** Nothing of this draft is appended; the first refusal counts. */
    public Draft refuse(Problem problem) {
        if (refusal == null) {
            refusal = problem;
        }
        return this;
    }

    public Draft change(Change change) {
        changes.add(change);
        return this;
    }

    /** An id for the receipt, parents first. */
    public Draft id(String kind, String id) {
        resultIds.put(kind, id);
        return this;
    }

    /** The resource to show in the answer; without it the answer's resource is null. */
    public Draft resource(String id) {
        resourceId = id;
        return this;
    }

    /** Answers 201 if something was appended. */
    public Draft created() {
        status = 201;
        return this;
    }

    /** Answers 202 and names what to wait for. */
    public Draft started(String kind, String id) {
        status = 202;
        waitKind = kind;
        waitId = id;
        return this;
    }

    /** Names what to wait for, without changing the status. */
    public Draft waitFor(String kind, String id) {
        waitKind = kind;
        waitId = id;
        return this;
    }

    /** A token shown once: in this answer only, never stored, null in a replay (A8). */
    public Draft secret(String value) {
        oneTimeSecret = value;
        return this;
    }

    String batchId() {
        return batchId;
    }

    List<Required> required() {
        return required;
    }

    List<NewEvent> events() {
        return events;
    }

    List<SideOperation> sideOperations() {
        return sideOperations;
    }

    List<Change> changes() {
        return changes;
    }

    Map<String, String> resultIds() {
        return resultIds;
    }

    int status() {
        return status;
    }

    @Nullable
    Integer targetVersion() {
        return targetVersion;
    }

    @Nullable
    String resourceId() {
        return resourceId;
    }

    @Nullable
    String waitKind() {
        return waitKind;
    }

    @Nullable
    String waitId() {
        return waitId;
    }

    @Nullable
    String oneTimeSecret() {
        return oneTimeSecret;
    }

    @Nullable
    Problem refusal() {
        return refusal;
    }

    boolean appendsNothing() {
        return events.isEmpty() && sideOperations.isEmpty();
    }
}
