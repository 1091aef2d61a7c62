package dev.vt.eventlog.raft;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.apply.PreparedBatch;
import dev.vt.kernel.Json;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A prepared batch as the bytes of a Raft entry, and back. Format 1: a byte 1, then the batch's components in their order;
 * texts are UTF-8 after their length, lists their members after their number. Payloads travel in their canonical form, so that
 * a server which applies neither checks nor canonicalises them again. Entries outlive programs: a format, once written, is read
 * for ever, and a change is a new format, written only at a feature level that all servers have (S25).
 */
final class BatchCodec {
    private static final byte FORMAT = 1;

    private BatchCodec() {}

    static byte[] write(PreparedBatch prepared) {
        Batch batch = prepared.batch();
        EntryBuffer out = new EntryBuffer(256 + prepared.bytes());
        out.putByte(FORMAT);
        out.putText(batch.batchId());
        putInstant(out, batch.proposedAt());
        out.putText(batch.actor().type());
        out.putText(batch.actor().id());
        out.putText(batch.requestId());
        out.putText(batch.idempotencyKey());
        out.putInt(batch.preconditions().size());
        batch.preconditions().forEach(precondition -> putPrecondition(out, precondition));
        out.putInt(batch.events().size());
        for (int i = 0; i < batch.events().size(); i++) {
            putEvent(out, batch.events().get(i), prepared.payloads().get(i));
        }
        out.putInt(batch.sideOperations().size());
        batch.sideOperations().forEach(operation -> putSide(out, operation));
        return out.toBytes();
    }

    /** @throws UnreadableEntryException if a newer program wrote it, or no program did */
    static PreparedBatch read(ByteBuffer bytes) {
        EntryReader in = new EntryReader(bytes);
        int size = bytes.remaining();
        try {
            byte format = in.getByte();
            if (format != FORMAT) {
                throw new UnreadableEntryException("entry of format " + format, null);
            }
            String batchId = in.getText();
            Instant proposedAt = getInstant(in);
            Actor actor = new Actor(in.getText(), in.getText());
            String requestId = in.getText();
            String idempotencyKey = in.getOptionalText();
            List<Precondition> preconditions = new ArrayList<>();
            for (int left = in.getCount(); left > 0; left--) {
                preconditions.add(getPrecondition(in));
            }
            List<NewEvent> events = new ArrayList<>();
            List<String> payloads = new ArrayList<>();
            for (int left = in.getCount(); left > 0; left--) {
                events.add(getEvent(in, payloads));
            }
            List<SideOperation> sides = new ArrayList<>();
            for (int left = in.getCount(); left > 0; left--) {
                sides.add(getSide(in));
            }
            in.requireEnd();
            Batch batch =
                    new Batch(batchId, proposedAt, actor, requestId, idempotencyKey, preconditions, events, sides);
            return new PreparedBatch(batch, payloads, size);
        } catch (UnreadableEntryException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new UnreadableEntryException("entry is damaged", e);
        }
    }

    private static void putInstant(EntryBuffer out, Instant instant) {
        out.putLong(instant.getEpochSecond());
        out.putInt(instant.getNano());
    }

    private static Instant getInstant(EntryReader in) {
        return Instant.ofEpochSecond(in.getLong(), in.getInt());
    }

    private static void putEvent(EntryBuffer out, NewEvent event, String payload) {
        putKey(out, event.aggregate());
        out.putText(event.type());
        out.putInt(event.version());
        out.putText(event.owner().orgId());
        out.putText(event.owner().projectId());
        out.putText(event.owner().appId());
        out.putText(event.owner().envId());
        out.putText(payload);
        out.putText(event.correlationId());
        Long causation = event.causationId();
        out.putByte((byte) (causation == null ? 0 : 1));
        if (causation != null) {
            out.putLong(causation);
        }
    }

    private static NewEvent getEvent(EntryReader in, List<String> payloads) {
        AggregateKey aggregate = getKey(in);
        String type = in.getText();
        int version = in.getInt();
        Owner owner = new Owner(in.getOptionalText(), in.getOptionalText(), in.getOptionalText(), in.getOptionalText());
        String payload = in.getText();
        payloads.add(payload);
        String correlation = in.getOptionalText();
        Long causation = in.getByte() == 0 ? null : in.getLong();
        return new NewEvent(aggregate, type, version, owner, (ObjectNode) Json.parse(payload), correlation, causation);
    }

    private static void putKey(EntryBuffer out, AggregateKey key) {
        out.putText(key.type());
        out.putText(key.id());
    }

    private static AggregateKey getKey(EntryReader in) {
        return new AggregateKey(in.getText(), in.getText());
    }

    private static void putSide(EntryBuffer out, SideOperation operation) {
        switch (operation) {
            case SideOperation.Put put -> {
                out.putByte((byte) 1);
                out.putText(put.kind());
                out.putText(put.key());
                out.putBytes(put.content());
                putOptionalInstant(out, put.expiresAt());
            }
            case SideOperation.Delete delete -> {
                out.putByte((byte) 2);
                out.putText(delete.kind());
                out.putText(delete.key());
            }
        }
    }

    private static void putOptionalInstant(EntryBuffer out, @Nullable Instant instant) {
        out.putByte((byte) (instant == null ? 0 : 1));
        if (instant != null) {
            putInstant(out, instant);
        }
    }

    private static SideOperation getSide(EntryReader in) {
        byte kind = in.getByte();
        return switch (kind) {
            case 1 ->
                new SideOperation.Put(
                        in.getText(), in.getText(), in.getBytes(), in.getByte() == 0 ? null : getInstant(in));
            case 2 -> new SideOperation.Delete(in.getText(), in.getText());
            default -> throw new UnreadableEntryException("side operation of kind " + kind, null);
        };
    }

    private static void putPrecondition(EntryBuffer out, Precondition precondition) {
        switch (precondition) {
            case Precondition.Seq(AggregateKey aggregate, int seq) -> {
                out.putByte((byte) 1);
                putKey(out, aggregate);
                out.putInt(seq);
            }
            case Precondition.Alive(AggregateKey aggregate) -> {
                out.putByte((byte) 2);
                putKey(out, aggregate);
            }
            case Precondition.NoChildren(AggregateKey parent, String childType) -> {
                out.putByte((byte) 3);
                putKey(out, parent);
                out.putText(childType);
            }
            case Precondition.Claim(String scope, String key, AggregateKey owner) -> {
                out.putByte((byte) 4);
                out.putText(scope);
                out.putText(key);
                putKey(out, owner);
            }
            case Precondition.Release(String scope, String key, AggregateKey owner) -> {
                out.putByte((byte) 5);
                out.putText(scope);
                out.putText(key);
                putKey(out, owner);
            }
            case Precondition.ReleaseAll(AggregateKey owner) -> {
                out.putByte((byte) 6);
                putKey(out, owner);
            }
            case Precondition.Row(String view, String key, long lastEventId) -> {
                out.putByte((byte) 7);
                out.putText(view);
                out.putText(key);
                out.putLong(lastEventId);
            }
            case Precondition.Quota(String orgId, Map<String, Long> deltas) -> {
                out.putByte((byte) 8);
                out.putText(orgId);
                out.putInt(deltas.size());
                new TreeMap<>(deltas).forEach((dimension, delta) -> {
                    out.putText(dimension);
                    out.putLong(delta);
                });
            }
            case Precondition.Capacity(String nodeId, long memoryBytes) -> {
                out.putByte((byte) 9);
                out.putText(nodeId);
                out.putLong(memoryBytes);
            }
            case Precondition.Side(String kind, String key, int version) -> {
                out.putByte((byte) 10);
                out.putText(kind);
                out.putText(key);
                out.putInt(version);
            }
            case Precondition.Fence(long epoch) -> {
                out.putByte((byte) 11);
                out.putLong(epoch);
            }
        }
    }

    private static Precondition getPrecondition(EntryReader in) {
        byte kind = in.getByte();
        return switch (kind) {
            case 1 -> new Precondition.Seq(getKey(in), in.getInt());
            case 2 -> new Precondition.Alive(getKey(in));
            case 3 -> new Precondition.NoChildren(getKey(in), in.getText());
            case 4 -> new Precondition.Claim(in.getText(), in.getText(), getKey(in));
            case 5 -> new Precondition.Release(in.getText(), in.getText(), getKey(in));
            case 6 -> new Precondition.ReleaseAll(getKey(in));
            case 7 -> new Precondition.Row(in.getText(), in.getText(), in.getLong());
            case 8 -> {
                String org = in.getText();
                Map<String, Long> deltas = new TreeMap<>();
                for (int left = in.getCount(); left > 0; left--) {
                    deltas.put(in.getText(), in.getLong());
                }
                yield new Precondition.Quota(org, deltas);
            }
            case 9 -> new Precondition.Capacity(in.getText(), in.getLong());
            case 10 -> new Precondition.Side(in.getText(), in.getText(), in.getInt());
            case 11 -> new Precondition.Fence(in.getLong());
            default -> throw new UnreadableEntryException("precondition of kind " + kind, null);
        };
    }
}
