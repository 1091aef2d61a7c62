package dev.vt.edge.relay;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.edge.sniff.Hellos;
import dev.vt.edge.table.Tables;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Where hellos go, beside HAProxy and nginx with the same two names (T1–T6): what a rival routes the edge routes to the same
 * backend, and what the edge refuses no rival may route. Rivals read one TLS record only, so the edge may route more. Needs
 * haproxy and nginx with its stream module.
 */
@Tag("slow")
class DifferentialTest {
    private static final String NOWHERE = "-";

    @TempDir
    Path directory;

    private final List<Process> processes = new ArrayList<>();
    private RelayFixture edge;
    private TestBackend a;
    private TestBackend b;
    private int here;
    private int haproxy;
    private int nginx;

    @BeforeEach
    void start() throws Exception {
        a = new TestBackend((socket, in, out) -> out.write('A'));
        b = new TestBackend((socket, in, out) -> out.write('B'));
        edge = new RelayFixture();
        here = RelayFixture.freePort();
        haproxy = RelayFixture.freePort();
        nginx = RelayFixture.freePort();
        edge.apply(
                Tables.revision(1).tls("rt_a", "a.example", here, a.port()).tls("rt_b", "b.example", here, b.port()));
        startHaproxy(haproxy);
        startNginx(nginx);
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        edge.close();
        a.close();
        b.close();
    }

    @Test
    void t1ToT6HellosGoWhereRivalsSendThemOrNowhere() throws Exception {
        Map<String, String> wrong = new LinkedHashMap<>();
        Map<String, String> onlyHere = new LinkedHashMap<>();
        for (Map.Entry<String, byte[]> hello : hellos().entrySet()) {
            String routed = destination(here, hello.getValue(), 0);
            for (int rival : List.of(haproxy, nginx)) {
                String there = destination(rival, hello.getValue(), 0);
                if (!there.equals(NOWHERE) && !there.equals(routed)) {
                    wrong.put(
                            hello.getKey() + (rival == nginx ? " nginx" : " haproxy"), routed + " instead of " + there);
                } else if (there.equals(NOWHERE) && !routed.equals(NOWHERE)) {
                    onlyHere.put(hello.getKey() + (rival == nginx ? " nginx" : " haproxy"), routed);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(onlyHere.keySet()).allMatch(name -> name.startsWith("records") || name.startsWith("trailing dot"));
    }

    @Test
    void t1HelloOfOpensslSplitAtAnyByteGoesWhereItGoesWhole() throws Exception {
        byte[] hello = opensslHello("b.example");
        int port = here;
        assertThat(destination(haproxy, hello, 0)).isEqualTo("B");
        assertThat(destination(nginx, hello, 0)).isEqualTo("B");
        for (int split = 1; split < hello.length; split++) {
            assertThat(destination(port, hello, split)).as("split at %d", split).isEqualTo("B");
        }
        byte[] message = Hellos.unwrapped(hello);
        for (int length = 1; length <= 64; length++) {
            assertThat(destination(port, Hellos.records(message, length), 0))
                    .as("records of %d", length)
                    .isEqualTo("B");
        }
    }

    private static Map<String, byte[]> hellos() {
        Map<String, byte[]> hellos = new LinkedHashMap<>();
        hellos.put("java a", Hellos.ofJava("a.example"));
        hellos.put("java b", Hellos.ofJava("b.example"));
        hellos.put("unknown", Hellos.ofJava("c.example"));
        hellos.put("no name", Hellos.ofJava(""));
        hellos.put("upper case", whole(Hellos.serverName("B.Example")));
        hellos.put("trailing dot", whole(Hellos.serverName("a.example.")));
        hellos.put("two names", whole(Hellos.serverName("c.example", "a.example")));
        hellos.put("name last", whole(Hellos.extension(51, new byte[600]), Hellos.serverName("b.example")));
        hellos.put(
                "grease",
                whole(
                        Hellos.extension(0x0a0a, new byte[0]),
                        Hellos.serverName("a.example"),
                        Hellos.extension(0x9a9a, new byte[1])));
        hellos.put("encrypted", whole(Hellos.serverName("a.example"), Hellos.extension(0xfe0d, new byte[200])));
        hellos.put("post-quantum", whole(Hellos.extension(51, new byte[1224]), Hellos.serverName("b.example")));
        hellos.put("ip literal", whole(Hellos.serverName("192.0.2.7")));
        hellos.put("records of 20", Hellos.records(Hellos.message(Hellos.serverName("a.example")), 20));
        hellos.put("plain text", "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n".getBytes(US_ASCII));
        return hellos;
    }

    private static byte[] whole(byte[]... extensions) {
        return Hellos.records(Hellos.message(extensions), 16384);
    }

    /** @param split where the client pauses, 0 for nowhere. @return the tag of the backend that answered */
    private static String destination(int port, byte[] hello, int split) throws IOException {
        try (Socket client = RelayFixture.connect(port)) {
            client.setTcpNoDelay(true);
            client.setSoTimeout(5000);
            if (split > 0) {
                client.getOutputStream().write(hello, 0, split);
                LockSupport.parkNanos(100_000);
            }
            client.getOutputStream().write(hello, split, hello.length - split);
            int answer = client.getInputStream().read();
            return answer == 'A' || answer == 'B' ? String.valueOf((char) answer) : NOWHERE;
        } catch (SocketTimeoutException e) {
            throw new IOException("no answer on port " + port, e);
        } catch (SocketException e) {
            return NOWHERE;
        }
    }

    /** What {@code openssl s_client} sends first, caught by a server that says nothing. */
    private byte[] opensslHello(String name) throws Exception {
        BlockingQueue<byte[]> seen = new LinkedBlockingQueue<>();
        try (TestBackend silent = new TestBackend((socket, in, out) -> {
            byte[] header = in.readNBytes(5);
            byte[] body = in.readNBytes((header[3] & 0xff) << 8 | header[4] & 0xff);
            byte[] all = Arrays.copyOf(header, 5 + body.length);
            System.arraycopy(body, 0, all, 5, body.length);
            seen.add(all);
        })) {
            Process client = new ProcessBuilder(
                            "openssl", "s_client", "-connect", "[::1]:" + silent.port(), "-servername", name)
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("openssl.log").toFile())
                    .start();
            client.getOutputStream().close();
            processes.add(client);
            return Objects.requireNonNull(seen.poll(20, TimeUnit.SECONDS));
        }
    }

    private void startHaproxy(int port) throws Exception {
        Files.writeString(directory.resolve("haproxy.cfg"), """
                global
                  maxconn 100
                defaults
                  mode tcp
                  timeout connect 2s
                  timeout client 10s
                  timeout server 10s
                frontend tls
                  bind ::1:%d
                  tcp-request inspect-delay 200ms
                  tcp-request content accept if { req.ssl_hello_type 1 }
                  tcp-request content reject
                  use_backend a if { req.ssl_sni -i a.example }
                  use_backend b if { req.ssl_sni -i b.example }
                backend a
                  server one [::1]:%d
                backend b
                  server one [::1]:%d
                """.formatted(port, a.port(), b.port()));
        start(port, "haproxy", "-db", "-f", "haproxy.cfg");
    }

    private void startNginx(int port) throws Exception {
        Files.writeString(directory.resolve("nginx.conf"), """
                load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                error_log stderr crit;
                events { worker_connections 200; }
                stream {
                  map $ssl_preread_server_name $to {
                    a.example [::1]:%3$d;
                    b.example [::1]:%4$d;
                  }
                  server {
                    listen [::1]:%2$d;
                    ssl_preread on;
                    preread_timeout 1s;
                    proxy_pass $to;
                  }
                }
                """.formatted(directory, port, a.port(), b.port()));
        start(port, "nginx", "-c", directory.resolve("nginx.conf").toString());
    }

    private void start(int port, String... command) throws Exception {
        processes.add(new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(command[0] + ".log").toFile())
                .start());
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                RelayFixture.connect(port).close();
                return;
            } catch (IOException e) {
                assertThat(System.nanoTime())
                        .as(() -> command[0] + " does not start")
                        .isLessThan(deadline);
                LockSupport.parkNanos(5_000_000);
            }
        }
    }
}
