package dev.vt.runtime;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** A connected Unix stream socket. One thread may read while another writes. */
public final class UnixChannel implements ByteChannelPair {
    private final SocketChannel socket;
    private final InputStream input = new Input();
    private final OutputStream output = new Output();

    private UnixChannel(SocketChannel socket) {
        this.socket = socket;
    }

    /** @param path at most 107 bytes */
    public static UnixChannel connect(Path path) throws IOException {
        SocketChannel socket = SocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            socket.connect(UnixDomainSocketAddress.of(path));
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return new UnixChannel(socket);
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
    public void close() throws IOException {
        socket.close();
    }

    private final class Input extends InputStream {
        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            return length == 0 ? 0 : socket.read(ByteBuffer.wrap(target, offset, length));
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private final class Output extends OutputStream {
        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            ByteBuffer bytes = ByteBuffer.wrap(source, offset, length);
            while (bytes.hasRemaining()) {
                socket.write(bytes);
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
