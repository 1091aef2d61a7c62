package dev.vt.control.server;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.ServerCompareRequest;
import dev.vt.api.proto.ServerCompareResponse;
import dev.vt.api.proto.ServerPlaneGrpc;
import dev.vt.api.proto.ServerViewDigests;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.cluster.Servers.Server;
import dev.vt.control.cluster.StateComparison;
import dev.vt.eventlog.ViewDigests;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks another server over its gRPC port, as a server of the cluster; a connection per question, because they are rare. */
public final class ComparisonClient implements StateComparison.Peer {
    private static final Logger log = LoggerFactory.getLogger(ComparisonClient.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(3);

    private final Supplier<ServerIdentity> identity;

    public ComparisonClient(Supplier<ServerIdentity> identity) {
        this.identity = identity;
    }

    @Override
    public Optional<StateComparison.Answer> ask(Server server, long eventId) {
        return server.addresses().flatMap(addresses -> ask(addresses.grpc(), eventId));
    }

    private Optional<StateComparison.Answer> ask(URI address, long eventId) {
        ManagedChannel channel = null;
        try {
            channel = ServerChannels.open(address, identity.get());
            ServerCompareResponse answer = ServerPlaneGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                    .compare(ServerCompareRequest.newBuilder()
                            .setEventId(eventId)
                            .build());
            return Optional.of(new StateComparison.Answer(
                    answer.getChainHash().isEmpty() ? Optional.empty() : Optional.of(hex(answer.getChainHash())),
                    answer.getViewsList().stream().map(ComparisonClient::views).toList()));
        } catch (StatusRuntimeException | IOException e) {
            log.debug("a server does not say how far its log is address={}", address, e);
            return Optional.empty();
        } finally {
            if (channel != null) {
                channel.shutdownNow();
            }
        }
    }

    private static ViewDigests views(ServerViewDigests views) {
        Map<String, String> digests = new TreeMap<>();
        views.getDigestsMap().forEach((view, digest) -> digests.put(view, hex(digest)));
        return new ViewDigests(views.getEventId(), digests);
    }

    private static String hex(ByteString bytes) {
        return HexFormat.of().formatHex(bytes.toByteArray());
    }
}
