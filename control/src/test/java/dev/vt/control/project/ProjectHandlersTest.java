package dev.vt.control.project;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ProjectHandlersTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private TestClient client;
    private String projects;

    @BeforeEach
    void signIn() {
        client = server.operator();
        projects = "/v1/orgs/" + server.orgId() + "/projects";
    }

    private TestReply create(String name) {
        return client.post(projects, Json.object().put("name", name));
    }

    @Test
    void createdListedAndRead() {
        TestReply made = create("web");

        assertThat(made.status()).isEqualTo(201);
        assertThat(client.get(projects + "/" + made.id()).json()).isEqualTo(made.resource());
        assertThat(client.get(projects + "?name=web").json().at("/items/0")).isEqualTo(made.resource());
    }

    @Test
    void namesAreUniqueInTheOrg() {
        create("web");
        String other = create("other").id();

        assertThat(create("web").code()).isEqualTo("name_taken");
        assertThat(client.patch(projects + "/" + other, Json.object().put("name", "web"))
                        .code())
                .isEqualTo("name_taken");
        assertThat(client.patch(projects + "/" + other, Json.object().put("name", "free"))
                        .status())
                .isEqualTo(200);
        assertThat(create("other").status()).isEqualTo(201);
    }

    @Test
    void aProjectWithAppsIsNotDeleted() {
        String id = create("web").id();
        String apps = "/v1/orgs/" + server.orgId() + "/apps";
        TestReply app = client.post(apps, Json.object().put("project_id", id).put("name", "shop"));

        assertThat(client.delete(projects + "/" + id).code()).isEqualTo("has_children");
        client.delete(apps + "/" + app.id());
        assertThat(client.delete(projects + "/" + id).status()).isEqualTo(200);
        assertThat(client.post(apps, Json.object().put("project_id", id).put("name", "late"))
                        .code())
                .isEqualTo("resource_deleted");
    }

    @Test
    void aDescriptionIsClearedByNull() {
        String item = projects + "/" + create("web").id();
        client.patch(item, Json.object().put("description", "text"));

        TestReply cleared = client.patch(item, Json.object().putNull("description"));

        assertThat(cleared.resource().path("description").asText()).isEmpty();
    }
}
