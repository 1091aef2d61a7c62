package dev.vt.control.env;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EnvHandlersTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private TestClient client;
    private String org;
    private String envs;

    @BeforeEach
    void makeApp() {
        client = server.operator();
        org = "/v1/orgs/" + server.orgId();
        String project =
                client.post(org + "/projects", Json.object().put("name", "web")).id();
        String app = client.post(
                        org + "/apps", Json.object().put("project_id", project).put("name", "shop"))
                .id();
        envs = org + "/apps/" + app + "/envs";
    }

    private TestReply create(String name) {
        return client.post(envs, Json.object().put("name", name));
    }

    @Test
    void isUnprotectedUnlessAsked() {
        TestReply plain = create("staging");
        TestReply guarded = client.post(envs, Json.object().put("name", "prod").put("protected", true));

        assertThat(plain.resource().path("protected").asBoolean()).isFalse();
        assertThat(guarded.resource().path("protected").asBoolean()).isTrue();
        assertThat(plain.resource().path("app_id").asText())
                .isEqualTo(guarded.resource().path("app_id").asText());
    }

    @Test
    void protectionIsSwitched() {
        String env = org + "/envs/" + create("prod").id();

        TestReply on = client.patch(env, Json.object().put("protected", true));
        TestReply again = client.patch(env, Json.object().put("protected", true));

        assertThat(on.receiptStatus()).isEqualTo("applied");
        assertThat(again.receiptStatus()).isEqualTo("unchanged");
        assertThat(client.get(env).json().path("protected").asBoolean()).isTrue();
        assertThat(client.patch(env, Json.object().put("protected", "yes")).code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void namesAreUniqueInTheAppAndShort() {
        create("prod");

        assertThat(create("prod").code()).isEqualTo("name_taken");
        assertThat(create("p".repeat(33)).code()).isEqualTo("invalid_argument");
        assertThat(create("1prod").code()).isEqualTo("invalid_argument");
    }

    @Test
    void listedUnderItsAppOnly() {
        create("prod");
        create("staging");

        assertThat(client.get(envs).json().path("items")).hasSize(2);
        assertThat(client.get(envs + "?name=prod").json().path("items")).hasSize(1);
        assertThat(client.get(org + "/apps/app_00000000000000000000000000/envs").code())
                .isEqualTo("not_found");
    }

    @Test
    void deletedAndItsNameFreeAgain() {
        String id = create("prod").id();

        assertThat(client.delete(org + "/envs/" + id).receiptStatus()).isEqualTo("applied");
        assertThat(client.delete(org + "/envs/" + id).receiptStatus()).isEqualTo("unchanged");
        assertThat(client.get(org + "/envs/" + id).code()).isEqualTo("resource_deleted");
        assertThat(create("prod").status()).isEqualTo(201);
        assertThat(client.get(envs + "?include_deleted=true").json().path("items"))
                .hasSize(2);
    }
}
