package dev.vt.eventlog.apply;

import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.InvalidEventException;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A batch that may be applied: sizes are in bounds and every payload fits its schema. Made on the proposer's thread, because
 * checking and canonicalising payloads is most of the work of an append and needs no order.
 *
 * @param payloads the RFC 8785 text of each event's payload, which is also what is stored
 * @param bytes of payloads and side records together
 */
public record PreparedBatch(Batch batch, List<String> payloads, int bytes) {
    private static final int MAX_PAYLOAD = 64 * 1024;
    private static final int MAX_LARGE_PAYLOAD = 256 * 1024;
    private static final int MAX_BATCH = 4 * 1024 * 1024;
    private static final int MAX_TEXT = 1024;

    public PreparedBatch {
        payloads = List.copyOf(payloads);
    }

    /** @throws InvalidEventException naming the event and the place, never a value */
    public static PreparedBatch of(Batch batch, EventSchemas schemas) {
        List<String> payloads = new ArrayList<>(batch.events().size());
        long total = 0;
        for (int i = 0; i < batch.events().size(); i++) {
            NewEvent event = batch.events().get(i);
            String problem = schemas.problem(event).orElse(null);
            if (problem != null) {
                throw new InvalidEventException("event " + i + ": " + problem);
            }
            String payload = canonical(event, i);
            int size = payload.getBytes(StandardCharsets.UTF_8).length;
            int most = event.type().equals("release.created") || event.type().startsWith("config.")
                    ? MAX_LARGE_PAYLOAD
                    : MAX_PAYLOAD;
            if (size > most) {
                throw new InvalidEventException(
                        "event " + i + ": payload of " + event.type() + " has " + size + " bytes, at most " + most);
            }
            total += size;
            payloads.add(payload);
        }
        for (SideOperation operation : batch.sideOperations()) {
            if (operation instanceof SideOperation.Put put) {
                total += put.content().length;
            }
        }
        if (total > MAX_BATCH) {
            throw new InvalidEventException("batch has " + total + " bytes, at most " + MAX_BATCH);
        }
        checkTexts(batch);
        return new PreparedBatch(batch, payloads, (int) total);
    }

    private static String canonical(NewEvent event, int index) {
        String payload;
        try {
            payload = CanonicalJson.text(event.payload());
        } catch (IllegalArgumentException e) {
            throw new InvalidEventException("event " + index + ": payload of " + event.type() + " has a fraction");
        }
        // PostgreSQL's text holds no U+0000. Refused here, it cannot make a projection fail later, which would halt
        // apply.
        if (payload.contains("\\u0000")) {
            throw new InvalidEventException("event " + index + ": payload of " + event.type() + " has a NUL character");
        }
        return payload;
    }

    /** Envelope texts come from callers too: bounded and without U+0000. */
    private static void checkTexts(Batch batch) {
        checkText(batch.batchId());
        checkText(batch.requestId());
        checkText(batch.actor().type());
        checkText(batch.actor().id());
        checkText(batch.idempotencyKey());
        for (NewEvent event : batch.events()) {
            checkText(event.aggregate().id());
            checkText(event.owner().orgId());
            checkText(event.owner().projectId());
            checkText(event.owner().appId());
            checkText(event.owner().envId());
            checkText(event.correlationId());
        }
        for (Precondition precondition : batch.preconditions()) {
            Preconditions.texts(precondition).forEach(PreparedBatch::checkText);
        }
        for (SideOperation operation : batch.sideOperations()) {
            switch (operation) {
                case SideOperation.Put put -> {
                    checkText(put.kind());
                    checkText(put.key());
                }
                case SideOperation.Delete delete -> {
                    checkText(delete.kind());
                    checkText(delete.key());
                }
            }
        }
    }

    /** Two of these fit into one index entry of PostgreSQL, which holds at most 2 704 bytes. */
    private static void checkText(@Nullable String text) {
        if (text != null && (text.getBytes(StandardCharsets.UTF_8).length > MAX_TEXT || text.indexOf('\0') >= 0)) {
            throw new InvalidEventException(
                    "a text of the batch is longer than " + MAX_TEXT + " bytes or has a NUL character");
        }
    }
}
