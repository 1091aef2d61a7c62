package dev.vt.control.log;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.kernel.Json;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One node's answer to one query. The stream's thread puts records in, one reader takes them out; the node is asked for another only
 * when one was taken, so that a slow reader slows the node and nothing piles up here (LG12).
 */
final class NodeLog implements AutoCloseable {
    private static final int WINDOW = 256;

    /** What the reader gets. */
    sealed interface Item {
        record Line(ObjectNode record) implements Item {}

        /** History is done; what follows happens now. */
        record Head() implements Item {}

        record End() implements Item {}
    }

    private final String nodeId;
    // WINDOW records, a head and an end: the node never sends more than was asked for.
    private final BlockingQueue<Item> items = new LinkedBlockingQueue<>(WINDOW + 2);
    private @Nullable ServerCallStreamObserver<LogsToNode> out;
    private boolean closed;

    NodeLog(String nodeId) {
        this.nodeId = nodeId;
    }

    String nodeId() {
        return nodeId;
    }

    synchronized boolean attached() {
        return out != null;
    }

    /** Called once, when the node has opened its stream and named the query. */
    synchronized void attach(ServerCallStreamObserver<LogsToNode> stream) {
        out = stream;
        if (closed) {
            cancel(stream);
        } else {
            stream.request(WINDOW);
        }
    }

    /** What the node sends after the query's id. */
    void receive(LogsFromNode message) {
        switch (message.getMessageCase()) {
            case RECORD_JSON -> {
                if (Json.parse(message.getRecordJson().toByteArray()) instanceof ObjectNode record) {
                    put(new Item.Line(record));
                }
            }
            case HEAD -> put(new Item.Head());
            case QUERY_ID, MESSAGE_NOT_SET -> {}
        }
    }

    void ended() {
        put(new Item.End());
    }

    private void put(Item item) {
        if (!items.offer(item)) {
            // A node that sends more than it was asked for has broken the protocol.
            close();
            items.clear();
            items.add(new Item.End());
        }
    }

    /** The next item, or null if none came in time. */
    @Nullable
    Item next(Duration limit) throws InterruptedException {
        Item item = items.poll(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
        if (item instanceof Item.Line || item instanceof Item.Head) {
            synchronized (this) {
                if (out != null && !closed) {
                    out.request(1);
                }
            }
        }
        return item;
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            if (out != null) {
                cancel(out);
            }
        }
    }

    private static void cancel(StreamObserver<LogsToNode> stream) {
        stream.onNext(LogsToNode.newBuilder().setCancel(true).build());
        stream.onCompleted();
    }
}
