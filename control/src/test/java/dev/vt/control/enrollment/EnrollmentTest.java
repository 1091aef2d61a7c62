package dev.vt.control.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.control.ca.TestRequests;
import dev.vt.control.plane.GrpcProblems;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class EnrollmentTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    private static final AtomicInteger NAMES = new AtomicInteger();

    private static String name() {
        return "machine-" + NAMES.incrementAndGet();
    }

    private static KeyPair key() {
        return TestRequests.keyPair("secp256r1");
    }

    private static String refusal(EnrollRequest request) {
        try (TestMember stranger = TestMember.stranger(server)) {
            StatusRuntimeException refused =
                    catchThrowableOfType(StatusRuntimeException.class, () -> stranger.enroll(request));
            assertThat(refused).as("was admitted").isNotNull();
            return String.valueOf(refused.getTrailers().get(GrpcProblems.CODE));
        }
    }

    private static JsonNode tokens() {
        return server.operator()
                .get("/v1/enrollment-tokens?order=desc&limit=1")
                .json()
                .path("items");
    }

    @Test
    void aNodeGetsAnIdentityAnAddressAndItsBlock() {
        String name = name();
        try (TestMember node = TestMember.enrolled(server, "node", name)) {
            EnrollResponse identity = node.identity();
            JsonNode shown = server.operator().get("/v1/nodes/" + node.id()).json();

            assertThat(identity.getId()).startsWith("node_");
            assertThat(identity.getClusterId()).startsWith("cls_");
            assertThat(identity.getOverlayIpv6()).startsWith("fd").contains("::");
            assertThat(identity.getAddressBlock()).endsWith("::/80");
            assertThat(shown.path("name").asText()).isEqualTo(name);
            assertThat(shown.path("state").asText()).isEqualTo("enrolled");
            assertThat(shown.path("address_block").asText()).isEqualTo(identity.getAddressBlock());
            assertThat(shown.at("/allocatable/memory_bytes").asLong())
                    .isEqualTo((8L << 30) - (512L << 20) - (8L << 30) / 20);
            JsonNode token = tokens().get(0);
            assertThat(token.path("status").asText()).isEqualTo("consumed");
            assertThat(token.path("by_id").asText()).isEqualTo(node.id());
        }
    }

    @Test
    void everyNodeHasAnAddressOfItsOwn() {
        List<String> addresses = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            try (TestMember node = TestMember.enrolled(server, "node", name())) {
                addresses.add(node.identity().getOverlayIpv6());
                addresses.add(node.identity().getAddressBlock());
            }
        }
        assertThat(addresses).doesNotHaveDuplicates();
    }

    @Test
    void anEdgeGetsNoOverlayAddress() {
        try (TestMember edge = TestMember.enrolled(server, "edge", name())) {
            assertThat(edge.id()).startsWith("edge_");
            assertThat(edge.identity().getOverlayIpv6()).isEmpty();
            assertThat(server.operator()
                            .get("/v1/edges/" + edge.id())
                            .json()
                            .path("state")
                            .asText())
                    .isEqualTo("active");
        }
    }

    @Test
    void aTokenWorksOnceSc1() {
        String token = TestMember.token(server, "node");
        try (TestMember stranger = TestMember.stranger(server)) {
            stranger.enroll(TestMember.request("node", token, name(), key()));
        }
        assertThat(refusal(TestMember.request("node", token, name(), key()))).isEqualTo("token_invalid");
    }

    @Test
    void ofMachinesThatRaceWithOneTokenOneGetsInSc2() throws Exception {
        String token = TestMember.token(server, "node");
        List<Callable<String>> race = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            EnrollRequest request = TestMember.request("node", token, name(), key());
            race.add(() -> {
                try (TestMember stranger = TestMember.stranger(server)) {
                    return stranger.enroll(request).getId();
                } catch (StatusRuntimeException e) {
                    return String.valueOf(e.getTrailers().get(GrpcProblems.CODE));
                }
            });
        }
        List<String> outcomes = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> outcome : threads.invokeAll(race)) {
                outcomes.add(outcome.get());
            }
        }
        assertThat(outcomes).filteredOn(outcome -> outcome.startsWith("node_")).hasSize(1);
        assertThat(outcomes).filteredOn("token_invalid"::equals).hasSize(3);
    }

    @Test
    void machinesThatEnrollAtOnceGetDifferentAddresses() throws Exception {
        List<Callable<String>> machines = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            EnrollRequest request = TestMember.request("node", TestMember.token(server, "node"), name(), key());
            machines.add(() -> {
                try (TestMember stranger = TestMember.stranger(server)) {
                    return stranger.enroll(request).getOverlayIpv6();
                }
            });
        }
        List<String> addresses = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<String> address : threads.invokeAll(machines)) {
                addresses.add(address.get());
            }
        }
        assertThat(addresses).hasSize(4).doesNotHaveDuplicates();
    }

    @Test
    void wrongForeignAndRevokedTokensAreOneAnswerSc1() {
        String edgeToken = TestMember.token(server, "edge");
        String revoked = TestMember.token(server, "node");
        server.operator()
                .delete("/v1/enrollment-tokens/" + tokens().get(0).path("id").asText());

        assertThat(refusal(TestMember.request("node", edgeToken, name(), key())))
                .isEqualTo("token_invalid");
        assertThat(refusal(TestMember.request("node", revoked, name(), key()))).isEqualTo("token_invalid");
        assertThat(refusal(TestMember.request("node", "vt_enr_" + "A".repeat(43), name(), key())))
                .isEqualTo("token_invalid");
        assertThat(refusal(TestMember.request("node", "nonsense", name(), key())))
                .isEqualTo("token_invalid");
        assertThat(refusal(TestMember.request("node", server.bootstrapped().token(), name(), key())))
                .isEqualTo("token_invalid");
    }

    @Test
    void whatIsMalformedOrTakenDoesNotUseTheTokenUpSc2() {
        String token = TestMember.token(server, "node");
        String name = name();
        EnrollRequest good = TestMember.request("node", token, name, key());
        TestMember.enrolled(server, "node", "taken").close();

        assertThat(refusal(good.toBuilder()
                        .setCsrDer(ByteString.copyFromUtf8("no"))
                        .build()))
                .isEqualTo("invalid_argument");
        assertThat(refusal(good.toBuilder()
                        .setInventoryJson(ByteString.copyFromUtf8("{}"))
                        .build()))
                .isEqualTo("invalid_argument");
        assertThat(refusal(good.toBuilder().setName("Not A Name").build())).isEqualTo("invalid_argument");
        assertThat(refusal(good.toBuilder()
                        .clearAddresses()
                        .addAddresses("host.example")
                        .build()))
                .isEqualTo("invalid_argument");
        assertThat(refusal(good.toBuilder().setName("taken").build())).isEqualTo("name_taken");

        try (TestMember stranger = TestMember.stranger(server)) {
            assertThat(stranger.enroll(good).getId()).startsWith("node_");
        }
    }

    @Test
    void aKnownWireguardKeyUsesTheTokenUpSc2() {
        String wireguard = Base64.getEncoder().encodeToString(new byte[32]);
        try (TestMember stranger = TestMember.stranger(server)) {
            stranger.enroll(TestMember.request("node", TestMember.token(server, "node"), name(), key()).toBuilder()
                    .setWireguardPublicKey(wireguard)
                    .build());
        }
        EnrollRequest again = TestMember.request("node", TestMember.token(server, "node"), name(), key()).toBuilder()
                .setWireguardPublicKey(wireguard)
                .build();

        assertThat(refusal(again)).isEqualTo("key_enrolled");
        assertThat(refusal(again.toBuilder().clearWireguardPublicKey().build())).isEqualTo("token_invalid");
    }

    @Test
    void labelsOfTheTokenWinOverTheMachines() {
        TestReply made = server.operator()
                .post(
                        "/v1/enrollment-tokens",
                        Json.object()
                                .put("kind", "node")
                                .set("labels", Json.object().put("zone", "a")));
        try (TestMember stranger = TestMember.stranger(server)) {
            EnrollResponse member = stranger.enroll(
                    TestMember.request("node", made.json().path("secret").asText(), name(), key()).toBuilder()
                            .putLabels("zone", "b")
                            .putLabels("rack", "7")
                            .build());
            JsonNode labels =
                    server.operator().get("/v1/nodes/" + member.getId()).json().path("labels");
            assertThat(labels.path("zone").asText()).isEqualTo("a");
            assertThat(labels.path("rack").asText()).isEqualTo("7");
        }
    }

    @Test
    void tokensAreMadeByOperatorsAndShownOnce() {
        TestReply made = server.operator()
                .key("enroll-once-1")
                .post("/v1/enrollment-tokens", Json.object().put("kind", "node"));
        TestReply again = server.operator()
                .key("enroll-once-1")
                .post("/v1/enrollment-tokens", Json.object().put("kind", "node"));

        assertThat(made.status()).isEqualTo(201);
        assertThat(made.json().path("secret").asText()).matches("vt_enr_[A-Za-z0-9_-]{43}");
        assertThat(again.json().path("secret").isNull()).isTrue();
        assertThat(again.receiptStatus()).isEqualTo("replayed");
        assertThat(server.anonymous().get("/v1/enrollment-tokens").status()).isEqualTo(401);
        assertThat(server.operator()
                        .post(
                                "/v1/enrollment-tokens",
                                Json.object().put("kind", "node").put("expires_in_seconds", 60))
                        .code())
                .isEqualTo("invalid_argument");
        assertThat(server.operator()
                        .post("/v1/enrollment-tokens", Json.object().put("kind", "server"))
                        .code())
                .isEqualTo("not_supported");
    }

    @Test
    void withoutACertificateOnlyEnrollmentAnswersSc10() {
        try (TestMember stranger = TestMember.stranger(server)) {
            assertThat(stranger.link().end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
            StatusRuntimeException refused = catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> stranger.node().fetchSecrets(dev.vt.api.proto.FetchSecretsRequest.getDefaultInstance()));
            assertThat(refused.getStatus().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
        }
    }
}
