package dev.vt.agent.link;

import dev.vt.agent.image.CachedImages;
import dev.vt.agent.secret.SecretVersions;
import dev.vt.api.proto.FetchSecretsRequest;
import dev.vt.api.proto.NodePlaneGrpc.NodePlaneBlockingV2Stub;
import dev.vt.api.proto.RegistryCredentialsRequest;
import dev.vt.api.proto.RegistryCredentialsResponse;
import dev.vt.images.RegistryCredentials;
import dev.vt.runtime.channel.SecretsUnavailableException;
import io.grpc.Status;
import io.grpc.StatusException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Single calls, tried on each server in turn. Safe for any thread. */
public final class ServerCalls implements SecretVersions.Source, CachedImages.Credentials {
    private static final Logger log = LoggerFactory.getLogger(ServerCalls.class);
    private static final int TIMEOUT_S = 10;

    private final List<NodePlaneBlockingV2Stub> planes = new CopyOnWriteArrayList<>();

    public void add(NodePlaneBlockingV2Stub plane) {
        planes.add(plane);
    }

    @Override
    public byte[] fetch(String instanceId, String versionId) throws SecretsUnavailableException {
        FetchSecretsRequest request = FetchSecretsRequest.newBuilder()
                .setInstanceId(instanceId)
                .setVersionId(versionId)
                .build();
        String detail = "servers_unreachable";
        for (NodePlaneBlockingV2Stub plane : planes) {
            try {
                return plane.withDeadlineAfter(TIMEOUT_S, TimeUnit.SECONDS)
                        .fetchSecrets(request)
                        .getCanonicalFile()
                        .toByteArray();
            } catch (StatusException e) {
                log.warn(
                        "secrets not fetched instance={} version={} status={} detail={}",
                        instanceId,
                        versionId,
                        e.getStatus().getCode(),
                        e.getStatus().getDescription());
                detail = detail(e.getStatus());
            }
        }
        throw new SecretsUnavailableException(detail);
    }

    @Override
    public CachedImages.Pull forPull(String repository, String instanceId) {
        int slash = repository.indexOf('/');
        RegistryCredentialsRequest request = RegistryCredentialsRequest.newBuilder()
                .setRegistryHost(slash < 0 ? "" : repository.substring(0, slash))
                .setRepository(repository.substring(slash + 1))
                .setInstanceId(instanceId)
                .build();
        for (NodePlaneBlockingV2Stub plane : planes) {
            try {
                RegistryCredentialsResponse answer =
                        plane.withDeadlineAfter(TIMEOUT_S, TimeUnit.SECONDS).registryCredentials(request);
                String token = answer.getBearerToken();
                return new CachedImages.Pull(
                        token.isEmpty()
                                ? RegistryCredentials.anonymous()
                                : new RegistryCredentials.Bearer(token.getBytes(StandardCharsets.US_ASCII)),
                        answer.getPlainHttp(),
                        answer.getHostsList());
            } catch (StatusException e) {
                log.warn(
                        "no registry credentials instance={} status={} detail={}",
                        instanceId,
                        e.getStatus().getCode(),
                        e.getStatus().getDescription());
            }
        }
        return new CachedImages.Pull(RegistryCredentials.anonymous(), false, List.of());
    }

    private static String detail(Status status) {
        String description = status.getDescription();
        if (description != null && description.contains("master_key_unavailable")) {
            return "master_key_unavailable";
        }
        return switch (status.getCode()) {
            case UNAVAILABLE, DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, RESOURCE_EXHAUSTED, ABORTED ->
                "servers_unreachable";
            default -> "decrypt_failed";
        };
    }
}
