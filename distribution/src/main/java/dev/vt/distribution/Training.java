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
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;

/**
 * The run that the client's start-up cache is made from (JEP 514): daily commands against a server of this process that answers every
 * call with the same document, and then every class of the client and of its parser, because the cache leaves out a class when one
 * that its verification needs was never linked. Only the build runs it.
 */
final class Training {
    private static final String ID = "01k9ejze95es8r65rzyjka792g";
    private static final String ANSWER = """
            {"items":[{"id":"org_%1$s","name":"acme","created_at":"2026-01-01T00:00:00Z","conditions":[],"ready":1,"wanted":1,
              "old":0,"process_type":"web","status":"succeeded","desired":{"state":"running"},"changes":[],"type":"log","line":"x",
              "event_id":1,"event_type":"org.created","occurred_at":"2026-01-01T00:00:00Z","payload":{"name":"acme"}}],
             "next_cursor":null,"next_after_event_id":1,"id":"org_%1$s","name":"acme","number":1,"status":"succeeded",
             "plan_hash":"sha256:00","event_id":1,"changes":[{"op":"update","kind":"process","name":"web","summary":"x"}],
             "resource":{"id":"org_%1$s","number":1},
             "receipt":{"status":"applied","event_id":1,"ids":{"org":"org_%1$s"},"changes":[{"op":"create","kind":"org"}]}}
            """.formatted(ID);
    private static final String PROBLEM = """
            {"status":404,"code":"not_found","detail":"there is no such thing","request_id":"req_%1$s","details":{}}
            """.formatted(ID);
    private static final String MANIFEST = """
            schema_version = "v1"

            [app]
            name = "acme"
            project = "acme"

            [image]
            ref = "registry.example.com/acme/shop:1"

            [processes.web.resources]
            memory = "256Mi"
            """;

    private Training() {}

    static int run() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.createContext("/", exchange -> {
            boolean absent = exchange.getRequestURI().getPath().contains("nosuch");
            byte[] body = (absent ? PROBLEM : ANSWER).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.getResponseHeaders().add("Vt-Event-Id", "1");
            exchange.sendResponseHeaders(absent ? 404 : 200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
        Path directory = Files.createTempDirectory("vt-training");
        try {
            Files.writeString(directory.resolve("vt.toml"), MANIFEST);
            commands(directory, "http://127.0.0.1:" + server.getAddress().getPort());
            linkAll("dev.vt.cli.Cli");
            linkAll("picocli.CommandLine");
            return 0;
        } finally {
            server.stop(0);
            delete(directory);
        }
    }

    static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private static void commands(Path directory, String url) {
        PrintStream quiet = new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8);
        Map<String, String> env = new HashMap<>(Map.of("VT_SERVER", url, "VT_TOKEN", "training", "VT_ORG", "acme"));
        env.putAll(Map.of("VT_ENV", "acme", "HOME", directory.resolve("home").toString()));
        Interrupts interrupts = new Interrupts();
        Shell real = Main.shell(interrupts);
        Shell shell = new Shell(
                quiet,
                quiet,
                new ByteArrayInputStream(new byte[0]),
                env,
                directory,
                real.clock(),
                real.keys(),
                real.terminals(),
                interrupts,
                real.roles());
        for (String command : List.of(
                "version",
                "version --json",
                "orgs list",
                "orgs list --json",
                "orgs list --format ids",
                "projects list --verbose",
                "projects create web",
                "instances list",
                "processes list",
                "nodes list",
                "auth status",
                "status",
                "plan",
                "deploy --yes",
                "deploy --yes --wait",
                "scale web=2",
                "logs",
                "events query",
                "secrets list",
                "orgs describe acme",
                "orgs describe nosuch",
                "api GET /v1/nosuch",
                "manifest validate",
                "nosuch",
                "orgs list --nosuch",
                "orgs",
                "--help",
                "deploy --help",
                "__complete orgs describe a",
                "__complete dep")) {
            Cli.run(shell, command.split(" "));
        }
    }

    /** Every class of the jar that has this one. */
    private static void linkAll(String oneOfThem) throws IOException {
        ClassLoader loader = Training.class.getClassLoader();
        try {
            Path jar = Path.of(Class.forName(oneOfThem)
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .getPath());
            try (JarFile file = new JarFile(jar.toFile())) {
                for (JarEntry entry : Collections.list(file.entries())) {
                    String name = entry.getName();
                    if (name.endsWith(".class") && !name.contains("-info") && !name.contains("Groovy")) {
                        Class.forName(name.substring(0, name.length() - 6).replace('/', '.'), true, loader);
                    }
                }
            }
        } catch (ClassNotFoundException e) {
            throw new IOException("a class of the program cannot be loaded", e);
        }
    }
}
