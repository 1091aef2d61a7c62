package dev.vt.control.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.GetStatusRequest;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.testing.TestServer;
import io.grpc.MethodDescriptor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Calls over both protocols are counted together (api.md §8). */
class RpcRateTest {
    @RegisterExtension
    final TestServer server = TestServer.limitedTo(new RateLimiter.Limits(6, 100, 100, 100));

    @Test
    void callsOverGrpcAndHttpAreOneCount() {
        MethodDescriptor<Message, Message> status = RpcApi.methods(
                        server.control().endpoints())
                .stream()
                .filter(method -> method.endpoint().operation().equals("cluster.get"))
                .findFirst()
                .orElseThrow()
                .descriptor();
        try (TestRpc rpc = TestRpc.on(server).token(server.bootstrapped().token())) {
            for (int i = 0; i < 3; i++) {
                assertThat(rpc.call(status, GetStatusRequest.getDefaultInstance())
                                .code())
                        .isEqualTo("ok");
                assertThat(server.operator().get("/v1/cluster").status()).isEqualTo(200);
            }

            TestRpc.Outcome refused = rpc.call(status, GetStatusRequest.getDefaultInstance());

            assertThat(refused.code()).isEqualTo("rate_limited");
            assertThat(refused.problem()).isNotNull();
            assertThat(refused.details().path("retry_after_seconds").asLong()).isPositive();
            assertThat(refused.metadata("ratelimit-remaining")).isEqualTo("0");
            assertThat(server.operator().get("/v1/cluster").code()).isEqualTo("rate_limited");
        }
    }
}
