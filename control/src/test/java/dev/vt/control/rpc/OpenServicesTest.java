package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.cluster.v1.ClusterServiceGrpc;
import dev.vt.api.cluster.v1.GetStatusRequest;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import java.util.List;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Health and reflection are for everybody; the API is not opened by a machine's certificate (SC-10). */
class OpenServicesTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    @Test
    void healthIsWhatReadyzSays() {
        try (TestRpc rpc = TestRpc.on(server)) {
            HealthGrpc.HealthBlockingStub health = HealthGrpc.newBlockingStub(rpc.channel());
            assertThat(server.anonymous().get("/readyz").status()).isEqualTo(200);
            for (String service : List.of("", "vt.cluster.v1.NodeService")) {
                assertThat(health.check(HealthCheckRequest.newBuilder()
                                        .setService(service)
                                        .build())
                                .getStatus())
                        .isEqualTo(ServingStatus.SERVING);
            }
        }
    }

    @Test
    void reflectionNamesTheServicesAndHasTheirFiles() {
        try (TestRpc rpc = TestRpc.on(server)) {
            TestStream<ServerReflectionRequest, ServerReflectionResponse> stream = TestStream.open(
                    responses -> ServerReflectionGrpc.newStub(rpc.channel()).serverReflectionInfo(responses));
            stream.send(ServerReflectionRequest.newBuilder().setListServices("").build());
            assertThat(stream.next().getListServicesResponse().getServiceList())
                    .extracting(service -> service.getName())
                    .contains(
                            "vt.cluster.v1.ClusterService",
                            "vt.cluster.v1.ServerService",
                            "vt.cluster.v1.NodeService",
                            "vt.cluster.v1.ConfigService",
                            "vt.cluster.v1.AuditService",
                            "grpc.health.v1.Health");
            stream.send(ServerReflectionRequest.newBuilder()
                    .setFileContainingSymbol("vt.cluster.v1.NodeService")
                    .build());
            assertThat(stream.next().getFileDescriptorResponse().getFileDescriptorProtoCount())
                    .isPositive();
            stream.finish();
        }
    }

    @Test
    void aNodesCertificateIsNoTokenOfTheApi() {
        try (TestMember node = TestMember.enrolled(server, "node", "n1")) {
            StatusRuntimeException refused = Assertions.catchThrowableOfType(
                    StatusRuntimeException.class,
                    () -> ClusterServiceGrpc.newBlockingStub(node.channel())
                            .getStatus(GetStatusRequest.getDefaultInstance()));

            assertThat(TestRpc.problem(refused).getCode()).isEqualTo("unauthorized");
        }
    }
}
