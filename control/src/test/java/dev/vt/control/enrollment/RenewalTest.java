package dev.vt.control.enrollment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.RenewRequest;
import dev.vt.control.ca.TestRequests;
import dev.vt.control.plane.GrpcProblems;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.Signature;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** SC-6 over the real port. Days pass on the server's clock only; TLS knows the real one, so the tests begin in the past. */
class RenewalTest {
    @RegisterExtension
    final TestServer server = TestServer.still();

    private static final Duration DUE = Duration.ofDays(21);

    @BeforeEach
    void beginInThePast() {
        server.advance(DUE.negated());
    }

    private static RenewRequest request(TestMember member, KeyPair next) {
        return request(
                member.identity().getCertificateDer(), next, member.pair().getPrivate());
    }

    private static RenewRequest request(ByteString certificate, KeyPair next, PrivateKey prover) {
        byte[] request = TestRequests.request(next);
        return RenewRequest.newBuilder()
                .setCertificateDer(certificate)
                .setCsrDer(ByteString.copyFrom(request))
                .setProof(ByteString.copyFrom(proof(request, prover)))
                .build();
    }

    private static byte[] proof(byte[] request, PrivateKey prover) {
        try {
            Signature signature = Signature.getInstance("SHA256withECDSA");
            signature.initSign(prover);
            signature.update("vt-renew-v1\0".getBytes(StandardCharsets.US_ASCII));
            signature.update(request);
            return signature.sign();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static KeyPair key() {
        return TestRequests.keyPair("secp256r1");
    }

    private ByteString renew(RenewRequest request) {
        try (TestMember stranger = TestMember.stranger(server)) {
            return EnrollmentGrpc.newBlockingStub(stranger.channel())
                    .renew(request)
                    .getCertificateDer();
        }
    }

    private String refusal(RenewRequest request) {
        StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, () -> renew(request));
        return String.valueOf(Objects.requireNonNull(refused.getTrailers()).get(GrpcProblems.CODE));
    }

    private TestMember renewed(TestMember member, KeyPair next) {
        ByteString certificate = renew(request(member, next));
        return member.as(
                next,
                member.identity().toBuilder().setCertificateDer(certificate).build());
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "edge"})
    void aMemberGetsTheNextCertificateAndItsStreamStays(String kind) {
        try (TestMember member = TestMember.enrolled(server, kind, "m1")) {
            boolean node = kind.equals("node");
            var link = node ? member.hello() : member.follow();
            link.next();
            server.advance(DUE);

            try (TestMember next = renewed(member, key())) {
                assertThat(member.id()).isEqualTo(next.id());
                (node ? next.hello() : next.follow()).next();
                // SC-6: both are taken for a day, then only the new one.
                (node ? member.hello() : member.follow()).next();
                server.advance(Duration.ofHours(25));
                assertThat((node ? member.hello() : member.follow()).end().getCode())
                        .isEqualTo(Status.Code.PERMISSION_DENIED);
                (node ? next.hello() : next.follow()).next();
                assertThat(server.operator()
                                .get("/v1/" + kind + "s/" + member.id())
                                .json()
                                .path("cert_not_after")
                                .asText())
                        .startsWith(server.now()
                                .minus(Duration.ofHours(25))
                                .plus(Duration.ofDays(30))
                                .toString()
                                .substring(0, 10));
            }
        }
    }

    /** The stream that a certificate opened is not cut when another takes its place. */
    @Test
    void anOpenStreamOutlivesItsCertificate() {
        try (TestMember node = TestMember.enrolled(server, "node", "n1")) {
            var link = node.hello();
            link.next();
            server.advance(DUE);
            renew(request(node, key()));
            server.advance(Duration.ofHours(25));

            link.send(TestMember.heartbeat());
            server.operator()
                    .patch(
                            "/v1/nodes/" + node.id(),
                            Json.parse("{\"labels\":{\"a\":\"b\"}}".getBytes(StandardCharsets.UTF_8)));

            assertThat(link.isOpen()).isTrue();
            assertThat(server.control().nodeLinks().isConnected(node.id())).isTrue();
        }
    }

    /** kill -9 between the server's commit and the member's disk: it asks again with the key that it kept. */
    @Test
    void aLostAnswerIsGivenAgainHoweverLate() {
        try (TestMember node = TestMember.enrolled(server, "node", "n1")) {
            server.advance(DUE);
            KeyPair next = key();
            ByteString first = renew(request(node, next));
            long head = server.control().store().head();

            assertThat(renew(request(node, next))).isEqualTo(first);
            server.advance(Duration.ofDays(3));
            assertThat(renew(request(node, next))).isEqualTo(first);
            // No event: whoever repeats costs nothing.
            assertThat(server.control().store().head()).isEqualTo(head);
            // Another key than the one that was answered is another machine's, or an attacker's with the old key.
            assertThat(refusal(request(node, key()))).isEqualTo("unauthorized");
        }
    }

    @Test
    void oneWhoseCertificateEndedHasSevenDays() {
        server.advance(Duration.ofDays(-15));
        try (TestMember node = TestMember.enrolled(server, "node", "n1");
                TestMember late = TestMember.enrolled(server, "node", "n2")) {
            server.advance(Duration.ofDays(36));
            try (TestMember again = renewed(node, key())) {
                again.hello().next();
            }

            server.advance(Duration.ofDays(2));
            RenewRequest tooLate = request(late, key());
            assertThat(refusal(tooLate)).isEqualTo("unauthorized");
            StatusRuntimeException refused = catchThrowableOfType(StatusRuntimeException.class, () -> renew(tooLate));
            assertThat(refused.getStatus().getDescription()).contains("must enrol again");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"node", "edge"})
    void aRevokedMemberGetsNothing(String kind) {
        try (TestMember member = TestMember.enrolled(server, kind, "m1")) {
            server.advance(DUE);
            KeyPair next = key();
            renew(request(member, next));
            server.operator().post("/v1/" + kind + "s/" + member.id() + "/revoke", Json.object());

            assertThat(refusal(request(member, next))).isEqualTo("forbidden");
            assertThat(refusal(request(member, key()))).isEqualTo("forbidden");
        }
    }

    @Test
    void whatProvesNothingIsRefused() {
        try (TestMember node = TestMember.enrolled(server, "node", "n1");
                TestMember other = TestMember.enrolled(server, "node", "n2")) {
            assertThat(refusal(request(node, key()))).as("too early").isEqualTo("invalid_state");
            server.advance(DUE);
            ByteString certificate = node.identity().getCertificateDer();
            RenewRequest good = request(node, key());

            assertThat(refusal(request(certificate, key(), other.pair().getPrivate())))
                    .as("another's key")
                    .isEqualTo("unauthorized");
            assertThat(refusal(good.toBuilder()
                            .setCsrDer(request(node, key()).getCsrDer())
                            .build()))
                    .as("proof of another request")
                    .isEqualTo("unauthorized");
            assertThat(refusal(good.toBuilder()
                            .setProof(ByteString.copyFromUtf8("x"))
                            .build()))
                    .isEqualTo("unauthorized");
            assertThat(refusal(good.toBuilder()
                            .setCertificateDer(ByteString.copyFromUtf8("x"))
                            .build()))
                    .isEqualTo("unauthorized");
            assertThat(refusal(good.toBuilder()
                            .setCertificateDer(node.identity().getCaDer(0))
                            .build()))
                    .as("the authority's own certificate")
                    .isEqualTo("unauthorized");
            assertThat(refusal(request(node, TestRequests.keyPair("secp384r1"))))
                    .isEqualTo("invalid_argument");
            assertThat(refusal(request(node, node.pair()))).as("the same key").isEqualTo("invalid_argument");
            assertThat(refusal(RenewRequest.getDefaultInstance())).isEqualTo("unauthorized");
            // None of it was appended.
            assertThat(server.operator()
                            .get("/v1/cluster/events?type=node.certificate_renewed")
                            .json()
                            .path("items"))
                    .isEmpty();
            renew(good);
        }
    }

    /** Of requests that race with one certificate and different keys one is answered. */
    @Test
    void onlyOneOfManyAtOnce() throws InterruptedException, ExecutionException {
        try (TestMember node = TestMember.enrolled(server, "node", "n1");
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            server.advance(DUE);
            List<Callable<String>> calls = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                RenewRequest request = request(node, key());
                calls.add(() -> {
                    try {
                        renew(request);
                        return "renewed";
                    } catch (StatusRuntimeException e) {
                        return String.valueOf(
                                Objects.requireNonNull(e.getTrailers()).get(GrpcProblems.CODE));
                    }
                });
            }
            List<String> outcomes = new ArrayList<>();
            for (Future<String> outcome : threads.invokeAll(calls, 60, TimeUnit.SECONDS)) {
                outcomes.add(outcome.get());
            }

            assertThat(outcomes).filteredOn("renewed"::equals).hasSize(1);
            assertThat(outcomes)
                    .allMatch(outcome -> List.of("renewed", "unauthorized", "rate_limited", "concurrent_update")
                            .contains(outcome));
        }
    }

    @Test
    void renewalsAreCounted() {
        try (TestMember node = TestMember.enrolled(server, "node", "n1")) {
            assertThat(refusal(request(node, key()))).isEqualTo("invalid_state");
            server.advance(DUE);
            KeyPair next = key();
            renew(request(node, next));
            renew(request(node, next));
        }

        String metrics = new String(server.operator().get("/metrics").body(), StandardCharsets.UTF_8);
        assertThat(metrics)
                .contains("vt_certificate_renewals_total{kind=\"node\",result=\"invalid_state\"} 1.0")
                .contains("vt_certificate_renewals_total{kind=\"node\",result=\"renewed\"} 1.0")
                .contains("vt_certificate_renewals_total{kind=\"node\",result=\"repeated\"} 1.0");
    }
}
