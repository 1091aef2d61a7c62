package dev.vt.runtime.channel;

import dev.vt.runtime.ByteChannelPair;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Objects;

/** A TCP connection inside the guest, as two blocking streams. */
final class HostForward implements ByteChannelPair {
    private final HostStream stream;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();

    HostForward(HostStream stream) {
        this.stream = stream;
    }

    @Override
    public InputStream input() {
        return input;
    }

    @Override
    public OutputStream output() {
        return output;
    }

    @Override
    public void close() {
        stream.reset("closed");
    }

    private static InterruptedIOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException io = new InterruptedIOException("interrupted");
        io.initCause(e);
        return io;
    }

    private final class Input extends InputStream {
        private byte[] part = new byte[0];
        private int at;

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, to.length);
            if (length == 0) {
                return 0;
            }
            if (at == part.length && !next()) {
                return -1;
            }
            int count = Math.min(length, part.length - at);
            System.arraycopy(part, at, to, offset, count);
            at += count;
            stream.grant(count);
            return count;
        }

        private boolean next() throws IOException {
            try {
                part = stream.receive().orElse(new byte[0]);
                at = 0;
                return part.length > 0;
            } catch (InterruptedException e) {
                throw interrupted(e);
            } catch (ChannelException e) {
                throw new IOException("the connection in the guest was lost", e);
            }
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] from, int offset, int length) throws IOException {
            Objects.checkFromIndexSize(offset, length, from.length);
            try {
                for (int sent = 0; sent < length; ) {
                    int count = Math.min(FrameCodec.SLICE, length - sent);
                    stream.send(Arrays.copyOfRange(from, offset + sent, offset + sent + count));
                    sent += count;
                }
            } catch (InterruptedException e) {
                throw interrupted(e);
            } catch (ChannelException e) {
                throw new IOException("the connection in the guest was lost", e);
            }
        }

        @Override
        public void close() {
            stream.end();
        }
    }
}
