package dev.vt.control.hostname;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Against a name server that speaks the protocol of RFC 1035 §4.1, byte by byte. */
class DnsTxtRecordsTest {
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("127.0.0.1");
    private static final int NXDOMAIN = 3;
    private static final int SERVFAIL = 2;

    /** Answers TXT questions on a port of its own; a name that is not there does not exist. */
    private static final class NameServer implements AutoCloseable {
        private final DatagramSocket socket;
        private final Map<String, List<String>> zone;
        private final Thread thread;

        NameServer(Map<String, List<String>> zone) throws IOException {
            this.zone = zone;
            this.socket = new DatagramSocket(0, LOOPBACK);
            this.thread = Thread.ofVirtual().start(this::serve);
        }

        DnsTxtRecords client() {
            return DnsTxtRecords.ofServer("127.0.0.1", socket.getLocalPort());
        }

        private void serve() {
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[512], 512);
                    socket.receive(packet);
                    byte[] answer = answer(Arrays.copyOf(packet.getData(), packet.getLength()));
                    socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        private byte[] answer(byte[] question) {
            StringBuilder name = new StringBuilder();
            int at = 12;
            for (; question[at] != 0; at += question[at] + 1) {
                name.append(new String(question, at + 1, question[at], StandardCharsets.US_ASCII))
                        .append('.');
            }
            List<String> texts = zone.get(name.toString());
            int code = name.toString().startsWith("broken.") ? SERVFAIL : texts == null ? NXDOMAIN : 0;
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.write(question, 0, 2);
            out.writeBytes(
                    new byte[] {(byte) 0x84, (byte) code, 0, 1, 0, (byte) (texts == null ? 0 : texts.size()), 0, 0, 0, 0
                    });
            out.write(question, 12, at + 5 - 12);
            for (String text : texts == null ? List.<String>of() : texts) {
                byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
                out.writeBytes(new byte[] {(byte) 0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 0, 0, (byte) (bytes.length + 1)});
                out.write(bytes.length);
                out.writeBytes(bytes);
            }
            return out.toByteArray();
        }

        @Override
        public void close() throws IOException {
            socket.close();
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("the name server does not end", e);
            }
        }
    }

    @Test
    void textsOfANameAreRead() throws IOException {
        Map<String, List<String>> zone = Map.of(
                "_vt-challenge.a.example.", List.of("v=spf1 -all", "vtc_01k9ejze95es8r65rzyjka7941"),
                "_vt-challenge.b.example.", List.of());
        try (NameServer server = new NameServer(zone)) {
            assertThat(server.client().of("_vt-challenge.a.example"))
                    .containsExactlyInAnyOrder("v=spf1 -all", "vtc_01k9ejze95es8r65rzyjka7941");
            assertThat(server.client().of("_vt-challenge.b.example")).isEmpty();
            assertThat(server.client().of("_vt-challenge.c.example")).isEmpty();
        }
    }

    @Test
    void aServerThatCannotAnswerIsAFailure() throws IOException {
        try (NameServer server = new NameServer(Map.of())) {
            assertThatThrownBy(() -> server.client().of("broken.example"))
                    .isInstanceOf(TxtLookupException.class)
                    .hasMessageContaining("broken.example");
        }
    }
}
