package dev.vt.control.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DeployHandlersTest {
    private static final String WORKER = Shop.MANIFEST + """
            [processes.worker.resources]
            memory = "128Mi"
            """;

    @RegisterExtension
    final TestServer server = TestServer.still();

    private Shop shop;

    @BeforeEach
    void make() {
        shop = Shop.on(server);
    }

    private TestReply plan(ObjectNode body) {
        TestReply reply = shop.client().post(shop.env() + "/plan", body);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        return reply;
    }

    private TestReply plan(String releaseId) {
        return plan(Json.object().put("release_id", releaseId));
    }

    private static List<String> lines(JsonNode changes) {
        List<String> lines = new ArrayList<>();
        changes.forEach(change -> lines.add(change.path("op").asText() + " "
                + change.path("kind").asText() + " " + change.path("name").asText()
                + (change.path("summary").asText().isEmpty()
                        ? ""
                        : ": " + change.path("summary").asText())
                + (change.path("destructive").asBoolean() ? " !" : "")));
        return lines;
    }

    private List<String> eventTypes() {
        List<String> types = new ArrayList<>();
        shop.client()
                .get(shop.org() + "/events?limit=1000&env_id=" + shop.envId())
                .json()
                .path("items")
                .forEach(event -> types.add(event.path("event_type").asText()));
        return types;
    }

    @Test
    void theGateAsksForSecretsAndNamesBothCommands() {
        String release = shop.released("one", Shop.MANIFEST);

        TestReply refused = shop.deploy(release);

        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.code()).isEqualTo("secrets_unconfirmed");
        assertThat(refused.json().path("hint").asText())
                .contains("vt secrets set KEY --env prod", "vt secrets confirm --none --env prod");
        shop.confirmNone();
        assertThat(shop.deploy(release).status()).isEqualTo(202);
    }

    @Test
    void requiredSecretsAreNotMetByConfirmNone() {
        String release = shop.released("one", Shop.MANIFEST + "[processes.web.secrets]\nrequired = true\n");
        shop.confirmNone();

        assertThat(shop.deploy(release).code()).isEqualTo("secrets_missing");
    }

    @Test
    void aDeployIsOneBatchOfDesiredReleasesAndRoutes() {
        String release = shop.released("one", WORKER);
        shop.confirmNone();

        TestReply reply = shop.deploy(release);

        assertThat(reply.status()).as(reply.toString()).isEqualTo(202);
        assertThat(reply.resource().path("status").asText()).isEqualTo("queued");
        assertThat(reply.resource().path("process_types").toString()).isEqualTo("[\"web\",\"worker\"]");
        assertThat(reply.json().at("/receipt/wait/id").asText()).isEqualTo(reply.id());
        assertThat(lines(reply.json().at("/receipt/changes")))
                .containsExactly(
                        "create release v1: image " + digest("one"),
                        "create process web: starts 1 (256Mi, 1 cpu)",
                        "create process worker: starts 1 (128Mi, 1 cpu)",
                        "create route shop.example.com:443 -> web:8443");
        assertThat(eventTypes())
                .endsWith("deploy.created", "env.desired_release_set", "env.desired_release_set", "route.created");
        JsonNode routes = shop.client().get(shop.env() + "/routes").json();
        assertThat(routes.at("/items/0/managed_by").asText()).isEqualTo("manifest");
        assertThat(shop.client().get(shop.org() + "/deploys/" + reply.id()).json())
                .isEqualTo(reply.resource());
    }

    private String digest(String content) {
        return server.images().put("registry.test/digest", content).substring(7, 15);
    }

    @Test
    void thePlanOfANewVersionSaysWhatChangesByName() {
        shop.deployed("one", WORKER);
        String next = shop.released("two", Shop.MANIFEST.replace("256Mi", "512Mi") + """
                        [processes.web.vars]
                        LOG_LEVEL = "debug"
                        [processes.api.resources]
                        memory = "64Mi"
                        cpu = 0.5
                        """);

        JsonNode plan = plan(next).json();

        assertThat(lines(plan.path("changes")))
                .containsExactly(
                        "update release v1 -> v2: image " + digest("one") + " -> " + digest("two"),
                        "create process api: starts 1 (64Mi, 0.5 cpu)",
                        "update process web: image, memory 256Mi -> 512Mi, vars +LOG_LEVEL; replaces 1 (rolling, surge 1)",
                        "delete process worker: stops 1 !",
                        "same route shop.example.com:443");
        assertThat(plan.path("destructive").asBoolean()).isTrue();
        assertThat(plan.toString()).doesNotContain("debug");
    }

    @Test
    void aPlanBeforeTheReleaseIsThePlanOfItsDeploy() {
        server.images().put("registry.test/shop:one", "one");
        JsonNode before = plan(Json.object()
                        .put("image_ref", "registry.test/shop:one")
                        .put("manifest", Shop.MANIFEST))
                .json();
        String release = shop.released("one", Shop.MANIFEST);

        assertThat(before.path("release_id").isNull()).isTrue();
        assertThat(plan(release).json().path("plan_hash")).isEqualTo(before.path("plan_hash"));
        shop.confirmNone();
        assertThat(shop.deploy(Json.object()
                                .put("release_id", release)
                                .put("plan_hash", before.path("plan_hash").asText()))
                        .status())
                .isEqualTo(202);
    }

    @Test
    void aPlanThatNoLongerHoldsIsStale() {
        shop.deployed("one", Shop.MANIFEST);
        String next = shop.released("two", Shop.MANIFEST);
        String hash = plan(next).json().path("plan_hash").asText();
        ObjectNode scale = Json.object();
        scale.putArray("scales").addObject().put("process_type", "web").put("desired", 3);
        shop.client().patch(shop.env() + "/scale", scale);

        TestReply stale = shop.deploy(Json.object().put("release_id", next).put("plan_hash", hash));

        assertThat(stale.code()).isEqualTo("plan_stale");
        assertThat(stale.json().at("/details/plan_hash").asText())
                .isEqualTo(plan(next).json().path("plan_hash").asText());
    }

    @Test
    void removingThingsNeedsToBeAllowed() {
        shop.deployed("one", WORKER);
        String next =
                shop.released("one", "routes = []\n" + Shop.MANIFEST.substring(0, Shop.MANIFEST.indexOf("[[routes]]")));

        TestReply refused = shop.deploy(next);
        TestReply allowed = shop.deploy(Json.object().put("release_id", next).put("allow_destructive", true));

        assertThat(refused.code()).isEqualTo("destructive_change");
        assertThat(refused.json().at("/details/changes")).hasSize(2);
        assertThat(allowed.status()).as(allowed.toString()).isEqualTo(202);
        assertThat(shop.client().get(shop.env() + "/routes").json().path("items"))
                .isEmpty();
        shop.another("other").deployed("one", Shop.MANIFEST);
    }

    @Test
    void theSameAgainIsUnchangedAndANewerDeploySupersedes() {
        String release = shop.released("one", Shop.MANIFEST);
        shop.confirmNone();
        String first = shop.deploy(release).id();

        TestReply again = shop.deploy(release);
        String second = shop.deploy(shop.released("two", Shop.MANIFEST)).id();

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.receiptStatus()).isEqualTo("unchanged");
        assertThat(again.id()).isEqualTo(first);
        assertThat(status(first)).isEqualTo("superseded");
        assertThat(status(second)).isEqualTo("queued");
        assertThat(shop.client()
                        .get(shop.env() + "/deploys?status=superseded")
                        .json()
                        .path("items"))
                .hasSize(1);
    }

    private String status(String deploy) {
        return shop.client()
                .get(shop.org() + "/deploys/" + deploy)
                .json()
                .path("status")
                .asText();
    }

    @Test
    void aDeployOfOneProcessTypeLeavesTheOthersAndTheRoutes() {
        String first = shop.deployed("one", WORKER);
        String next = shop.released("two", WORKER.replace("shop.example.com", "new.example.com"));
        ObjectNode body = Json.object().put("release_id", next);
        body.putArray("process_types").add("worker");

        TestReply reply = shop.deploy(body);

        assertThat(reply.status()).as(reply.toString()).isEqualTo(202);
        assertThat(reply.resource().path("process_types").toString()).isEqualTo("[\"worker\"]");
        assertThat(status(first)).isEqualTo("queued");
        assertThat(shop.client()
                        .get(shop.env() + "/routes")
                        .json()
                        .at("/items/0/hostname")
                        .asText())
                .isEqualTo("shop.example.com");
        ObjectNode unknown = Json.object().put("release_id", next);
        unknown.putArray("process_types").add("none");
        assertThat(shop.deploy(unknown).code()).isEqualTo("unknown_process_type");
    }

    @Test
    void aScaleTheManifestNoLongerAllowsIsClamped() {
        shop.deployed("one", Shop.MANIFEST);
        ObjectNode scale = Json.object();
        scale.putArray("scales").addObject().put("process_type", "web").put("desired", 12);
        shop.client().patch(shop.env() + "/scale", scale);
        String next = shop.released("two", Shop.MANIFEST + "[processes.web.scaling]\nmax = 8\n");

        TestReply reply = shop.deploy(next);

        assertThat(lines(reply.json().at("/receipt/changes")))
                .contains("update scale web: 12 -> 8 (scaling.max)")
                .anyMatch(line -> line.contains("replaces 8"));
        assertThat(shop.client()
                        .get(shop.env() + "/scale")
                        .json()
                        .at("/processes/0/desired")
                        .asInt())
                .isEqualTo(8);
    }

    @Test
    void aRouteChangesItsTargetInPlace() {
        shop.deployed("one", Shop.MANIFEST);
        String id = shop.client()
                .get(shop.env() + "/routes")
                .json()
                .at("/items/0/id")
                .asText();
        String moved = Shop.MANIFEST.replace("8443", "9443");

        String next = shop.released("one", moved);
        assertThat(lines(plan(next).json().path("changes")))
                .contains("update route shop.example.com:443: web:8443 -> web:9443");
        shop.deploy(next);

        JsonNode route = shop.client().get(shop.org() + "/routes/" + id).json();
        assertThat(route.at("/target/port").asInt()).isEqualTo(9443);
        assertThat(route.path("resource_version").asInt()).isEqualTo(2);
    }

    @Test
    void aTakenHostnameRefusesTheWholeDeploy() {
        shop.deployed("one", Shop.MANIFEST);
        Shop other = shop.another("other");
        other.confirmNone();
        String release = other.released("one", Shop.MANIFEST);

        TestReply refused = other.deploy(release);

        assertThat(refused.code()).isEqualTo("hostname_taken");
        assertThat(refused.toString()).doesNotContain(shop.envId());
        assertThat(shop.client().get(other.env() + "/deploys").json().path("items"))
                .isEmpty();
    }

    @Test
    void aRollbackGoesBackToTheLastThatSucceeded() {
        String first = shop.deployed("one", Shop.MANIFEST);
        String release = shop.client()
                .get(shop.org() + "/deploys/" + first)
                .json()
                .path("release_id")
                .asText();
        succeed(first);
        String second = shop.deploy(shop.released("two", Shop.MANIFEST)).id();

        TestReply back = shop.client().post(shop.org() + "/deploys/" + second + "/rollbacks", Json.object());

        assertThat(back.status()).as(back.toString()).isEqualTo(202);
        assertThat(back.resource().path("kind").asText()).isEqualTo("rollback");
        assertThat(back.resource().path("release_id").asText()).isEqualTo(release);
        assertThat(back.resource().at("/previous/web").asText()).isNotEqualTo(release);
        assertThat(status(second)).isEqualTo("superseded");
        assertThat(shop.client()
                        .post(shop.org() + "/deploys/" + first + "/rollbacks", Json.object())
                        .code())
                .isEqualTo("invalid_state");
    }

    /** As the deploy controller does it. */
    private void succeed(String id) {
        server.succeed(id);
    }

    @Test
    void aFailedDeployIsWorthAnother() {
        String first = shop.deployed("one", Shop.MANIFEST);
        String release = shop.client()
                .get(shop.org() + "/deploys/" + first)
                .json()
                .path("release_id")
                .asText();
        server.fail(first, "progress_timeout");

        TestReply again = shop.deploy(release);

        assertThat(again.status()).isEqualTo(202);
        assertThat(again.id()).isNotEqualTo(first);
    }

    @Test
    void volumesAreRefusedNotIgnored() {
        String release = shop.released("one", Shop.MANIFEST + "[[volumes]]\nname = \"data\"\nsize = \"1Gi\"\n");
        shop.confirmNone();

        assertThat(shop.deploy(release).code()).isEqualTo("not_supported");
    }

    @Test
    void placementByAnOperatorsLabelIsRefused() {
        String release = shop.released("one", Shop.MANIFEST + "[processes.web.placement]\nrequire = [\"rack=7\"]\n");
        shop.confirmNone();

        assertThat(shop.deploy(release).code()).isEqualTo("label_not_allowed");
    }

    @Test
    void anOverrideAppliesToItsEnvironmentOnly() {
        String manifest = Shop.MANIFEST + "[environments.prod.processes.web.scaling]\nmin = 4\n";
        shop.deployed("one", manifest);

        assertThat(shop.client()
                        .get(shop.env() + "/scale")
                        .json()
                        .at("/processes/0/wanted")
                        .asInt())
                .isEqualTo(4);
    }

    @Test
    void aReleaseOfAnotherAppIsNotFound() {
        String foreign = shop.another("other").released("one", Shop.MANIFEST);

        assertThat(shop.deploy(foreign).code()).isEqualTo("not_found");
        assertThat(shop.client()
                        .post(shop.env() + "/plan", Json.object().put("release_id", foreign))
                        .code())
                .isEqualTo("not_found");
    }
}
