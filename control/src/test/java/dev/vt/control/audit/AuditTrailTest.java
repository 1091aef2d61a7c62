package dev.vt.control.audit;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Sensitive;
import dev.vt.control.http.Endpoint;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.kernel.Json;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Api.md §10.10. What is allowed and not recorded cannot commit ({@code Mutations}); here: what is denied, and reads. */
class AuditTrailTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private static Set<String> recorded(String decision) {
        return server.control().store().read(0, 1000, EventFilter.ALL).events().stream()
                .filter(event -> event.type().equals(Audit.RECORDED))
                .map(event -> event.payload())
                .filter(payload -> payload.path("decision").asText().equals(decision))
                .map(payload -> payload.path("action").asText())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    @Test
    void everySensitiveOperationThatIsDeniedIsRecorded() {
        ObjectNode body = Json.object().put("name", "weak");
        body.putArray("scopes").add("billing:read");
        TestClient weak = server.with(server.operator()
                .post("/v1/auth/tokens", body)
                .json()
                .path("secret")
                .asText());
        Set<String> wanted = new TreeSet<>();
        for (Endpoint endpoint : server.control().endpoints()) {
            Sensitive.Rule rule = Sensitive.of(endpoint);
            // Everybody may make and end tokens of their own; what they may not give is refused by the handler.
            if (rule.audited() && !rule.action().startsWith("token.")) {
                wanted.add(rule.action());
                String path = endpoint.path()
                        .text()
                        .replace("{org_id}", server.orgId())
                        .replaceAll("\\{[^}]*}", "x");
                assertThat(weak.send(endpoint.method().name(), path, null).status())
                        .as(endpoint.operation())
                        .isIn(403, 404);
            }
        }
        body.withArrayProperty("scopes").add("apps:write");
        assertThat(weak.post("/v1/auth/tokens", body).code()).isEqualTo("insufficient_scope");
        wanted.add("token.create");

        assertThat(recorded("deny")).containsAll(wanted);
    }

    @Test
    void readingLogsOfAProtectedEnvironmentIsRecorded() {
        Shop shop = Shop.on(server);
        TestClient operator = server.operator();
        operator.get(shop.env() + "/logs");
        assertThat(recorded("allow")).doesNotContain("log.read");

        operator.patch(shop.env(), Json.object().put("protected", true));
        assertThat(operator.get(shop.env() + "/logs").status()).isEqualTo(200);

        assertThat(recorded("allow")).contains("log.read");
    }

    @Test
    void theTrailIsAskedByDecision() throws InterruptedException {
        server.operator().delete("/v1/orgs/" + server.orgId() + "/service-principals/sp_x");
        server.verify();

        assertThat(server.operator()
                        .get("/v1/audit?decision=deny&action=service_principal.delete")
                        .json()
                        .path("items"))
                .allSatisfy(item -> assertThat(item.path("decision").asText()).isEqualTo("deny"));
    }
}
