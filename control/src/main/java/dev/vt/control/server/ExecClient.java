package dev.vt.control.server;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.ExecConnectRequest;
import dev.vt.api.proto.ExecEndRequest;
import dev.vt.api.proto.ExecEndResponse;
import dev.vt.api.proto.ExecPlaneGrpc;
import dev.vt.api.proto.ExecPlaneGrpc.ExecPlaneBlockingStub;
import dev.vt.api.proto.ExecRelayedRequest;
import dev.vt.control.ca.ServerIdentity;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.cluster.Servers;
import dev.vt.control.exec.ExecServers;
import dev.vt.control.feature.Leadership;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks over the other server's gRPC port, as a server of the cluster; a connection per question, because people start sessions. */
public final class ExecClient implements ExecServers {
    private static final Logger log = LoggerFactory.getLogger(ExecClient.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final Supplier<ServerIdentity> identity;
    private final Leadership leadership;
    private final Supplier<Optional<String>> leader;
    private final Servers servers;
    private final String self;

    /** @param leader id of the server that leads the group; asked once the store is open */
    public ExecClient(
            Supplier<ServerIdentity> identity,
            Leadership leadership,
            Supplier<Optional<String>> leader,
            Servers servers,
            String self) {
        this.identity = identity;
        this.leadership = leadership;
        this.leader = leader;
        this.servers = servers;
        this.self = self;
    }

    @Override
    public boolean leads() {
        return leadership.epoch().isPresent();
    }

    @Override
    public Optional<Leader> leader() {
        return leader.get()
                .filter(id -> !id.equals(self))
                .flatMap(this::address)
                .map(RemoteLeader::new);
    }

    private Optional<URI> address(String serverId) {
        return servers.find(serverId).flatMap(Servers.Server::addresses).map(ServerAddresses::grpc);
    }

    @Override
    public Optional<Set<String>> relayed(String serverId, Set<String> execIds) {
        Optional<URI> address = address(serverId);
        if (address.isEmpty()) {
            return Optional.of(Set.of());
        }
        try {
            return Optional.of(ask(
                    address.get(),
                    stub -> Set.copyOf(stub.relayed(ExecRelayedRequest.newBuilder()
                                    .addAllExecId(execIds)
                                    .build())
                            .getExecIdList())));
        } catch (IOException e) {
            log.debug("a server does not say which sessions it relays server={}", serverId, e);
            return Optional.empty();
        }
    }

    private <T> T ask(URI address, Function<ExecPlaneBlockingStub, T> question) throws IOException {
        ManagedChannel channel = ServerChannels.open(address, identity.get());
        try {
            return question.apply(ExecPlaneGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(ANSWER_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (StatusRuntimeException e) {
            throw new IOException("cannot ask the server at " + address, e);
        } finally {
            channel.shutdownNow();
        }
    }

    private final class RemoteLeader implements Leader {
        private final URI address;

        RemoteLeader(URI address) {
            this.address = address;
        }

        @Override
        public Optional<byte[]> connect(String execId, String tokenSha256, String sourceNet) throws IOException {
            ExecConnectRequest request = ExecConnectRequest.newBuilder()
                    .setExecId(execId)
                    .setTokenSha256(tokenSha256)
                    .setSourceNet(sourceNet)
                    .build();
            ByteString json = ask(address, stub -> stub.connect(request).getRequestJson());
            return json.isEmpty() ? Optional.empty() : Optional.of(json.toByteArray());
        }

        @Override
        public void end(String execId, @Nullable Integer exitCode, String endReason) throws IOException {
            ExecEndRequest.Builder request =
                    ExecEndRequest.newBuilder().setExecId(execId).setEndReason(endReason);
            if (exitCode != null) {
                request.setExitCode(exitCode);
            }
            ExecEndResponse _ = ask(address, stub -> stub.end(request.build()));
        }
    }
}
