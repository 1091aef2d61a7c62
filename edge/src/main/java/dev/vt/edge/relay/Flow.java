package dev.vt.edge.relay;

import dev.vt.edge.relay.Pipes.Pipe;
import dev.vt.os.Errno;
import dev.vt.os.ErrnoException;
import dev.vt.os.NativeBuffer;
import dev.vt.os.StreamSockets;
import org.jspecify.annotations.Nullable;

/**
 * One direction of a connection (F1–F3). Small amounts are copied through the loop's own buffer; once reads have filled it,
 * bytes are spliced through a pipe and never seen. At most {@link #MOST_SPLICED} bytes are held while the receiver is full, and
 * nothing is read until they are gone. With nothing to hold a flow has neither buffer nor pipe. Used by its connection's
 * loop.
 */
final class Flow {
    /** Of the loop's buffer, and of what waits for a slow receiver. */
    static final int MOST_HELD = 1 << 16;

    /** Of a pipe, whose places may hold pieces larger than a page. */
    static final int MOST_SPLICED = 1 << 17;

    private static final int ROUNDS = 8;
    private static final int BULK_AFTER = 2;
    private static final int SMALL = 1 << 13;
    private static final int BULK_UNTIL = 8;

    private final Side from;
    private final Side to;
    private @Nullable NativeBuffer buffer;
    private @Nullable Pipe pipe;
    private int heldFrom;
    private int held;
    private long bytes;
    private boolean bulk;
    private int changing;
    private boolean inputEnded;
    private boolean done;

    Flow(Side from, Side to) {
        this.from = from;
        this.to = to;
    }

    /** Why moving stopped. */
    enum Outcome {
        /** An event will tell when there is more to do. */
        WAITS,
        /** It was others' turn. */
        MORE,
        /** All bytes and the end of the stream have been passed on, or will be when both sockets are closed. */
        DONE,
        SENDER_FAILED,
        RECEIVER_FAILED
    }

    long bytes() {
        return bytes;
    }

    void count(int passed) {
        bytes += passed;
    }

    /** Whether the sender has finished; bytes may still be held. */
    boolean hasInputEnded() {
        return inputEnded;
    }

    boolean isDone() {
        return done;
    }

    boolean canMove() {
        return !done && (held > 0 ? to.isWritable() : inputEnded || from.isReadable());
    }

    /** Keeps bytes that the receiver did not take. */
    void hold(EventLoop loop, NativeBuffer source, int offset, int count) throws ErrnoException {
        NativeBuffer kept = loop.buffers().take();
        kept.bytes().put(0, source.bytes(), offset, count);
        buffer = kept;
        heldFrom = 0;
        held = count;
        to.full(loop);
    }

    Outcome move(EventLoop loop) throws ErrnoException {
        for (int round = 0; round < ROUNDS; round++) {
            if (held > 0) {
                Outcome stopped = flush(loop);
                if (stopped != null) {
                    return stopped;
                }
            }
            if (inputEnded) {
                releasePipe(loop);
                done = true;
                return Outcome.DONE;
            }
            if (!from.isReadable()) {
                releasePipe(loop);
                return Outcome.WAITS;
            }
            Outcome stopped = bulk ? splice(loop) : copy(loop);
            if (stopped != null) {
                return stopped;
            }
        }
        return Outcome.MORE;
    }

    private @Nullable Outcome copy(EventLoop loop) throws ErrnoException {
        StreamSockets sockets = loop.sockets();
        NativeBuffer scratch = loop.scratch();
        int n = sockets.read(from.fd(), scratch, 0, MOST_HELD);
        if (n <= 0) {
            return nothingRead(n);
        }
        bytes += n;
        int flags = 0;
        if (n < MOST_HELD) {
            changing = 0;
            // Less than asked for: there is no more now (epoll(7)). The last bytes leave together with the end of the
            // stream, which is passed on next.
            if (from.endsWithShortRead()) {
                inputEnded = true;
                flags = StreamSockets.MORE;
            } else if (!from.hasPeerFinished()) {
                from.drained();
            }
        } else if (++changing >= BULK_AFTER) {
            bulk = true;
            changing = 0;
        }
        to.beforeWrite(loop, false, n);
        int written = sockets.write(to.fd(), scratch, 0, n, flags);
        if (written == n) {
            return null;
        }
        if (written < 0 && written != -Errno.EAGAIN) {
            return Outcome.RECEIVER_FAILED;
        }
        int taken = Math.max(0, written);
        hold(loop, scratch, taken, n - taken);
        return Outcome.WAITS;
    }

    private @Nullable Outcome splice(EventLoop loop) {
        Pipe through = pipe;
        if (through == null) {
            through = loop.pipes().take();
            if (through == null) {
                bulk = false;
                return null;
            }
            pipe = through;
        }
        int n = loop.sockets().splice(from.fd(), through.writeEnd(), MOST_SPLICED);
        if (n <= 0) {
            Outcome stopped = nothingRead(n);
            if (stopped == Outcome.WAITS) {
                releasePipe(loop);
            }
            return stopped;
        }
        bytes += n;
        held = n;
        changing = n < SMALL ? changing + 1 : 0;
        if (changing >= BULK_UNTIL) {
            bulk = false;
            changing = 0;
        }
        return null;
    }

    /** @return null at the end of the stream, which is passed on next */
    private @Nullable Outcome nothingRead(int result) {
        if (result == 0) {
            inputEnded = true;
            return null;
        }
        if (result == -Errno.EAGAIN) {
            from.drained();
            return Outcome.WAITS;
        }
        return Outcome.SENDER_FAILED;
    }

    /** @return null once nothing is held */
    private @Nullable Outcome flush(EventLoop loop) throws ErrnoException {
        StreamSockets sockets = loop.sockets();
        NativeBuffer kept = buffer;
        Pipe through = pipe;
        while (held > 0) {
            int n = -Errno.EAGAIN;
            if (kept != null) {
                n = sockets.write(to.fd(), kept, heldFrom, held, 0);
            } else if (through != null) {
                n = sockets.splice(through.readEnd(), to.fd(), held);
            }
            if (n == -Errno.EAGAIN) {
                to.full(loop);
                return Outcome.WAITS;
            }
            if (n < 0) {
                return Outcome.RECEIVER_FAILED;
            }
            held -= n;
            heldFrom += n;
        }
        if (kept != null) {
            buffer = null;
            loop.buffers().give(kept);
        }
        return null;
    }

    /** An idle flow holds none; the next one that needs a pipe finds it warm. */
    private void releasePipe(EventLoop loop) {
        Pipe through = pipe;
        if (through != null) {
            pipe = null;
            loop.pipes().give(through, held == 0);
        }
    }

    /** The connection has ended; what is held is dropped. */
    void close(EventLoop loop) {
        NativeBuffer kept = buffer;
        if (kept != null) {
            buffer = null;
            loop.buffers().give(kept);
        }
        releasePipe(loop);
    }
}
