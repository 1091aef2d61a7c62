package dev.vt.control.audit;

import static dev.vt.control.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.StoredEvent;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DenyAuditsTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    private List<JsonNode> denials() {
        return server.control().store().read(0, 1000, EventFilter.ALL).events().stream()
                .filter(event -> event.type().equals(Audit.RECORDED))
                .map(StoredEvent::payload)
                .map(payload -> (JsonNode) payload)
                .filter(payload -> payload.path("decision").asText().equals("deny"))
                .toList();
    }

    private TestClient reader() {
        var body = Json.object().put("name", "reader");
        body.putArray("scopes").add("apps:read");
        return server.with(server.operator()
                .post("/v1/auth/tokens", body)
                .json()
                .path("secret")
                .asText());
    }

    @Test
    void tenAMinuteAndThenOneThatCountsTheRestS21() {
        TestClient reader = reader();
        String path = "/v1/orgs/" + server.orgId() + "/members/mem_x";

        for (int i = 0; i < 25; i++) {
            assertThat(reader.delete(path).status()).isIn(403, 404);
        }

        assertThat(denials()).hasSize(10);
        assertThat(denials().getFirst().path("action").asText()).isEqualTo("member.remove");
        assertThat(denials().getFirst().path("resource").asText()).isEqualTo("mem_x");
        assertThat(denials().getFirst().path("scopes").get(0).asText()).isEqualTo("apps:read");
    }

    @Test
    void theCountIsWrittenWhenTheMinuteIsOverS21() {
        TestClient reader = reader();
        for (int i = 0; i < 13; i++) {
            reader.delete("/v1/orgs/" + server.orgId() + "/members/mem_x");
        }

        server.control().denials().flush(Instant.now().plus(Duration.ofMinutes(2)));

        assertThat(denials()).hasSize(11);
        assertThat(denials().getLast().path("suppressed_count").asInt()).isEqualTo(3);
    }

    /** At a server that does not lead nobody flushes; here either may come first, and there is one count. */
    @Test
    void aMinuteThatIsOverEndsWithTheNextDenialS21() {
        TestClient reader = reader();
        String path = "/v1/orgs/" + server.orgId() + "/members/mem_x";
        for (int i = 0; i < 13; i++) {
            reader.delete(path);
        }
        server.advance(Duration.ofMinutes(2));

        reader.delete(path);

        await("the count and the new one", () -> denials().size() == 12);
        assertThat(denials().stream()
                        .mapToInt(denial -> denial.path("suppressed_count").asInt())
                        .filter(count -> count > 0))
                .containsExactly(3);
    }

    @Test
    void whatIsNotSensitiveIsNotWritten() {
        assertThat(reader().get("/v1/orgs/" + server.orgId() + "/projects").code())
                .isEqualTo("insufficient_scope");

        assertThat(denials()).isEmpty();
    }
}
