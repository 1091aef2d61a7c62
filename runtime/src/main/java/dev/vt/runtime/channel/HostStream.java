package dev.vt.runtime.channel;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.kernel.Json;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.locks.Condition;
import org.jspecify.annotations.Nullable;

/**
 * One stream, seen from the host. All state is guarded by the lock of {@link HostChannel}; one thread may send while another receives.
 * A sender has at most one slice waiting, a receiver at most its credit.
 */
final class HostStream {
    private static final int CREDIT_STEP = FrameCodec.CREDIT / 4;

    final int id;
    private final HostChannel channel;
    private final Condition changed;
    private final Queue<byte[]> received = new ArrayDeque<>();
    /** Wiped once written. */
    boolean sensitive;

    private boolean accepted;
    private JsonNode acceptance = Json.object();
    private int sendCredit = FrameCodec.CREDIT;
    private int receiveCredit = FrameCodec.CREDIT;
    private int consumed;
    private byte @Nullable [] waiting;
    private boolean endWanted;
    private boolean endSent;
    private boolean endReceived;
    private @Nullable ChannelException failure;

    HostStream(HostChannel channel, int id, Condition changed) {
        this.channel = channel;
        this.id = id;
        this.changed = changed;
    }

    // ---- for whoever uses the stream; takes the lock

    /**
     * The ACCEPT document.
     *
     * @throws ChannelException if the other side refuses, or does not answer in time
     */
    JsonNode awaitAccepted(long timeoutNanos) throws InterruptedException {
        channel.lock.lock();
        try {
            long left = timeoutNanos;
            while (!accepted && failure == null) {
                if (left <= 0) {
                    reset("timeout");
                    throw new ChannelException(
                            ChannelException.Kind.STREAM_RESET, "timeout", "the guest did not answer in time");
                }
                left = changed.awaitNanos(left);
            }
            if (failure != null) {
                throw failure;
            }
            return acceptance;
        } finally {
            channel.lock.unlock();
        }
    }

    /** Hands over at most {@link FrameCodec#SLICE} bytes; blocks while an earlier slice waits for its turn or for credit. */
    void send(byte[] slice) throws InterruptedException {
        channel.lock.lock();
        try {
            while (waiting != null && failure == null && !endWanted) {
                changed.await();
            }
            if (failure != null) {
                throw failure;
            }
            if (!endWanted) {
                waiting = slice;
                channel.wakeWriter();
            }
        } finally {
            channel.lock.unlock();
        }
    }

    /** No more bytes from us, after what waits. */
    void end() {
        channel.lock.lock();
        try {
            endWanted = true;
            changed.signalAll();
            channel.wakeWriter();
        } finally {
            channel.lock.unlock();
        }
    }

    /** The next DATA payload; empty when the other side has ended. Gives its credit back. */
    Optional<byte[]> receive() throws InterruptedException {
        channel.lock.lock();
        try {
            while (received.isEmpty() && !endReceived && failure == null) {
                changed.await();
            }
            byte[] next = received.poll();
            if (next != null) {
                return Optional.of(next);
            }
            if (failure != null) {
                throw failure;
            }
            return Optional.empty();
        } finally {
            channel.lock.unlock();
        }
    }

    /** Lets the guest send as many more bytes. */
    void grant(int bytes) {
        channel.lock.lock();
        try {
            consumed += bytes;
            if (failure == null && !endReceived && (consumed >= CREDIT_STEP || receiveCredit < CREDIT_STEP)) {
                receiveCredit += consumed;
                channel.control(new Frame(Frame.CREDIT, id, new byte[] {
                    (byte) (consumed >> 24), (byte) (consumed >> 16), (byte) (consumed >> 8), (byte) consumed
                }));
                consumed = 0;
            }
        } finally {
            channel.lock.unlock();
        }
    }

    /** Ends both directions at once; fine if they have ended. */
    void reset(String code) {
        channel.lock.lock();
        try {
            if (failure == null && !(endSent && endReceived)) {
                channel.resetStream(this, code);
                fail(new ChannelException(ChannelException.Kind.STREAM_RESET, code, "the stream was closed here"));
            }
        } finally {
            channel.lock.unlock();
        }
    }

    // ---- for the channel's threads, which hold the lock

    void onAccept(JsonNode document) {
        accepted = true;
        acceptance = document;
        changed.signalAll();
    }

    /** Whether the guest kept to its credit. */
    boolean onData(byte[] payload) {
        if (!accepted || endReceived || payload.length == 0 || payload.length > receiveCredit) {
            return false;
        }
        receiveCredit -= payload.length;
        received.add(payload);
        changed.signalAll();
        return true;
    }

    void onCredit(int more) {
        sendCredit = (int) Math.min(FrameCodec.CREDIT, (long) sendCredit + Integer.toUnsignedLong(more));
    }

    void onFin() {
        endReceived = true;
        changed.signalAll();
    }

    void fail(ChannelException cause) {
        if (failure == null) {
            failure = cause;
            wipe(waiting);
            waiting = null;
            changed.signalAll();
        }
    }

    boolean isOver() {
        return failure != null || (endSent && endReceived);
    }

    /** What the writer should send in this stream's turn; null if nothing can be sent now. */
    @Nullable
    Frame nextFrame() {
        if (!accepted || failure != null || endSent) {
            return null;
        }
        byte[] slice = waiting;
        if (slice != null) {
            if (slice.length > sendCredit) {
                return null;
            }
            sendCredit -= slice.length;
            waiting = null;
            changed.signalAll();
            return new Frame(Frame.DATA, id, slice);
        }
        if (endWanted) {
            endSent = true;
            return new Frame(Frame.FIN, id, new byte[0]);
        }
        return null;
    }

    void wipe(byte @Nullable [] bytes) {
        if (sensitive && bytes != null) {
            Arrays.fill(bytes, (byte) 0);
        }
    }
}
