package dev.vt.runtime.channel;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.ByteChannelPair;
import dev.vt.runtime.UnixChannel;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** A guest that does exactly what a test says. Used by the test's thread. */
final class ScriptedGuest implements AutoCloseable {
    private final Path directory;
    private final UnixChannel hostSide;
    private final SocketChannel socket;
    private final FrameDecoder decoder = new FrameDecoder();

    ScriptedGuest() throws IOException {
        directory = Files.createTempDirectory("vt-guest");
        Path path = directory.resolve("s");
        try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(path));
            hostSide = UnixChannel.connect(path);
            socket = server.accept();
        }
    }

    ByteChannelPair hostSide() {
        return hostSide;
    }

    void write(byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            socket.write(buffer);
        }
    }

    void send(int type, int stream, byte[] payload) throws IOException {
        write(FrameCodec.encode(new Frame(type, stream, payload)));
    }

    void send(int type, int stream, JsonNode document) throws IOException {
        send(type, stream, Json.bytes(document));
    }

    Frame receive() throws IOException {
        byte[] bytes = new byte[65536];
        while (true) {
            Frame frame = decoder.next();
            if (frame != null) {
                return frame;
            }
            int got = socket.read(ByteBuffer.wrap(bytes));
            if (got < 0) {
                throw new EOFException("the host closed the channel");
            }
            decoder.feed(bytes, 0, got);
        }
    }

    /** The next frame of that type; others are passed over. */
    Frame receive(int type) throws IOException {
        Frame frame = receive();
        while (frame.type() != type) {
            frame = receive();
        }
        return frame;
    }

    static ObjectNode helloDocument(Frame sync) {
        return Json.object()
                .put("protocol_min", 1)
                .put("protocol_max", 1)
                .put("sync", java.util.HexFormat.of().formatHex(sync.payload()))
                .put("init_version", "test")
                .put("instance_id", InitProcess.INSTANCE)
                .put("boot_id", InitProcess.BOOT)
                .put("configured", false)
                .put("uptime_ms", 1);
    }

    /** Answers SYNC as init does, and takes the WELCOME. */
    void greet() throws IOException {
        Frame sync = receive(Frame.SYNC);
        write(new byte[FrameCodec.PADDING]);
        send(Frame.HELLO, 0, helloDocument(sync));
        receive(Frame.WELCOME);
    }

    static ObjectNode status(String state) {
        return Json.object().put("type", "status").put("id", 1).put("state", state);
    }

    static byte[] json(Map<String, Object> document) {
        return Json.bytes(document);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        hostSide.close();
        Files.deleteIfExists(directory.resolve("s"));
        Files.deleteIfExists(directory);
    }
}
