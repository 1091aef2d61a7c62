package dev.vt.control.quota;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class QuotaHandlersTest {
    @RegisterExtension
    static final TestServer server = new TestServer();

    private TestClient operator;
    private String org;

    @BeforeEach
    void signIn() {
        operator = server.operator();
        org = "/v1/orgs/" + server.orgId();
    }

    private TestReply limit(int version, String dimension, long limit) {
        ObjectNode body = Json.object();
        body.putObject("limits").put(dimension, limit);
        return operator.ifMatch(version).put(org + "/quotas", body);
    }

    private long used(String dimension) {
        for (JsonNode item : operator.get(org + "/usage").json().path("items")) {
            if (item.path("dimension").asText().equals(dimension)) {
                return item.path("used").asLong();
            }
        }
        throw new AssertionError("no dimension " + dimension);
    }

    @Test
    void anOrgIsUnlimitedUntilAnOperatorSaysOtherwise() {
        JsonNode quota = operator.get(org + "/quotas").json();

        assertThat(quota.path("tier").asText()).isEqualTo("unlimited");
        assertThat(quota.path("resource_version").asInt()).isZero();
        assertThat(quota.path("effective")).isEmpty();
        assertThat(operator.get(org + "/usage").json().path("items")).hasSize(Dimension.values().length);
    }

    @Test
    void settingNeedsIfMatchAndAKnownDimensionA10() {
        ObjectNode body = Json.object().put("tier", "small");

        assertThat(operator.put(org + "/quotas", body).code()).isEqualTo("if_match_required");
        assertThat(operator.ifMatch(3).put(org + "/quotas", body).code()).isEqualTo("version_conflict");
        TestReply set = operator.ifMatch(0).put(org + "/quotas", body);
        assertThat(set.receiptStatus()).isEqualTo("applied");
        assertThat(set.resource().path("effective").path("max_apps").asInt()).isEqualTo(5);
        assertThat(operator.ifMatch(1).put(org + "/quotas", body).receiptStatus())
                .isEqualTo("unchanged");
        assertThat(limit(1, "max_everything", 1).code()).isEqualTo("invalid_argument");
        assertThat(limit(1, "max_apps", -1).code()).isEqualTo("invalid_argument");
        assertThat(operator.ifMatch(0)
                        .put("/v1/orgs/org_00000000000000000000000000/quotas", body)
                        .code())
                .isEqualTo("not_found");
    }

    @Test
    void aFullQuotaIsRefusedWithItsNumbersK18() {
        limit(0, "max_envs", 1);
        Shop shop = Shop.on(server);

        TestReply refused = operator.post(shop.app() + "/envs", Json.object().put("name", "more"));

        assertThat(refused.code()).isEqualTo("quota_exceeded");
        assertThat(refused.json().at("/details/dimension").asText()).isEqualTo("max_envs");
        assertThat(refused.json().at("/details/limit").asLong()).isEqualTo(1);
        assertThat(refused.json().at("/details/current_usage").asLong()).isEqualTo(1);
        assertThat(refused.json().at("/details/requested_delta").asLong()).isEqualTo(1);
        operator.delete(shop.env());
        assertThat(used("max_envs")).isZero();
        assertThat(operator.post(shop.app() + "/envs", Json.object().put("name", "more"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void severalRoutesOfAHostnameAreOneHostname() {
        Shop shop = Shop.on(server);
        shop.deployed("one", Shop.MANIFEST.replace("shop.example.com", "several.example.com"));
        assertThat(used("max_routes")).isEqualTo(1);
        assertThat(used("max_hostnames")).isEqualTo(1);
        ObjectNode body = Json.object().put("hostname", "several.example.com").put("listen_port", 8443);
        body.putObject("target").put("process_type", "web").put("port", 8443);

        TestReply second = operator.post(shop.env() + "/routes", body);
        assertThat(second.status()).as(second.toString()).isEqualTo(201);

        assertThat(used("max_routes")).isEqualTo(2);
        assertThat(used("max_hostnames")).isEqualTo(1);
        limit(0, "max_hostnames", 1);
        assertThat(operator.post(shop.env() + "/routes", body.deepCopy().put("hostname", "other.example.com"))
                        .code())
                .isEqualTo("quota_exceeded");
        operator.delete(org + "/routes/" + second.id());
        assertThat(used("max_hostnames")).isEqualTo(1);
    }

    @Test
    void scalingUpMustFitAndScalingDownAlwaysMayK18() {
        Shop shop = Shop.on(server);
        shop.deployed(
                "scale",
                Shop.MANIFEST
                        .replace("shop.example.com", "scale.example.com")
                        .replace(
                                "[processes.web.resources]",
                                "[processes.web.scaling]\nmin = 1\nmax = 9\n[processes.web.resources]"));
        limit(0, "max_instances", 3);

        assertThat(scale(shop, 9).code()).isEqualTo("quota_exceeded");
        assertThat(scale(shop, 3).status()).isEqualTo(200);
        limit(1, "max_instances", 0);
        assertThat(scale(shop, 1).status()).isEqualTo(200);
    }

    private TestReply scale(Shop shop, int replicas) {
        ObjectNode body = Json.object();
        body.putArray("scales").addObject().put("process_type", "web").put("desired", replicas);
        return operator.patch(shop.env() + "/scale", body);
    }

    @Test
    void aFullQuotaBlocksTheGroupWithItsOwnReasonK18() throws InterruptedException {
        limit(0, "max_instances", 0);
        Shop shop = Shop.on(server);
        shop.deployed("blocked", Shop.MANIFEST.replace("shop.example.com", "blocked.example.com"));

        Instant deadline = Instant.now().plusSeconds(60);
        long seen = 0;
        String status = "";
        while (!status.contains("org_quota_exceeded:max_instances")) {
            assertThat(Instant.now()).as(status).isBefore(deadline);
            seen = server.control().store().awaitBeyond(seen, Duration.ofMillis(200));
            status = operator.get(shop.env() + "/status").json().toString();
        }
    }

    @Test
    void racingRequestsNeverPassALimitK18() throws InterruptedException, ExecutionException {
        String project = operator.post(org + "/projects", Json.object().put("name", "race"))
                .id();
        limit(0, "max_apps", 5);
        List<Callable<TestReply>> racers = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            ObjectNode body = Json.object().put("project_id", project).put("name", "app-" + i);
            racers.add(() -> operator.post(org + "/apps", body));
        }

        List<String> outcomes = new ArrayList<>();
        try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<TestReply> reply : executor.invokeAll(racers)) {
                outcomes.add(
                        reply.get().status() == 201 ? "created" : reply.get().code());
            }
        }

        assertThat(outcomes.stream().filter("created"::equals)).hasSize(5);
        assertThat(outcomes.stream().filter("quota_exceeded"::equals)).hasSize(11);
        assertThat(used("max_apps")).isEqualTo(5);
    }

    @Test
    void loweringALimitStopsGrowthOnlyK18() {
        Shop shop = Shop.on(server);
        limit(0, "max_apps", 0);

        assertThat(operator.get(shop.app()).status()).isEqualTo(200);
        assertThat(operator.patch(shop.app(), Json.object().put("description", "still here"))
                        .status())
                .isEqualTo(200);
    }
}
