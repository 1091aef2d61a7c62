package dev.vt.control.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RouteStatus;
import dev.vt.api.proto.ToEdge;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class RouteHandlersTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    private Shop shop;

    @BeforeEach
    void deploy() {
        shop = Shop.on(server);
        shop.deployed("one", Shop.MANIFEST);
    }

    private static ObjectNode tls(String hostname) {
        ObjectNode body = Json.object().put("hostname", hostname);
        body.putObject("target").put("process_type", "web").put("port", "https");
        return body;
    }

    private static ObjectNode raw(int listenPort) {
        ObjectNode body = Json.object().put("kind", "tcp_raw").put("listen_port", listenPort);
        body.putObject("target").put("process_type", "web").put("port", 8443);
        return body;
    }

    private TestReply create(ObjectNode body) {
        return shop.client().post(shop.env() + "/routes", body);
    }

    private TestReply delete(TestReply route) {
        return shop.client().delete(shop.org() + "/routes/" + route.id());
    }

    @Test
    void aRouteIsStoredInItsNormalForm() {
        TestReply reply = create(tls("B\u00dcCHER.Example."));

        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
        JsonNode route = reply.resource();
        assertThat(route.path("hostname").asText()).isEqualTo("xn--bcher-kva.example");
        assertThat(route.path("listen_port").asInt()).isEqualTo(443);
        assertThat(route.at("/target/port").asInt()).isEqualTo(8443);
        assertThat(route.path("managed_by").asText()).isEqualTo("api");
        assertThat(route.path("proxy_tlvs").toString()).isEqualTo("[\"authority\",\"unique_id\"]");
    }

    @Test
    void aHostnameBelongsToOneEnvironmentUntilItsLastRouteGoesR2() {
        TestReply first = create(tls("a.example.com"));
        TestReply second = create(tls("a.example.com").put("listen_port", 8443));
        Shop other = shop.another("other");
        other.deployed("one", Shop.MANIFEST.replace("shop.example.com", "other.example.com"));

        assertThat(second.status()).isEqualTo(201);
        assertThat(create(tls("a.example.com")).code()).isEqualTo("hostname_taken");
        assertThat(other.client()
                        .post(other.env() + "/routes", tls("a.example.com"))
                        .code())
                .isEqualTo("hostname_taken");
        delete(first);
        assertThat(other.client()
                        .post(other.env() + "/routes", tls("a.example.com"))
                        .code())
                .isEqualTo("hostname_taken");
        delete(second);
        assertThat(other.client()
                        .post(other.env() + "/routes", tls("a.example.com"))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void aTakenHostnameIsSaidEvenWhereNothingIsDeployed() {
        TestReply reply = shop.client().post(shop.another("bare").env() + "/routes", tls("shop.example.com"));

        assertThat(reply.code()).isEqualTo("hostname_taken");
        assertThat(reply.json().path("hint").asText()).isNotEmpty();
    }

    @Test
    void aRawPortHasOneRouteAndNoOtherKindR3() {
        TestReply raw = create(raw(9000));

        assertThat(raw.status()).as(raw.toString()).isEqualTo(201);
        assertThat(create(raw(9000)).code()).isEqualTo("port_taken");
        assertThat(create(tls("a.example.com").put("listen_port", 9000)).code()).isEqualTo("port_taken");
        delete(raw);
        TestReply tls = create(tls("a.example.com").put("listen_port", 9000));
        assertThat(tls.status()).isEqualTo(201);
        assertThat(create(raw(9000)).code()).isEqualTo("port_taken");
        delete(tls);
        assertThat(create(raw(9000)).status()).isEqualTo(201);
    }

    @Test
    void whatTheTargetDoesNotDeclareIsRefusedR4() {
        ObjectNode number = tls("a.example.com");
        number.withObject("/target").put("port", 1);
        ObjectNode name = tls("a.example.com");
        name.withObject("/target").put("port", "http");
        ObjectNode process = tls("a.example.com");
        process.withObject("/target").put("process_type", "none");

        assertThat(create(number).code()).isEqualTo("backend_port_undeclared");
        assertThat(create(name).code()).isEqualTo("backend_port_undeclared");
        assertThat(create(process).code()).isEqualTo("unknown_process_type");
        assertThat(create(tls("a.example.com").put("proxy_protocol", "v2")).code())
                .isEqualTo("proxy_ack_required");
    }

    @Test
    void portsAndAddressesThatAreNotOfferedAreRefusedR5() {
        assertThat(create(raw(25)).code()).isEqualTo("port_denied");
        assertThat(create(raw(443)).code()).isEqualTo("port_denied");
        assertThat(create(raw(80)).code()).isEqualTo("port_denied");
        assertThat(create(tls("a.example.com").put("listen_port", 80)).code()).isEqualTo("port_denied");
        assertThat(create(tls("a.example.com").put("ipv4", "required")).code()).isEqualTo("ipv4_not_enabled");
        assertThat(create(tls("localhost")).code()).isEqualTo("hostname_invalid");
        assertThat(create(tls("*.example.com")).code()).isEqualTo("hostname_invalid");
        assertThat(create(tls("a.example.com").put("kind", "http_terminate")).code())
                .isEqualTo("not_supported");
        assertThat(create(raw(9000).put("kind", "tls_passthrough")).code()).isEqualTo("invalid_argument");
    }

    @Test
    void theOperatorDeniesPortsR5() {
        ObjectNode document = Json.object();
        document.putObject("document")
                .putObject("edge")
                .putArray("denied_ports")
                .add(9000)
                .add(8443);
        assertThat(create(raw(9000)).status()).isEqualTo(201);

        assertThat(shop.client().ifMatch(0).put("/v1/cluster/config", document).status())
                .isEqualTo(200);

        assertThat(create(raw(9000)).code()).isEqualTo("port_denied");
        assertThat(create(tls("a.example.com").put("listen_port", 8443)).code()).isEqualTo("port_denied");
        assertThat(create(raw(9001)).status()).isEqualTo(201);
        document.withObject("/document/edge").putArray("denied_ports").add(0);
        assertThat(shop.client().ifMatch(1).put("/v1/cluster/config", document).code())
                .isEqualTo("config_invalid");
    }

    @Test
    void aManifestThatRequiresIpv4IsRefusedWithoutTheAddOnR5() {
        TestReply deploy = shop.deploy(shop.released(
                "two",
                Shop.MANIFEST.replace(
                        "port = \"https\"\n[[routes]]", "port = \"https\"\n[[routes]]\nipv4 = \"required\"")));

        assertThat(deploy.code()).isEqualTo("ipv4_not_enabled");
    }

    @Test
    void limitsAndDeletionAreSettingsOfARoute_F5_C5() {
        TestReply route = create(tls("a.example.com").put("max_connections", 5).put("terminate_on_delete", true));

        assertThat(route.resource().path("max_connections").asInt()).isEqualTo(5);
        assertThat(route.resource().path("terminate_on_delete").asBoolean()).isTrue();
        TestReply changed = shop.client()
                .patch(shop.org() + "/routes/" + route.id(), Json.object().put("max_connections", 0));
        assertThat(changed.resource().path("max_connections").asInt()).isZero();
        assertThat(create(tls("b.example.com").put("max_connections", -1)).code())
                .isEqualTo("invalid_argument");
    }

    @Test
    void aRouteIsChangedByPatch() {
        TestReply route = create(tls("a.example.com"));
        String path = shop.org() + "/routes/" + route.id();
        ObjectNode patch = Json.object()
                .put("proxy_protocol", "v2")
                .put("backend_expects_proxy_protocol", true)
                .put("balance", "least_connections");

        TestReply changed = shop.client().patch(path, patch);

        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        assertThat(changed.resource().path("proxy_protocol").asText()).isEqualTo("v2");
        assertThat(shop.client().patch(path, patch).receiptStatus()).isEqualTo("unchanged");
        assertThat(shop.client()
                        .patch(path, Json.object().put("hostname", "b.example.com"))
                        .code())
                .isEqualTo("invalid_argument");
        assertThat(shop.client()
                        .ifMatch(1)
                        .patch(path, Json.object().put("balance", "round_robin"))
                        .code())
                .isEqualTo("version_conflict");
    }

    @Test
    void aRouteOfTheManifestIsChangedThereOnly() {
        String id = shop.client()
                .get(shop.env() + "/routes")
                .json()
                .at("/items/0/id")
                .asText();

        assertThat(shop.client()
                        .patch(shop.org() + "/routes/" + id, Json.object().put("allow_no_sni", true))
                        .code())
                .isEqualTo("owned_by_deploy");
    }

    @Test
    void deployingLeavesRoutesMadeByHand() {
        TestReply route = create(tls("hand.example.com"));

        shop.deployed("two", "routes = []\n" + Shop.MANIFEST.substring(0, Shop.MANIFEST.indexOf("[[routes]]")));

        JsonNode routes = shop.client().get(shop.env() + "/routes").json();
        assertThat(routes.path("items")).hasSize(1);
        assertThat(routes.at("/items/0/id").asText()).isEqualTo(route.id());
    }

    @Test
    void anEndpointSaysWhyItDoesNotServe() {
        JsonNode endpoint = shop.client().get(shop.env() + "/endpoints").json().at("/items/0");

        assertThat(endpoint.path("hostname").asText()).isEqualTo("shop.example.com");
        assertThat(endpoint.path("state").asText()).isEqualTo("pending");
        assertThat(endpoint.path("reason_code").asText()).isEqualTo("edge_not_applied");
        assertThat(endpoint.path("detail").asText()).contains("vt edges list");
    }

    /** Each caused by what an edge reports; the other reasons are in RouteEndpointTest and HostnameProverTest. */
    @Test
    void anEndpointFollowsWhatEdgesReportR6() {
        try (TestMember edge = TestMember.enrolled(server, "edge", "edge-1")) {
            TestStream<FromEdge, ToEdge> stream = edge.follow();
            String route = Json.read(stream.next().getTableJson().toByteArray(), EdgeTable.class)
                    .routes()
                    .getFirst()
                    .routeId();

            assertThat(endpointAfter(stream, route, "failed", "bind_failed")).isEqualTo("failed");
            assertThat(endpointAfter(stream, route, "bound", "no_ready_backend"))
                    .isEqualTo("pending");
        }
    }

    /** The state of the endpoint once it has the reason. */
    private String endpointAfter(TestStream<FromEdge, ToEdge> stream, String route, String status, String reason) {
        stream.send(FromEdge.newBuilder()
                .setRouteStatus(RouteStatus.newBuilder()
                        .setRouteId(route)
                        .setStatus(status)
                        .setReasonCode(status.equals("failed") ? "bind_failed" : ""))
                .build());
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            JsonNode endpoint =
                    shop.client().get(shop.env() + "/endpoints").json().at("/items/0");
            if (endpoint.path("reason_code").asText().equals(reason)) {
                assertThat(endpoint.path("detail").asText()).isNotEmpty();
                return endpoint.path("state").asText();
            }
            assertThat(System.nanoTime()).as(endpoint.toString()).isLessThan(deadline);
        }
    }

    @Test
    void deletingTwiceIsUnchanged() {
        TestReply route = create(tls("a.example.com"));

        assertThat(delete(route).receiptStatus()).isEqualTo("applied");
        assertThat(delete(route).receiptStatus()).isEqualTo("unchanged");
        assertThat(shop.client().get(shop.org() + "/routes/" + route.id()).code())
                .isEqualTo("resource_deleted");
    }
}
