package dev.vt.cli.http;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Interrupts;
import dev.vt.cli.json.Doc;
import dev.vt.cli.json.JsonReader;
import dev.vt.cli.json.JsonWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * Calls the API of a control plane (api.md): JSON in and out, problems as {@link CliException}, retries of what may be retried. A
 * server that does not answer, or cannot for now, gives way to the next.
 */
public final class ApiClient {
    private static final int TRIES = 4;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration STREAM_SILENCE = Duration.ofSeconds(30);
    private static final long FIRST_PAUSE_MILLIS = 500;
    private static final long MAX_PAUSE_MILLIS = 8_000;

    private final Connection connection;
    private final int tries;
    private final Runnable beforeChange;
    private long lastEventId;

    /**
     * How to reach the servers.
     *
     * @param servers each by scheme, host and port
     * @param token sent as bearer; null for public calls only
     * @param timeout longest silence of one call
     * @param debug gets one line per call, never a header or a body
     */
    public record Connection(
            Servers servers,
            @Nullable String token,
            Duration timeout,
            @Nullable SSLContext tls,
            @Nullable PrintStream debug,
            Interrupts interrupts) {}

    public ApiClient(Connection connection) {
        this(connection, TRIES, () -> {});
    }

    private ApiClient(Connection connection, int tries, Runnable beforeChange) {
        this.connection = connection;
        this.tries = tries;
        this.beforeChange = beforeChange;
    }

    /** The same without retries. */
    public ApiClient once() {
        return new ApiClient(connection, 1, beforeChange);
    }

    /** @param action runs before every call that changes something */
    public ApiClient announcing(Runnable action) {
        return new ApiClient(connection, tries, action);
    }

    /** The one in use. */
    public String server() {
        return connection.servers().current();
    }

    public @Nullable String token() {
        return connection.token();
    }

    public @Nullable SSLContext tls() {
        return connection.tls();
    }

    /** The newest event any answer so far was made after; 0 before the first answer. */
    public long lastEventId() {
        return lastEventId;
    }

    /** @param query name and value in turn; an empty value is left out */
    public static String path(String path, String... query) {
        StringBuilder out = new StringBuilder(path);
        char separator = path.indexOf('?') < 0 ? '?' : '&';
        for (int i = 0; i < query.length; i += 2) {
            if (!query[i + 1].isEmpty()) {
                out.append(separator)
                        .append(query[i])
                        .append('=')
                        .append(URLEncoder.encode(query[i + 1], StandardCharsets.UTF_8));
                separator = '&';
            }
        }
        return out.toString();
    }

    public Doc get(String path, String activity) {
        return call("GET", path, null, null, null, true, activity);
    }

    /** All pages of a list, at most 10,000 items. */
    public List<Doc> list(String path, String activity) {
        List<Doc> items = new ArrayList<>();
        String cursor = "";
        do {
            Doc answer = get(path(path, "limit", "200", "cursor", cursor), activity);
            items.addAll(answer.list("items"));
            cursor = answer.str("next_cursor");
        } while (!cursor.isEmpty() && items.size() < 10_000);
        return items;
    }

    /** @param body a Map or Doc, or null for none */
    public Doc mutate(String method, String path, @Nullable Object body, String idempotencyKey, String activity) {
        beforeChange.run();
        return call(method, path, body, idempotencyKey, null, true, activity);
    }

    /** As {@link #mutate}, only if the resource still has this version (A10). */
    public Doc mutateIf(long version, String method, String path, Object body, String idempotencyKey, String activity) {
        beforeChange.run();
        return call(method, path, body, idempotencyKey, "\"" + version + "\"", true, activity);
    }

    /** A POST that changes nothing: a plan, a preview. */
    public Doc ask(String path, Object body, String activity) {
        return call("POST", path, body, null, null, true, activity);
    }

    /** Any call as it stands; a key lets it be retried. */
    public Doc raw(
            String method, String path, @Nullable Object body, @Nullable String idempotencyKey, String activity) {
        return call(method, path, body, idempotencyKey, null, "GET".equals(method) || idempotencyKey != null, activity);
    }

    /** The head of one answer, whatever its status; never retried. */
    public Map<String, String> headers(String path) throws IOException {
        try (Http.Response response =
                exchange("GET", path, null, null, null, "application/json", connection.timeout())) {
            return response.headers();
        }
    }

    /** A call that must not be repeated by itself: sign-in, polls, refresh. */
    public Doc post(String path, Object body, String activity) {
        return call("POST", path, body, null, null, false, activity);
    }

    private Doc call(
            String method,
            String path,
            @Nullable Object body,
            @Nullable String idempotencyKey,
            @Nullable String ifMatch,
            boolean safe,
            String activity) {
        byte[] bytes = body == null ? null : JsonWriter.line(body).getBytes(StandardCharsets.UTF_8);
        int unreachable = 0;
        for (int attempt = 1; ; attempt++) {
            CliError failure;
            try (Http.Response response =
                    exchange(method, path, bytes, idempotencyKey, ifMatch, "application/json", connection.timeout())) {
                byte[] answer = response.readAll();
                debug(method, path, response.status());
                if (response.status() < 300) {
                    if (response.headers().get("vt-event-id") instanceof String id) {
                        lastEventId = Math.max(lastEventId, Long.parseLong(id));
                    }
                    return answer.length == 0 ? Doc.NULL : JsonReader.read(answer);
                }
                failure = CliError.fromProblem(response.status(), problem(answer), activity);
                if (response.status() == 503) {
                    connection.servers().advance();
                }
            } catch (IOException e) {
                failure = failure(e).during(activity);
                connection.servers().advance();
                // What was not sent may be sent elsewhere, whatever it is; and nobody waits before all have been asked.
                boolean elsewhere = safe || e instanceof ConnectException;
                if (failure.retryable()
                        && elsewhere
                        && ++unreachable < connection.servers().size()) {
                    attempt--;
                    continue;
                }
            }
            unreachable = 0;
            if (!failure.retryable() || !safe || attempt >= tries) {
                throw new CliException(failure);
            }
            Long after = failure.retryAfterSeconds();
            long millis = after == null ? FIRST_PAUSE_MILLIS << (attempt - 1) : after * 1000;
            if (!connection
                    .interrupts()
                    .pause(Duration.ofMillis(Math.clamp(millis, FIRST_PAUSE_MILLIS, MAX_PAUSE_MILLIS)))) {
                throw new CliException(CliError.interrupted().during(activity));
            }
        }
    }

    /**
     * Reads a stream of JSON lines until the server ends it or the consumer says stop.
     *
     * @param lines gets each object; returns false to stop
     * @return whether the consumer stopped it
     * @throws IOException if the connection is lost
     */
    public boolean stream(String path, String activity, LineConsumer lines) throws IOException {
        return stream(path, activity, STREAM_SILENCE, lines);
    }

    /** @param silence without a line for so long, the connection counts as lost */
    public boolean stream(String path, String activity, Duration silence, LineConsumer lines) throws IOException {
        try (Http.Response response = exchange("GET", path, null, null, null, "application/x-ndjson", silence)) {
            debug("GET", path, response.status());
            if (response.status() >= 300) {
                throw new CliException(CliError.fromProblem(response.status(), problem(response.readAll()), activity));
            }
            BufferedReader reader = new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8));
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.isBlank() && !lines.accept(JsonReader.read(line.getBytes(StandardCharsets.UTF_8)))) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            connection.servers().advance();
            throw e;
        }
    }

    /** Takes one object of a stream. */
    @FunctionalInterface
    public interface LineConsumer {
        boolean accept(Doc line) throws IOException;
    }

    private Http.Response exchange(
            String method,
            String path,
            byte @Nullable [] body,
            @Nullable String idempotencyKey,
            @Nullable String ifMatch,
            String accept,
            Duration readTimeout)
            throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Accept", accept + ", application/problem+json");
        String token = connection.token();
        if (token != null) {
            headers.put("Authorization", "Bearer " + token);
        }
        if (body != null) {
            headers.put("Content-Type", "application/json");
        }
        if (idempotencyKey != null) {
            headers.put("Idempotency-Key", idempotencyKey);
        }
        if (ifMatch != null) {
            headers.put("If-Match", ifMatch);
        }
        if (lastEventId > 0) {
            headers.put("Vt-Min-Event-Id", Long.toString(lastEventId));
        }
        URI uri;
        try {
            uri = URI.create(server() + path);
        } catch (IllegalArgumentException e) {
            throw badServer();
        }
        if (uri.getHost() == null) {
            throw badServer();
        }
        return Http.send(
                new Http.Request(method, uri, headers, body),
                CONNECT_TIMEOUT,
                readTimeout,
                connection.tls(),
                connection.interrupts());
    }

    private CliException badServer() {
        return new CliException(CliError.usage(
                "invalid_argument",
                "'" + server() + "' is not the address of a server",
                "write for example --server https://vt.example.com"));
    }

    private static Doc problem(byte[] answer) {
        try {
            return JsonReader.read(answer);
        } catch (IOException notJson) {
            return Doc.NULL;
        }
    }

    private CliError failure(IOException e) {
        if (connection.interrupts().raised()) {
            return CliError.interrupted();
        }
        String text = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
        if (e instanceof SSLException) {
            return CliError.of(
                    "auth",
                    3,
                    "tls_untrusted",
                    "no trusted connection to " + server() + ": " + text,
                    "vt context create NAME --server " + server() + " --ca-file FILE");
        }
        return CliError.network("cannot reach " + connection.servers() + ": " + text);
    }

    private void debug(String method, String path, int status) {
        PrintStream debug = connection.debug();
        if (debug != null) {
            debug.println("debug: " + method + " " + path + " -> " + status);
        }
    }
}
