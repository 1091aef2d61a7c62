package dev.vt.control.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A12: what exists during the whole walk comes exactly once, whatever else is made and deleted meanwhile. */
class CursorUnderWritesTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    @ParameterizedTest
    @ValueSource(strings = {"asc", "desc"})
    void whatStaysComesExactlyOnce_A12(String order) throws InterruptedException {
        TestClient client = server.operator();
        String projects = "/v1/orgs/" + server.orgId() + "/projects";
        List<String> staying = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            staying.add(client.post(projects, Json.object().put("name", order + "-stays-" + i))
                    .id());
        }
        AtomicBoolean done = new AtomicBoolean();
        List<String> problems = new ArrayList<>();
        Thread writer = Thread.ofVirtual().start(() -> {
            for (int i = 0; !done.get() && i < 2000; i++) {
                String id = client.post(projects, Json.object().put("name", order + "-goes-" + i))
                        .id();
                if (client.delete(projects + "/" + id).status() != 200) {
                    problems.add(id);
                }
            }
        });
        for (int walk = 0; walk < 5; walk++) {
            List<String> seen = new ArrayList<>();
            String cursor = "";
            do {
                JsonNode page = client.get(projects + "?limit=7&order=" + order + cursor)
                        .json();
                page.path("items").forEach(item -> seen.add(item.path("id").asText()));
                cursor = page.path("next_cursor").isNull()
                        ? ""
                        : "&cursor=" + page.path("next_cursor").asText();
            } while (!cursor.isEmpty() && seen.size() < 20_000);
            assertThat(seen).doesNotHaveDuplicates().containsAll(staying);
        }
        done.set(true);
        writer.join();
        assertThat(problems).isEmpty();
    }
}
