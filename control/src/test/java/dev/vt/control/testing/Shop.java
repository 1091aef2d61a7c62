package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;

/** A project, an app and an environment on a test server, and the everyday calls on them. */
public final class Shop {
    /** One process, one route. */
    public static final String MANIFEST = """
            schema_version = "v1"
            [processes.web.resources]
            memory = "256Mi"
            [[processes.web.ports]]
            name = "https"
            internal = 8443
            [processes.web.health]
            port = "https"
            [[routes]]
            hostname = "shop.example.com"
            process = "web"
            port = "https"
            """;

    private final TestServer server;
    private final TestClient client;
    private final String org;
    private final String appId;
    private final String envId;

    private Shop(TestServer server, String orgId, String name) {
        this.server = server;
        this.client = server.operator();
        this.org = "/v1/orgs/" + orgId;
        String project =
                client.post(org + "/projects", Json.object().put("name", name)).id();
        this.appId = client.post(
                        org + "/apps", Json.object().put("project_id", project).put("name", name))
                .id();
        this.envId = client.post(org + "/apps/" + appId + "/envs", Json.object().put("name", "prod"))
                .id();
    }

    public static Shop on(TestServer server) {
        return new Shop(server, server.orgId(), "shop");
    }

    /** Another app with an environment of its own, in the same org. */
    public Shop another(String name) {
        return new Shop(server, org.substring(org.lastIndexOf('/') + 1), name);
    }

    /** An app with an environment in a new org. */
    public Shop inAnotherOrg(String name) {
        String other = client.post("/v1/orgs", Json.object().put("name", name)).id();
        return new Shop(server, other, name);
    }

    /** A TLS route to the process of {@link #MANIFEST}. */
    public TestReply route(String hostname) {
        ObjectNode body = Json.object().put("hostname", hostname);
        body.putObject("target").put("process_type", "web").put("port", "https");
        return client.post(env() + "/routes", body);
    }

    public TestClient client() {
        return client;
    }

    /** {@code /v1/orgs/…}. */
    public String org() {
        return org;
    }

    public String app() {
        return org + "/apps/" + appId;
    }

    public String env() {
        return org + "/envs/" + envId;
    }

    public String envId() {
        return envId;
    }

    public TestReply confirmNone() {
        return client.post(env() + "/secrets/confirm-none", Json.object());
    }

    public TestReply release(String image, String manifest) {
        return client.post(
                app() + "/releases", Json.object().put("image_ref", image).put("manifest", manifest));
    }

    /** The id of the release of an image with this content. */
    public String released(String content, String manifest) {
        server.images().put("registry.test/shop:" + content, content);
        TestReply reply = release("registry.test/shop:" + content, manifest);
        assertThat(reply.status()).as(reply.toString()).isIn(200, 201);
        return reply.id();
    }

    public TestReply deploy(String releaseId) {
        return deploy(Json.object().put("release_id", releaseId));
    }

    public TestReply deploy(ObjectNode body) {
        return client.post(env() + "/deploys", body);
    }

    /** Through the gate, with an image of this content; the id of the deploy. */
    public String deployed(String content, String manifest) {
        confirmNone();
        TestReply reply = deploy(
                Json.object().put("release_id", released(content, manifest)).put("allow_destructive", true));
        assertThat(reply.status()).as(reply.toString()).isEqualTo(202);
        return reply.id();
    }
}
