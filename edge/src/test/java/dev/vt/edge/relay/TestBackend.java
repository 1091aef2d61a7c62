package dev.vt.edge.relay;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on a free port of {@code ::1} that does one thing with each connection, on a virtual thread. */
public final class TestBackend implements AutoCloseable {
    /** What happens with a connection; it is closed afterwards. */
    @FunctionalInterface
    public interface Behaviour {
        void serve(Socket socket, InputStream in, OutputStream out) throws IOException;
    }

    private final ServerSocket server;
    private final AtomicInteger accepted = new AtomicInteger();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();

    public TestBackend(Behaviour behaviour) throws IOException {
        server = new ServerSocket(0, 1000, InetAddress.ofLiteral("::1"));
        Thread.ofVirtual().start(() -> acceptAll(behaviour));
    }

    /** Sends a tag, then everything back. */
    public static TestBackend echo(String tag) throws IOException {
        return new TestBackend((socket, in, out) -> {
            out.write(tag.getBytes(StandardCharsets.US_ASCII));
            in.transferTo(out);
            socket.shutdownOutput();
        });
    }

    private void acceptAll(Behaviour behaviour) {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                accepted.incrementAndGet();
                sockets.add(socket);
                Thread.ofVirtual().start(() -> {
                    try (socket) {
                        behaviour.serve(socket, socket.getInputStream(), socket.getOutputStream());
                    } catch (IOException e) {
                        sockets.remove(socket);
                    }
                });
            } catch (IOException e) {
                return;
            }
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    public int accepted() {
        return accepted.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
