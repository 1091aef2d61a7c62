package dev.vt.control.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

@Timeout(60)
class EventHandlersTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private TestClient client;
    private String org;

    @BeforeEach
    void signIn() {
        client = server.operator();
        org = "/v1/orgs/" + server.orgId();
    }

    private TestReply project(String name) {
        return client.post(org + "/projects", Json.object().put("name", name));
    }

    private static List<String> types(JsonNode items) {
        List<String> out = new ArrayList<>();
        items.forEach(item -> out.add(item.path("event_type").asText()));
        return out;
    }

    @Test
    void anOrgSeesItsOwnEventsOnlyS29() {
        project("web");
        String other = client.post("/v1/orgs", Json.object().put("name", "events-other"))
                .id();
        client.post("/v1/orgs/" + other + "/projects", Json.object().put("name", "secret"));

        JsonNode items = client.get(org + "/events").json().path("items");

        assertThat(types(items)).containsExactly("org.created", "org_member.added", "project.created");
        assertThat(items)
                .allSatisfy(item -> assertThat(item.path("org_id").asText()).isEqualTo(server.orgId()));
    }

    @Test
    void pagesGoOnAfterTheLastEventS26() {
        for (int i = 0; i < 5; i++) {
            project("p" + i);
        }

        List<String> seen = new ArrayList<>();
        long after = 0;
        while (true) {
            JsonNode page = client.get(org + "/events?limit=2&type=project.&after_event_id=" + after)
                    .json();
            seen.addAll(types(page.path("items")));
            after = page.path("next_after_event_id").asLong();
            if (page.path("items").size() < 2) {
                break;
            }
        }

        assertThat(seen).hasSize(5).containsOnly("project.created");
    }

    @Test
    void eventsAreFoundByTheirAggregate() {
        String id = project("web").id();
        project("other");

        JsonNode items = client.get(org + "/events?aggregate_type=project&aggregate_id=" + id)
                .json()
                .path("items");

        assertThat(items).hasSize(1);
        assertThat(client.get(org + "/events?aggregate_id=" + id).code()).isEqualTo("invalid_argument");
    }

    @Test
    void operatorsSeeTheWholeLogWithoutGaps() {
        JsonNode items = client.get("/v1/cluster/events?limit=1000").json().path("items");

        for (int i = 0; i < items.size(); i++) {
            assertThat(items.get(i).path("event_id").asLong()).isEqualTo(i + 1L);
        }
        assertThat(types(items)).startsWith("cluster.created", "server.joined", "cluster.leader_changed");
    }

    @Test
    void aStreamSendsWhatHappensAndResumesAfterItsLastEventA15() throws IOException {
        HttpResponse<InputStream> stream = client.stream(org + "/events/stream", "text/event-stream");
        long last;
        try (BufferedReader lines = reader(stream)) {
            assertThat(stream.headers().firstValue("Content-Type")).hasValue("text/event-stream");
            assertThat(next(lines).kind()).isEqualTo("head");
            project("one");
            Sent sent = next(lines);
            assertThat(sent.kind()).isEqualTo("event");
            assertThat(sent.data().path("event_type").asText()).isEqualTo("project.created");
            assertThat(sent.data().path("type").asText()).isEqualTo("event");
            last = Long.parseLong(sent.id());
        }
        project("two");
        project("three");

        HttpResponse<InputStream> resumed =
                client.header("Last-Event-ID", Long.toString(last)).stream(org + "/events/stream", "text/event-stream");
        try (BufferedReader lines = reader(resumed)) {
            assertThat(next(lines).kind()).isEqualTo("head");
            assertThat(next(lines).data().at("/payload/name").asText()).isEqualTo("two");
            assertThat(next(lines).data().at("/payload/name").asText()).isEqualTo("three");
        }
    }

    @Test
    void linesAreTheSameObjects() throws IOException {
        project("one");
        HttpResponse<InputStream> stream =
                client.stream(org + "/events/stream?after_event_id=0", "application/x-ndjson");
        try (BufferedReader lines = reader(stream)) {
            JsonNode head = Json.parse(lines.readLine());
            JsonNode first = Json.parse(lines.readLine());
            assertThat(head.path("type").asText()).isEqualTo("head");
            assertThat(first.path("event_type").asText()).isEqualTo("org.created");
            assertThat(first.path("cursor").asText())
                    .isEqualTo(first.path("event_id").asText());
        }
    }

    @Test
    void aStreamEndsWhenItsTokenIsRevoked() throws IOException {
        var body = Json.object().put("name", "stream");
        body.putArray("scopes").add("events:read");
        TestReply token = client.post("/v1/auth/tokens", body);
        HttpResponse<InputStream> stream =
                server.with(token.json().path("secret").asText()).stream(org + "/events/stream", "text/event-stream");
        try (BufferedReader lines = reader(stream)) {
            assertThat(next(lines).kind()).isEqualTo("head");
            client.delete("/v1/auth/tokens/" + token.id());
            Sent end = next(lines);
            assertThat(end.kind()).isEqualTo("end");
            assertThat(end.data().path("reason").asText()).isEqualTo("token_revoked");
            assertThat(lines.readLine()).isNull();
        }
    }

    @Test
    void anOrgHasAtMostTwentyStreams() throws IOException {
        List<HttpResponse<InputStream>> open = new ArrayList<>();
        try {
            for (int i = 0; i < 20; i++) {
                HttpResponse<InputStream> stream = client.stream(org + "/events/stream", "text/event-stream");
                assertThat(stream.statusCode()).isEqualTo(200);
                open.add(stream);
            }
            HttpResponse<InputStream> more = client.stream(org + "/events/stream", "text/event-stream");
            assertThat(more.statusCode()).isEqualTo(429);
            assertThat(Json.parse(more.body().readAllBytes()).path("code").asText())
                    .isEqualTo("too_many_streams");
        } finally {
            for (HttpResponse<InputStream> stream : open) {
                stream.body().close();
            }
        }
    }

    @Test
    void aCursorBeyondTheLogIsWaitedForAndThenRefused_S28() throws Exception {
        long head = Long.parseLong(client.get("/v1/orgs").header("Vt-Event-Id"));
        Thread later = Thread.ofVirtual().start(() -> project("came-in-time"));

        JsonNode page = client.get(org + "/events?after_event_id=" + (head + 1)).json();
        later.join();
        TestReply never = client.get(org + "/events?after_event_id=" + (head + 1_000_000));

        assertThat(page.path("next_after_event_id").asLong()).isGreaterThanOrEqualTo(head + 1);
        assertThat(never.code()).isEqualTo("cursor_ahead");
        assertThat(never.header("Retry-After")).isNotEmpty();
    }

    /** Nothing of the filter happens, and the consumer's cursor moves on all the same. */
    @Test
    void aFilteredConsumerGetsAHeadEveryTenSeconds_S27() throws IOException {
        HttpResponse<InputStream> stream = client.stream(org + "/events/stream?type=nothing.", "text/event-stream");
        try (BufferedReader lines = reader(stream)) {
            Sent first = next(lines);
            project("elsewhere");
            Sent second = next(lines);
            assertThat(first.kind()).isEqualTo("head");
            assertThat(second.kind()).isEqualTo("head");
            assertThat(Long.parseLong(second.id())).isGreaterThan(Long.parseLong(first.id()));
        }
    }

    private record Sent(String kind, String id, JsonNode data) {}

    private static BufferedReader reader(HttpResponse<InputStream> stream) {
        assertThat(stream.statusCode()).isEqualTo(200);
        return new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
    }

    private static Sent next(BufferedReader lines) throws IOException {
        String kind = "";
        String id = "";
        String data = "";
        for (String line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
            String[] parts = line.split(": ", 2);
            switch (parts[0]) {
                case "id" -> id = parts[1];
                case "event" -> kind = parts[1];
                case "data" -> data = parts[1];
                default -> throw new AssertionError("unexpected line " + line);
            }
        }
        return new Sent(kind, id, Json.parse(data));
    }
}
