package dev.vt.runtime.channel;

import java.util.Arrays;
import java.util.Optional;

/** An exec session over one stream: each DATA is one packet, with its type in front. */
final class HostExec implements ExecSession {
    private static final int STDIN = 0x01;
    private static final int STDOUT = 0x02;
    private static final int STDERR = 0x03;
    private static final int CONTROL = 0x10;
    private static final int EXIT = 0x11;
    private static final int CONTROL_BYTES = 4096;

    private final HostStream stream;
    private volatile boolean exited;

    HostExec(HostStream stream) {
        this.stream = stream;
    }

    @Override
    public Optional<byte[]> receive() throws InterruptedException {
        if (exited) {
            return Optional.empty();
        }
        byte[] packet = stream.receive()
                .orElseThrow(() -> new ChannelException(
                        ChannelException.Kind.VIOLATION, "exec_cut", "the session ended without its exit code"));
        stream.grant(packet.length);
        switch (packet[0]) {
            case STDOUT, STDERR -> {}
            case EXIT -> {
                exited = true;
                stream.end();
            }
            default -> {
                stream.reset("packet_invalid");
                throw new ChannelException(
                        ChannelException.Kind.VIOLATION, "packet_invalid", "the guest sent no valid exec packet");
            }
        }
        return Optional.of(packet);
    }

    @Override
    public void send(byte[] frame) throws InterruptedException {
        if (frame.length == 0 || frame.length > FrameCodec.MAX_PAYLOAD) {
            throw new IllegalArgumentException("exec frame of " + frame.length + " bytes");
        }
        switch (frame[0]) {
            case STDIN -> sendStdin(frame);
            case CONTROL -> {
                if (frame.length > CONTROL_BYTES) {
                    throw new IllegalArgumentException("control frame of " + frame.length + " bytes");
                }
                sendUnlessEnded(frame);
            }
            default -> throw new IllegalArgumentException("exec frame of type " + frame[0]);
        }
    }

    private void sendStdin(byte[] frame) throws InterruptedException {
        for (int at = 1; at < frame.length; at += FrameCodec.SLICE - 1) {
            int end = Math.min(frame.length, at + FrameCodec.SLICE - 1);
            byte[] packet = new byte[1 + end - at];
            packet[0] = STDIN;
            System.arraycopy(frame, at, packet, 1, end - at);
            sendUnlessEnded(packet);
        }
    }

    private void sendUnlessEnded(byte[] packet) throws InterruptedException {
        if (!exited) {
            stream.send(Arrays.copyOf(packet, packet.length));
        }
    }

    @Override
    public void close() {
        if (!exited) {
            stream.reset("client_gone");
        }
    }
}
