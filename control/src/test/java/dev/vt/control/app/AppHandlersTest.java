package dev.vt.control.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The pattern for the handler tests of a small noun. */
class AppHandlersTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private TestClient client;
    private String apps;
    private String projectId;

    @BeforeEach
    void makeProject() {
        client = server.operator();
        String org = "/v1/orgs/" + server.orgId();
        apps = org + "/apps";
        projectId =
                client.post(org + "/projects", Json.object().put("name", "web")).id();
    }

    private ObjectNode body(String name) {
        return Json.object().put("project_id", projectId).put("name", name);
    }

    private String create(String name) {
        TestReply reply = client.post(apps, body(name));
        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
        return reply.id();
    }

    @Test
    void creationAnswersTheResourceAndAReceipt() {
        TestReply reply = client.post(apps, body("shop").put("description", "sells"));

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.resource().path("name").asText()).isEqualTo("shop");
        assertThat(reply.resource().path("resource_version").asInt()).isEqualTo(1);
        assertThat(reply.header("ETag")).isEqualTo("\"1\"");
        JsonNode receipt = reply.json().path("receipt");
        assertThat(receipt.path("operation").asText()).isEqualTo("apps.create");
        assertThat(receipt.path("status").asText()).isEqualTo("applied");
        assertThat(receipt.at("/ids/app").asText()).isEqualTo(reply.id());
        assertThat(receipt.at("/changes/0/op").asText()).isEqualTo("create");
        assertThat(receipt.path("event_id").asText()).isEqualTo(reply.header("Vt-Event-Id"));
        assertThat(client.get(apps + "/" + reply.id()).json()).isEqualTo(reply.resource());
    }

    @Test
    void namesAreUniqueInTheProjectUntilTheAppIsGone() {
        String first = create("shop");

        assertThat(client.post(apps, body("shop")).code()).isEqualTo("name_taken");
        assertThat(client.delete(apps + "/" + first).status()).isEqualTo(200);
        create("shop");
    }

    @Test
    void renamingMovesTheName() {
        String id = create("shop");

        TestReply reply = client.patch(apps + "/" + id, Json.object().put("name", "store"));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.resource().path("name").asText()).isEqualTo("store");
        assertThat(reply.resource().path("resource_version").asInt()).isEqualTo(2);
        create("shop");
        assertThat(client.post(apps, body("store")).code()).isEqualTo("name_taken");
    }

    @Test
    void whatAlreadyHoldsIsUnchangedEvenWithAStaleIfMatchA9() {
        String id = create("shop");
        client.patch(apps + "/" + id, Json.object().put("description", "one"));

        TestReply same = client.ifMatch(1).patch(apps + "/" + id, Json.object().put("description", "one"));
        TestReply other = client.ifMatch(1).patch(apps + "/" + id, Json.object().put("description", "two"));

        assertThat(same.receiptStatus()).isEqualTo("unchanged");
        assertThat(same.json().at("/receipt/event_id").isNull()).isTrue();
        assertThat(other.status()).isEqualTo(412);
        assertThat(other.code()).isEqualTo("version_conflict");
        assertThat(other.json().at("/details/current_version").asInt()).isEqualTo(2);
    }

    @Test
    void deletingTwiceIsUnchangedAndReadingSaysDeleted() {
        String id = create("shop");

        TestReply first = client.delete(apps + "/" + id);
        TestReply second = client.delete(apps + "/" + id);

        assertThat(first.resource().isNull()).isTrue();
        assertThat(first.receiptStatus()).isEqualTo("applied");
        assertThat(second.receiptStatus()).isEqualTo("unchanged");
        assertThat(client.get(apps + "/" + id).code()).isEqualTo("resource_deleted");
        assertThat(client.patch(apps + "/" + id, Json.object().put("name", "new"))
                        .code())
                .isEqualTo("resource_deleted");
    }

    @Test
    void anAppWithAnEnvironmentIsNotDeleted() {
        String id = create("shop");
        TestReply env = client.post(apps + "/" + id + "/envs", Json.object().put("name", "prod"));

        assertThat(client.delete(apps + "/" + id).code()).isEqualTo("has_children");
        client.delete("/v1/orgs/" + server.orgId() + "/envs/" + env.id());
        assertThat(client.delete(apps + "/" + id).status()).isEqualTo(200);
    }

    @Test
    void unknownFieldsNameTheNearestKnownOneA4() {
        TestReply reply = client.post(apps, body("shop").put("descripton", "x"));

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("unknown_field");
        assertThat(reply.json().at("/details/errors/0/nearest").asText()).isEqualTo("description");
    }

    @Test
    void everythingWrongIsReportedAtOnce() {
        TestReply reply =
                client.post(apps, Json.object().put("name", "Not A Name").put("project_id", "prj_1"));

        assertThat(reply.code()).isEqualTo("invalid_argument");
        assertThat(reply.json().at("/details/errors")).hasSize(2);
    }

    @Test
    void aProjectOfAnotherOrgIsNotFoundA3() {
        String other =
                client.post("/v1/orgs", Json.object().put("name", "other")).id();

        TestReply create = client.post("/v1/orgs/" + other + "/apps", body("shop"));
        String app = create("shop");

        assertThat(create.code()).isEqualTo("not_found");
        assertThat(client.get("/v1/orgs/" + other + "/apps/" + app).code()).isEqualTo("not_found");
        assertThat(client.delete("/v1/orgs/" + other + "/apps/" + app).code()).isEqualTo("not_found");
    }

    @Test
    void pagesComeInOrderAndEachAppOnceA12() {
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.add(create("app" + i));
        }

        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = client.get(apps + "?limit=2" + (cursor.isEmpty() ? "" : "&cursor=" + cursor))
                    .json();
            page.path("items").forEach(item -> seen.add(item.path("id").asText()));
            cursor = page.path("next_cursor").asText("");
            if (seen.size() == 2) {
                create("late");
            }
            cursor = page.path("next_cursor").isNull() ? "" : cursor;
        } while (!cursor.isEmpty());

        assertThat(seen).startsWith(made.toArray(String[]::new)).hasSize(6).doesNotHaveDuplicates();
    }

    @Test
    void aCursorIsBoundToItsListA12() {
        create("one");
        create("two");
        String cursor = client.get(apps + "?limit=1").json().path("next_cursor").asText();

        assertThat(client.get(apps + "?limit=1&order=desc&cursor=" + cursor).code())
                .isEqualTo("cursor_invalid");
        assertThat(client.get(apps + "?name=one&cursor=" + cursor).code()).isEqualTo("cursor_invalid");
        assertThat(client.get(apps + "?cursor=nonsense").code()).isEqualTo("cursor_invalid");
    }

    @Test
    void filtersAreAnyOfRepeatedValuesA13() {
        create("one");
        create("two");
        create("three");

        assertThat(client.get(apps + "?name=one&name=three").json().path("items"))
                .hasSize(2);
        assertThat(client.get(apps + "?project_id=prj_x").json().path("items")).isEmpty();
        assertThat(client.get(apps + "?nam=one").code()).isEqualTo("unknown_field");
    }
}
