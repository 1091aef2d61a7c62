package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a client sends is understood or refused with a stable code; nothing else is ever thrown (api.md §5). */
class RequestFuzzTest {
    private static final Path CORPUS = Path.of("src/test/resources/fuzz/json");
    private static final Set<ErrorCode> REFUSALS = Set.of(
            ErrorCode.INVALID_ARGUMENT, ErrorCode.CURSOR_INVALID, ErrorCode.UNKNOWN_FIELD, ErrorCode.MALFORMED_BODY);

    @SuppressWarnings("unused")
    record Body(String name, Long count, List<String> words) {}

    private static Call call(Map<String, List<String>> query, Map<String, String> headers, byte[] body) {
        Endpoint endpoint = Endpoint.post("fuzz", "/fuzz", Access.anonymous(), c -> Reply.ok(Json.object()));
        return new Call(
                endpoint, "req", null, "/fuzz", Map.of(), query, headers, "::1", HttpLimits.DEFAULT, () -> body);
    }

    private static void answers(Supplier<?> parser) {
        try {
            assertThat(parser.get()).isNotNull();
        } catch (ProblemException e) {
            assertThat(REFUSALS).contains(e.problem().code());
            assertThat(e.problem().detail().length()).isLessThan(400);
        }
    }

    static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void theSeedsAreAnObjectOrAProblem(Path seed) throws IOException {
        byte[] body = Files.readAllBytes(seed);
        answers(() -> call(Map.of(), Map.of(), body).body(Body.class));
    }

    /** Seeds with bytes changed, cut and joined: nearer to JSON than random bytes ever come. */
    @Property(tries = 1500)
    void mutatedSeedsAreAnObjectOrAProblem(@ForAll("mutated") byte[] body) {
        answers(() -> call(Map.of(), Map.of(), body).body(Body.class));
        answers(() -> call(Map.of(), Map.of(), body).patch("name", "count").text("name", "x") == null ? "" : "y");
    }

    @Provide
    Arbitrary<byte[]> mutated() throws IOException {
        List<byte[]> seeds = corpus().stream().map(RequestFuzzTest::read).toList();
        return Arbitraries.of(seeds)
                .flatMap(seed -> Arbitraries.integers()
                        .between(0, Math.max(0, seed.length - 1))
                        .flatMap(at -> Arbitraries.bytes()
                                .flatMap(value -> Arbitraries.integers()
                                        .between(0, 3)
                                        .map(how -> mutate(seed, at, value, how)))));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static byte[] mutate(byte[] seed, int at, byte value, int how) {
        byte[] out = seed.clone();
        if (out.length == 0) {
            return new byte[] {value};
        }
        return switch (how) {
            case 0 -> {
                out[at] = value;
                yield out;
            }
            case 1 -> java.util.Arrays.copyOf(out, at);
            case 2 -> java.util.Arrays.copyOfRange(out, at, out.length);
            default -> {
                byte[] twice = java.util.Arrays.copyOf(out, out.length + at);
                System.arraycopy(out, 0, twice, out.length, at);
                yield twice;
            }
        };
    }

    @Property(tries = 1000)
    void anyPageRequestIsOneOrAProblem(@ForAll String cursor, @ForAll String limit, @ForAll String order) {
        answers(() -> PageRequest.of("/fuzz", Map.of("cursor", List.of(cursor)), 200));
        answers(() -> PageRequest.of("/fuzz", Map.of("limit", List.of(limit)), 200));
        answers(() -> PageRequest.of("/fuzz", Map.of("order", List.of(order)), 200));
        answers(() -> PageRequest.of("/fuzz", Map.of("limit", List.of(limit, limit), "order", List.of(order)), 200));
        String encoded = Base64.getUrlEncoder().encodeToString(cursor.getBytes(StandardCharsets.UTF_8));
        answers(() -> PageRequest.of("/fuzz", Map.of("cursor", List.of(encoded)), 200));
    }

    @Property(tries = 300)
    void aCursorGoesOnWhereItSaysAndNowhereElse(@ForAll String key, @ForAll String other) {
        PageRequest first = PageRequest.of("/a", Map.of("name", List.of(other)), 200);
        String cursor = first.cursorAfter(key);
        assertThat(PageRequest.of("/a", Map.of("name", List.of(other), "cursor", List.of(cursor)), 200)
                        .after())
                .isEqualTo(key);
        answers(() -> {
            try {
                PageRequest.of("/b", Map.of("cursor", List.of(cursor)), 200);
            } catch (ProblemException e) {
                assertThat(e.problem().code()).isEqualTo(ErrorCode.CURSOR_INVALID);
                return e.problem();
            }
            throw new AssertionError("a cursor of another path was taken");
        });
    }

    @Property(tries = 1000)
    void anyHeaderOrParameterIsReadOrAProblem(@ForAll String text) {
        answers(() -> call(Map.of(), Map.of("if-match", text), new byte[0]).ifMatch());
        answers(() -> call(Map.of(), Map.of("if-match", "\"" + text + "\""), new byte[0])
                .ifMatch());
        Call call = call(Map.of("n", List.of(text), "twice", List.of(text, text)), Map.of(), new byte[0]);
        answers(() -> call.number("n", 1, 0, 100));
        answers(() -> call.flag("n"));
        answers(() -> call.parameter("twice"));
    }

    @Property(tries = 500)
    void anyPathIsFoundOrNot(@ForAll String path, @ForAll String method) {
        Router router = new Router(List.of(
                Endpoint.get("a", "/a/{x}/b", Access.anonymous(), c -> Reply.ok(Json.object())),
                Endpoint.get("b", "/a/c/b", Access.anonymous(), c -> Reply.ok(Json.object()))));
        assertThat(router.find(method, "/" + path)).isNotNull();
        assertThat(router.find("GET", "/a/" + path.replace("/", "") + "/b")).isNotNull();
    }
}
