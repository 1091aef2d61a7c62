package dev.vt.control.plane;

import com.google.protobuf.UnsafeByteOperations;
import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.FetchSecretsRequest;
import dev.vt.api.proto.FetchSecretsResponse;
import dev.vt.api.proto.FromNode;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.api.proto.RegistryCredentialsRequest;
import dev.vt.api.proto.RegistryCredentialsResponse;
import dev.vt.api.proto.ToNode;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The RPCs of nodes; each belongs to a noun that does the work. */
final class NodePlaneService extends NodePlaneGrpc.NodePlaneImplBase {
    private static final Logger log = LoggerFactory.getLogger(NodePlaneService.class);

    private final NodeStreams streams;
    private final Supplier<ExecDialBack> execs;
    private final Supplier<LogDialBack> logs;
    private final Sources.SecretFiles secrets;
    private final Sources.PullTokens pullTokens;

    NodePlaneService(
            NodeStreams streams,
            Supplier<ExecDialBack> execs,
            Supplier<LogDialBack> logs,
            Sources.SecretFiles secrets,
            Sources.PullTokens pullTokens) {
        this.streams = streams;
        this.execs = execs;
        this.logs = logs;
        this.secrets = secrets;
        this.pullTokens = pullTokens;
    }

    @Override
    public StreamObserver<FromNode> link(StreamObserver<ToNode> out) {
        return streams.link(Peers.currentId(), out);
    }

    @Override
    public StreamObserver<ExecFromNode> exec(StreamObserver<ExecToNode> out) {
        return execs.get().attach(Peers.currentId(), (ServerCallStreamObserver<ExecToNode>) out);
    }

    @Override
    public StreamObserver<LogsFromNode> logs(StreamObserver<LogsToNode> out) {
        return logs.get().attach(Peers.currentId(), (ServerCallStreamObserver<LogsToNode>) out);
    }

    @Override
    public void fetchSecrets(FetchSecretsRequest request, StreamObserver<FetchSecretsResponse> out) {
        String nodeId = Peers.currentId();
        answer(out, () -> {
            Optional<byte[]> file = secrets.open(nodeId, request.getInstanceId(), request.getVersionId());
            return FetchSecretsResponse.newBuilder()
                    // The message owns the array from here on: another copy would be another place to wipe.
                    .setCanonicalFile(UnsafeByteOperations.unsafeWrap(file.orElseThrow(() -> new ProblemException(
                            Problem.of(ErrorCode.FORBIDDEN, "this node holds no such instance now")))))
                    .build();
        });
    }

    @Override
    public void registryCredentials(
            RegistryCredentialsRequest request, StreamObserver<RegistryCredentialsResponse> out) {
        String nodeId = Peers.currentId();
        answer(out, () -> {
            RegistryCredentialsResponse.Builder answer = RegistryCredentialsResponse.newBuilder();
            pullTokens
                    .issue(nodeId, request.getInstanceId(), request.getRegistryHost(), request.getRepository())
                    .ifPresent(token -> answer.setBearerToken(token.bearer())
                            .setPlainHttp(token.plainHttp())
                            .addAllHosts(token.hosts()));
            return answer.build();
        });
    }

    private static <O> void answer(StreamObserver<O> out, Supplier<O> work) {
        O response;
        try {
            response = work.get();
        } catch (ProblemException e) {
            out.onError(GrpcProblems.exception(e.problem()));
            return;
        } catch (RuntimeException e) {
            log.error("call of a node failed", e);
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.INTERNAL, "something went wrong in the server")));
            return;
        }
        out.onNext(response);
        out.onCompleted();
    }
}
