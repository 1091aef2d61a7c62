package dev.vt.control.auth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.HttpMethod;
import dev.vt.control.testing.People;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A21, by enumeration: who may do everything is still asked again by every operation of the list, and by no other. */
class StepUpTest {
    /**
     * Members, roles, principals, enrollment tokens, config, servers, revocation, org deletion; and what belongs to them. A token
     * and a program's sign-in are exempt afterwards, so a stolen cookie must not become one.
     */
    private static final Pattern LISTED = Pattern.compile(
            "(members|users|service_principals|enrollment_tokens|servers|auth\\.totp)\\..*"
                    + "|config\\.(set|rollback)|tokens\\.create|auth\\.device\\.decide|(nodes|edges)\\.revoke|orgs\\.delete");

    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]*)}");
    private static final String EMAIL = "ada@example.com";

    @RegisterExtension
    final TestServer server = TestServer.still();

    @Test
    void everyOperationOfTheListAsksAndNoOther() {
        List<Endpoint> mutations = server.control().endpoints().stream()
                .filter(endpoint -> endpoint.method() != HttpMethod.GET)
                .toList();

        assertThat(mutations)
                .allSatisfy(endpoint -> assertThat(Sensitive.of(endpoint).stepUp())
                        .as(endpoint.operation())
                        .isEqualTo(LISTED.matcher(endpoint.operation()).matches()));
    }

    @Test
    void aSessionOfElevenMinutesIsRefusedByEachAndATokenIsNot() {
        People.Person person = People.member(server, EMAIL, "owner");
        server.operator()
                .post(
                        "/v1/users/" + person.userId() + "/operator",
                        Json.object().put("operator", true));
        People.Person all = People.signIn(server, person.userId(), EMAIL);
        Map<String, String> ids = Map.of(
                "org_id", server.orgId(), "member_id", member(), "principal_id", principal(), "user_id", all.userId());
        server.advance(Duration.ofMinutes(11));

        List<Endpoint> asking = server.control().endpoints().stream()
                .filter(endpoint -> Sensitive.of(endpoint).stepUp())
                .toList();
        assertThat(asking).hasSizeGreaterThan(20).allSatisfy(endpoint -> {
            String path = PARAMETER
                    .matcher(endpoint.path().text())
                    .replaceAll((MatchResult found) -> ids.getOrDefault(found.group(1), "x"));
            TestReply reply =
                    all.console().key("step-up-test").send(endpoint.method().name(), path, null);
            assertThat(reply.code()).as(endpoint.operation()).isEqualTo("step_up_required");
        });
        assertThat(server.operator()
                        .post("/v1/users", Json.object().put("email", "bob@example.com"))
                        .status())
                .isEqualTo(201);
    }

    private String member() {
        return server.operator()
                .get("/v1/orgs/" + server.orgId() + "/members")
                .json()
                .at("/items/0/id")
                .asText();
    }

    private String principal() {
        ObjectNode body = Json.object().put("name", "ci");
        body.putArray("scopes").add("apps:read");
        TestReply made = server.operator().post("/v1/orgs/" + server.orgId() + "/service-principals", body);
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        return made.id();
    }
}
