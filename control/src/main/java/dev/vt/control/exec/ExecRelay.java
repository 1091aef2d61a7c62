package dev.vt.control.exec;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.ExecToNode;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One session between a client's socket and an agent's stream. Frames from the node wait in a queue of {@link #WINDOW}; the node
 * is asked for one more only when one was written to the client. Frames to the node block while the stream is not ready. So a slow side
 * slows the other, and at most {@code WINDOW × 64 KiB} is held in each direction (EX8).
 */
final class ExecRelay implements AutoCloseable {
    static final int WINDOW = 4;

    private static final byte[] GONE = {};

    private final String nodeId;
    private final BlockingQueue<byte[]> fromNode = new LinkedBlockingQueue<>(WINDOW + 1);
    private @Nullable ServerCallStreamObserver<ExecToNode> out;
    private boolean closed;
    private boolean completed;

    ExecRelay(String nodeId) {
        this.nodeId = nodeId;
    }

    String nodeId() {
        return nodeId;
    }

    /** Called by the stream's thread; false if there was one before. */
    synchronized boolean attach(ServerCallStreamObserver<ExecToNode> stream) {
        if (out != null || closed) {
            return false;
        }
        out = stream;
        stream.request(WINDOW);
        notifyAll();
        return true;
    }

    /** The stream may take more. */
    synchronized void wake() {
        notifyAll();
    }

    synchronized boolean awaitAttached(Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (out == null && !closed) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return false;
            }
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return out != null;
    }

    void fromNode(byte[] frame) {
        if (frame.length == 0 || !fromNode.offer(frame)) {
            nodeGone();
        }
    }

    synchronized void nodeGone() {
        closed = true;
        notifyAll();
        if (!fromNode.offer(GONE)) {
            // Full of frames that the reader still takes; it sees `closed` after the last.
            return;
        }
    }

    /** The next frame; null if none came in time; empty array when the node is gone. */
    byte @Nullable [] next(Duration limit) throws InterruptedException {
        byte[] frame = fromNode.poll(limit.toMillis(), TimeUnit.MILLISECONDS);
        synchronized (this) {
            if (frame == null) {
                return closed ? GONE : null;
            }
            if (frame.length > 0 && out != null && !closed) {
                out.request(1);
            }
        }
        return frame;
    }

    /** Blocks until the stream takes it; false if the node is gone. */
    synchronized boolean toNode(byte[] frame) throws InterruptedException {
        while (true) {
            ServerCallStreamObserver<ExecToNode> stream = out;
            if (closed || stream == null || stream.isCancelled()) {
                return false;
            }
            if (stream.isReady()) {
                stream.onNext(ExecToNode.newBuilder()
                        .setFrame(ByteString.copyFrom(frame))
                        .build());
                return true;
            }
            wait(1000);
        }
    }

    /** Ends our half of the agent's call too, also when the agent has ended its own: a call left open would stay for ever. */
    @Override
    public synchronized void close() {
        closed = true;
        if (out != null && !completed) {
            completed = true;
            out.onCompleted();
        }
        notifyAll();
    }
}
