package dev.vt.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.cli.json.JsonReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** C18: what commands print, byte for byte. {@code -Dvt.golden.write=true} rewrites the files under src/test/golden. */
class GoldenTest {
    private static final Path GOLDEN = Path.of(System.getProperty("vt.root"), "cli/src/test/golden");
    private static final boolean WRITE = Boolean.getBoolean("vt.golden.write");

    @TempDir
    Path home;

    static Stream<GoldenCases.Case> cases() {
        return GoldenCases.all().stream();
    }

    private void prepare() throws IOException {
        Files.writeString(home.resolve("vt.toml"), """
                schema_version = "v1"
                [image]
                ref = "registry.example.com/acme/shop@sha256:9c1e6f4d0b7a2c58e3f1d6b9a4870c25f3e8d1b6a7c09542e6f81b3d7a5c0e94"
                [env.vars]
                LEVEL = "debug"
                [processes.web.resources]
                memory = "256Mi"
                """);
        Files.writeString(home.resolve("bad.toml"), "schema_version = \"v1\"\n[procceses.web]\nx = 1\n");
        Files.writeString(
                home.resolve("unformatted.toml"),
                "schema_version   =   \"v1\"\n[processes.web.resources]\nmemory=\"256Mi\"\n");
        Files.writeString(home.resolve("config.json"), "{\"raft\": {\"desired_voters\": 5}}\n");
        Files.writeString(home.resolve("secret.txt"), "secret-canary");
        Files.writeString(home.resolve("bad.env"), "A=secret-canary\nA=secret-canary\n");
        Path config = home.resolve(".config/vt");
        Files.createDirectories(config);
        Files.writeString(
                config.resolve("config.toml"),
                "current_context = \"work\"\n[contexts.work]\norg = \"acme\"\nserver = \"https://vt.example.com\"\n");
    }

    @ParameterizedTest
    @MethodSource("cases")
    void printsWhatItPrinted_C18(GoldenCases.Case golden) throws IOException {
        prepare();
        try (StubApi api = new StubApi()) {
            golden.setup().accept(api);
            Invocation done = Invocation.run(
                    api.url(),
                    home,
                    golden.command().startsWith("secrets set TOKEN")
                            ? "secret-canary"
                            : "export A=secret-canary\nB='two'\n",
                    List.of(golden.command().split(" ")));
            assertThat(api.violations()).isEmpty();
            assertThat(done.out() + done.err())
                    .as("canary")
                    .doesNotContain("secret-canary", "vt_pat_canary-of-the-client");
            String transcript = done.transcript(golden.command());
            Path file = GOLDEN.resolve(golden.name() + ".txt");
            if (WRITE) {
                Files.createDirectories(GOLDEN);
                Files.writeString(file, transcript);
            }
            assertThat(transcript).isEqualTo(Files.readString(file));
            if (golden.name().endsWith("-json")) {
                checkJson(done);
            }
        }
    }

    /** C8: one document or lines of them, sorted, with a schema or a type; an error is one line on standard error alone. */
    private static void checkJson(Invocation done) throws IOException {
        boolean failed = !done.err().isEmpty() && done.err().contains("vt.error/v1");
        if (failed) {
            assertThat(done.out()).isEmpty();
            String last = done.err().lines().reduce((a, b) -> b).orElseThrow();
            var error = JsonReader.read(last.getBytes(StandardCharsets.UTF_8)).get("error");
            assertThat(error.members())
                    .containsOnlyKeys(
                            "category",
                            "code",
                            "details",
                            "exit_code",
                            "hint",
                            "message",
                            "request_id",
                            "retry_after_seconds",
                            "retryable");
            assertThat(error.number("exit_code")).isEqualTo(done.exit());
        } else {
            assertThat(done.out()).endsWith("\n");
            assertThat(JsonReader.read(done.out().getBytes(StandardCharsets.UTF_8))
                            .str("schema"))
                    .matches("vt\\.[a-z_]+/v1");
        }
    }

    @Test
    void everyGoldenHasACase() throws IOException {
        Set<String> names =
                GoldenCases.all().stream().map(GoldenCases.Case::name).collect(Collectors.toCollection(TreeSet::new));
        assertThat(names).as("names are used once").hasSize(GoldenCases.all().size());
        try (Stream<Path> files = Files.list(GOLDEN)) {
            assertThat(files.map(file -> file.getFileName().toString().replaceFirst("\\.txt$", "")))
                    .containsExactlyInAnyOrderElementsOf(names);
        }
    }

    /** C19: every command that a golden suggests parses in the program itself. */
    @ParameterizedTest
    @MethodSource("suggestions")
    void suggestedCommandsParse_C19(String command) {
        String words = command.contains(" -- ") ? command.replaceFirst(" -- ", " --help -- ") : command + " --help";
        Invocation done = Invocation.run(
                "http://127.0.0.1:1", home, "", List.of(words.strip().split(" ")));
        assertThat(done.exit()).as(done.err()).isZero();
        assertThat(done.out()).contains("Usage: vt ");
    }

    static Stream<String> suggestions() throws IOException {
        try (Stream<Path> files = Files.list(GOLDEN)) {
            List<String> lines = files.flatMap(GoldenTest::lines).toList();
            return lines.stream()
                    .filter(line -> line.matches("( +next +| +fix +| +\"command\": \"|.*\"hint\":\")vt .*"))
                    .map(line -> line.replaceFirst("^( +next +| +fix +| +\"command\": \"|.*\"hint\":\")vt ", "")
                            .replaceFirst("\".*$", ""))
                    .flatMap(line -> Stream.of(line.split(", or: vt ")))
                    .map(line -> line.replaceAll(" ?--help$", ""))
                    .distinct();
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
