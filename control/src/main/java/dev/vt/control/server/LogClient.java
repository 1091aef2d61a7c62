package dev.vt.control.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.vt.api.proto.LogAppendRequest;
import dev.vt.api.proto.LogAppendResponse;
import dev.vt.api.proto.LogPlaneGrpc;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.raft.BatchTransport;
import dev.vt.kernel.Json;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;

/** Takes batches to the leader, as a server of the cluster; a connection per batch, because requests go there by themselves. */
public final class LogClient implements BatchTransport {
    private final Supplier<ServerIdentity> identity;
    private final Function<String, Optional<URI>> addresses;

    /** @param addresses gRPC address of a server by its id */
    public LogClient(Supplier<ServerIdentity> identity, Function<String, Optional<URI>> addresses) {
        this.identity = identity;
        this.addresses = addresses;
    }

    @Override
    public AppendResult append(String leaderId, byte[] batch, Duration within) throws IOException {
        URI address =
                addresses.apply(leaderId).orElseThrow(() -> new IOException("no address of " + leaderId + " is known"));
        ManagedChannel channel = ServerChannels.open(address, identity.get());
        try {
            return result(LogPlaneGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(within.toMillis(), TimeUnit.MILLISECONDS)
                    .append(LogAppendRequest.newBuilder()
                            .setBatch(ByteString.copyFrom(batch))
                            .build()));
        } catch (StatusRuntimeException e) {
            throw new IOException("the server at " + address + " took no batch", e);
        } finally {
            channel.shutdownNow();
        }
    }

    private static AppendResult result(LogAppendResponse answer) {
        return switch (answer.getResultCase()) {
            case APPLIED ->
                new AppendResult.Applied(
                        answer.getApplied().getFirst(), answer.getApplied().getLast());
            case REJECTED ->
                new AppendResult.Rejected(
                        answer.getRejected().getIndex(),
                        answer.getRejected().getKind(),
                        facts(Json.parse(answer.getRejected().getFactsJson().toByteArray())));
            case UNKNOWN -> new AppendResult.Unknown(answer.getUnknown());
            case RESULT_NOT_SET -> new AppendResult.Unknown("an answer of a newer server");
        };
    }

    private static Map<String, Object> facts(JsonNode json) {
        Map<String, Object> facts = new HashMap<>();
        json.properties()
                .forEach(fact -> facts.put(
                        fact.getKey(),
                        fact.getValue().isIntegralNumber()
                                ? fact.getValue().asLong()
                                : fact.getValue().asText()));
        return facts;
    }
}
