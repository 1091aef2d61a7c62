package dev.vt.control.feature;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A8, A9, A11 and S9 over the wire. */
class IdempotencyTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private TestClient client;
    private String projects;

    @BeforeEach
    void signIn() {
        client = server.operator();
        projects = "/v1/orgs/" + server.orgId() + "/projects";
    }

    private static ObjectNode named(String name) {
        return Json.object().put("name", name);
    }

    private int count() {
        return client.get(projects).json().path("items").size();
    }

    @Test
    void theSameRequestAgainIsReplayedA8() {
        TestReply first = client.key("key-00000001").post(projects, named("web"));
        TestReply again = client.key("key-00000001").post(projects, named("web"));

        assertThat(again.status()).isEqualTo(201);
        assertThat(again.receiptStatus()).isEqualTo("replayed");
        assertThat(again.resource()).isEqualTo(first.resource());
        assertThat(again.json().at("/receipt/event_id")).isEqualTo(first.json().at("/receipt/event_id"));
        assertThat(again.header("Vt-Event-Id")).isEqualTo(first.header("Vt-Event-Id"));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void whiteSpaceAndOrderDoNotMakeAnotherRequest() {
        client.key("key-00000001").post(projects, named("web").put("description", "d"));

        TestReply again = client.key("key-00000001")
                .send(
                        "POST",
                        projects,
                        " { \"description\":\"d\" , \"name\":\"web\"}".getBytes(StandardCharsets.UTF_8));

        assertThat(again.receiptStatus()).isEqualTo("replayed");
    }

    @Test
    void anotherBodyOrPathWithTheSameKeyIsReuseA8() {
        TestReply first = client.key("key-00000001").post(projects, named("web"));

        TestReply other = client.key("key-00000001").post(projects, named("other"));
        TestReply second = client.post(projects, named("second"));
        client.key("key-00000002").patch(projects + "/" + first.id(), named("site"));
        TestReply elsewhere = client.key("key-00000002").patch(projects + "/" + second.id(), named("x"));

        assertThat(other.code()).isEqualTo("idempotency_key_reuse");
        assertThat(elsewhere.code()).isEqualTo("idempotency_key_reuse");
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void refusalsAreNotRemembered() {
        client.post(projects, named("web"));

        assertThat(client.key("key-00000001").post(projects, named("web")).code())
                .isEqualTo("name_taken");
        client.delete(
                projects + "/" + client.get(projects).json().at("/items/0/id").asText());
        assertThat(client.key("key-00000001").post(projects, named("web")).receiptStatus())
                .isEqualTo("applied");
    }

    @Test
    void unchangedIsRememberedToo() {
        String item = projects + "/" + client.post(projects, named("web")).id();

        TestReply same = client.key("key-00000001").patch(item, named("web"));
        TestReply again = client.key("key-00000001").patch(item, named("web"));
        TestReply reuse = client.key("key-00000001").patch(item, named("other"));

        assertThat(same.receiptStatus()).isEqualTo("unchanged");
        assertThat(again.receiptStatus()).isEqualTo("replayed");
        assertThat(again.json().at("/receipt/event_id").isNull()).isTrue();
        assertThat(reuse.code()).isEqualTo("idempotency_key_reuse");
    }

    @Test
    void aServerThatDiedAfterTheCommitStillKnowsTheOutcomeA11() {
        TestReply first = client.key("key-00000001").post(projects, named("web"));

        server.restart();
        TestReply again = server.operator().key("key-00000001").post(projects, named("web"));

        assertThat(again.receiptStatus()).isEqualTo("replayed");
        assertThat(again.id()).isEqualTo(first.id());
    }

    @Test
    void oneTimeSecretsAreNotReplayedA8() {
        ObjectNode body = Json.object().put("name", "ci");
        body.putArray("scopes").add("apps:read");

        TestReply first = client.key("key-00000001").post("/v1/auth/tokens", body);
        TestReply again = client.key("key-00000001").post("/v1/auth/tokens", body);

        assertThat(first.json().path("secret").asText()).startsWith("vt_pat_");
        assertThat(again.json().path("secret").isNull()).isTrue();
        assertThat(again.id()).isEqualTo(first.id());
    }

    @Test
    void ofManyAtOnceOneIsAppliedAndTheOthersAreReplayed() throws Exception {
        List<TestReply> replies = atOnce(8, i -> client.key("key-00000001").post(projects, named("web")));

        assertThat(replies).allSatisfy(reply -> assertThat(reply.status()).isEqualTo(201));
        assertThat(replies.stream().map(TestReply::receiptStatus).filter("applied"::equals))
                .hasSize(1);
        assertThat(replies.stream().map(TestReply::id).distinct()).hasSize(1);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void racingUpdatesAreRetriedUntilTheyFitS9() throws Exception {
        String item = projects + "/" + client.post(projects, named("web")).id();

        List<TestReply> replies =
                atOnce(4, i -> client.patch(item, Json.object().put("description", "number " + i)));

        assertThat(replies)
                .allSatisfy(
                        reply -> assertThat(reply.status()).as(reply.toString()).isIn(200, 409));
        long applied = replies.stream().filter(r -> r.status() == 200).count();
        assertThat(client.get(item).json().path("resource_version").asInt()).isEqualTo(1 + (int) applied);
        assertThat(replies.stream().filter(r -> r.status() == 409))
                .allSatisfy(reply -> assertThat(reply.code()).isEqualTo("concurrent_update"));
    }

    private interface Attempt {
        TestReply run(int i);
    }

    private static List<TestReply> atOnce(int n, Attempt attempt) throws Exception {
        List<Future<TestReply>> futures = new ArrayList<>();
        try (ExecutorService pool = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < n; i++) {
                int number = i;
                futures.add(pool.submit(() -> attempt.run(number)));
            }
        }
        List<TestReply> out = new ArrayList<>();
        for (Future<TestReply> future : futures) {
            out.add(future.get());
        }
        return out;
    }
}
