package dev.vt.control.org;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class OrgHandlersTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private TestClient operator;
    private String org;

    @BeforeEach
    void signIn() {
        operator = server.operator();
        org = "/v1/orgs/" + server.orgId();
    }

    @Test
    void theCreatorIsTheFirstOwner() {
        var members = operator.get(org + "/members").json().path("items");

        assertThat(members).hasSize(1);
        assertThat(members.get(0).path("role").asText()).isEqualTo("owner");
        assertThat(members.get(0).path("user_id").asText())
                .isEqualTo(server.bootstrapped().userId());
        assertThat(operator.get(org + "/members/" + members.get(0).path("id").asText())
                        .status())
                .isEqualTo(200);
        assertThat(operator.get(org + "/members/mem_x").code()).isEqualTo("not_found");
    }

    @Test
    void namesAreUniqueInTheClusterAndFreeAfterDeletion() {
        TestReply first = operator.post("/v1/orgs", Json.object().put("name", "unique"));

        assertThat(operator.post("/v1/orgs", Json.object().put("name", "unique"))
                        .code())
                .isEqualTo("name_taken");
        operator.delete("/v1/orgs/" + first.id());
        assertThat(operator.post("/v1/orgs", Json.object().put("name", "unique"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void anOrgWithProjectsIsNotDeleted() {
        TestReply project = operator.post(org + "/projects", Json.object().put("name", "web"));

        assertThat(operator.delete(org).code()).isEqualTo("has_children");
        operator.delete(org + "/projects/" + project.id());
        assertThat(operator.delete(org).receiptStatus()).isEqualTo("applied");
        assertThat(operator.delete(org).receiptStatus()).isEqualTo("unchanged");
        assertThat(operator.get(org).code()).isEqualTo("resource_deleted");
        assertThat(operator.post(org + "/projects", Json.object().put("name", "late"))
                        .code())
                .isEqualTo("not_found");
    }

    @Test
    void renamedAndBilled() {
        TestReply reply =
                operator.patch(org, Json.object().put("name", "renamed").put("billing_email", "pay@example.com"));

        assertThat(reply.resource().path("name").asText()).isEqualTo("renamed");
        assertThat(operator.get(org).json().path("billing_email").asText()).isEqualTo("pay@example.com");
        assertThat(operator.patch(org, Json.object().putNull("billing_email"))
                        .resource()
                        .path("billing_email")
                        .asText())
                .isEmpty();
        assertThat(operator.patch(org, Json.object().putNull("name")).code()).isEqualTo("invalid_argument");
    }

    @Test
    void anUnknownOrgLooksLikeOneOfSomebodyElseA3() {
        TestReply unknown = operator.get("/v1/orgs/org_00000000000000000000000000");
        TestReply malformed = operator.get("/v1/orgs/x");

        assertThat(unknown.code()).isEqualTo("not_found");
        assertThat(malformed.json().path("detail")).isEqualTo(unknown.json().path("detail"));
    }

    @Test
    void theListHoldsTheCallersOrgs() {
        assertThat(operator.get("/v1/orgs?limit=200").json().path("items"))
                .anySatisfy(item -> assertThat(item.path("id").asText()).isEqualTo(server.orgId()));
        assertThat(operator.get("/v1/orgs?name=nobody").json().path("items")).isEmpty();
    }
}
