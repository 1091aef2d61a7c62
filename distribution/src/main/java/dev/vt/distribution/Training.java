package dev.vt.distribution;

import com.sun.net.httpserver.HttpServer;
import dev.vt.cli.Cli;
import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Shell;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/**
 * The run that the start-up cache is made from (JEP 514): daily commands against a server of this process that answers every
 * call with the same list, so that the classes of a call are loaded and linked. Only the build runs it.
 */
final class Training {
    private static final String ID = "01k9ejze95es8r65rzyjka792g";
    private static final String ANSWER = """
            {"items":[{"id":"org_%1$s","name":"acme","created_at":"2026-01-01T00:00:00Z"}],"next_cursor":null,
             "id":"org_%1$s","resource":{"id":"org_%1$s"},"receipt":{"status":"applied","event_id":1,"ids":{"org":"org_%1$s"}}}
            """.formatted(ID);

    private Training() {}

    static int run() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", exchange -> {
            byte[] body = ANSWER.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.getResponseHeaders().add("Vt-Event-Id", "1");
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        try {
            String url = "http://127.0.0.1:" + server.getAddress().getPort();
            PrintStream quiet = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
            Shell shell = new Shell(
                    quiet,
                    quiet,
                    new ByteArrayInputStream(new byte[0]),
                    Map.of("VT_SERVER", url, "VT_TOKEN", "training", "VT_ORG", "acme", "HOME", "/nonexistent"),
                    Path.of("/nonexistent"),
                    Clock.systemUTC(),
                    () -> "training",
                    Shell.Terminals.NONE,
                    new Interrupts(),
                    (role, args) -> 0);
            for (List<String> command : List.of(
                    List.of("version"),
                    List.of("version", "--json"),
                    List.of("orgs", "list"),
                    List.of("orgs", "list", "--json"),
                    List.of("projects", "list"),
                    List.of("projects", "create", "web"),
                    List.of("nodes", "list"),
                    List.of("auth", "status"),
                    List.of("orgs", "describe", "acme"),
                    List.of("nosuch"),
                    List.of("--help"))) {
                Cli.run(shell, command.toArray(String[]::new));
            }
            return 0;
        } finally {
            server.stop(0);
        }
    }
}
