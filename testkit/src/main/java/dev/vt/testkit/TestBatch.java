package dev.vt.testkit;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Writes a batch down in a few words. Not thread-safe. */
public final class TestBatch {
    private final String id;
    private final Instant proposedAt;
    private final List<Precondition> preconditions = new ArrayList<>();
    private final List<NewEvent> events = new ArrayList<>();
    private final List<SideOperation> sideOperations = new ArrayList<>();
    private Owner owner = Owner.NONE;

    TestBatch(String id, Instant proposedAt) {
        this.id = id;
        this.proposedAt = proposedAt;
    }

    /** Of the events that follow. */
    public TestBatch owner(Owner tenant) {
        this.owner = tenant;
        return this;
    }

    public TestBatch require(Precondition precondition) {
        preconditions.add(precondition);
        return this;
    }

    public TestBatch event(String aggregateType, String aggregateId, String type, ObjectNode payload) {
        return event(new NewEvent(new AggregateKey(aggregateType, aggregateId), type, owner, payload));
    }

    public TestBatch event(NewEvent event) {
        events.add(event);
        return this;
    }

    public TestBatch side(SideOperation operation) {
        sideOperations.add(operation);
        return this;
    }

    public Batch build() {
        return new Batch(id, proposedAt, Actor.system("test"), "req_test", null, preconditions, events, sideOperations);
    }
}
