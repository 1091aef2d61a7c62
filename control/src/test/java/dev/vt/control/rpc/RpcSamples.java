package dev.vt.control.rpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.ActivateNodeRequest;
import dev.vt.api.cluster.v1.CreateTokenRequest;
import dev.vt.api.cluster.v1.DemoteServerRequest;
import dev.vt.api.cluster.v1.DiffConfigRequest;
import dev.vt.api.cluster.v1.DisableNodeRequest;
import dev.vt.api.cluster.v1.DrainNodeRequest;
import dev.vt.api.cluster.v1.FenceNodeRequest;
import dev.vt.api.cluster.v1.GetConfigRequest;
import dev.vt.api.cluster.v1.GetConfigStatusRequest;
import dev.vt.api.cluster.v1.GetConfigVersionRequest;
import dev.vt.api.cluster.v1.GetNodeRequest;
import dev.vt.api.cluster.v1.GetServerRequest;
import dev.vt.api.cluster.v1.GetStatusRequest;
import dev.vt.api.cluster.v1.GetTokenRequest;
import dev.vt.api.cluster.v1.LeaveServerRequest;
import dev.vt.api.cluster.v1.ListAuditRequest;
import dev.vt.api.cluster.v1.ListConfigVersionsRequest;
import dev.vt.api.cluster.v1.ListEventsRequest;
import dev.vt.api.cluster.v1.ListNodesRequest;
import dev.vt.api.cluster.v1.ListServersRequest;
import dev.vt.api.cluster.v1.ListTokensRequest;
import dev.vt.api.cluster.v1.ListViewsRequest;
import dev.vt.api.cluster.v1.PromoteServerRequest;
import dev.vt.api.cluster.v1.RebuildViewRequest;
import dev.vt.api.cluster.v1.RemoveServerRequest;
import dev.vt.api.cluster.v1.RevokeNodeRequest;
import dev.vt.api.cluster.v1.RevokeTokenRequest;
import dev.vt.api.cluster.v1.RollbackConfigRequest;
import dev.vt.api.cluster.v1.SetConfigRequest;
import dev.vt.api.cluster.v1.TransferLeadershipRequest;
import dev.vt.api.cluster.v1.UpdateNodeRequest;
import dev.vt.api.cluster.v1.ValidateConfigRequest;
import dev.vt.api.cluster.v1.VerifyRequest;
import dev.vt.api.cluster.v1.VerifyViewRequest;
import dev.vt.api.cluster.v1.WatchRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A request of every method, and the same request in HTTP, written out. In an order in which each mutation finds something to do. */
final class RpcSamples {
    /**
     * @param http method and target
     * @param body null if there is none
     * @param ifMatch 0: without
     */
    record Sample(Message request, String http, @Nullable String body, long ifMatch) {
        String verb() {
            return http.split(" ", 2)[0];
        }

        String target() {
            return http.split(" ", 2)[1];
        }
    }

    private final Map<String, Sample> samples = new LinkedHashMap<>();

    private RpcSamples() {}

    /** By the method's name without its package; fails the test if there is none. */
    Sample get(String method) {
        Sample found = samples.get(method);
        if (found == null) {
            throw new AssertionError("no sample of " + method);
        }
        return found;
    }

    Set<String> names() {
        return samples.keySet();
    }

    void forEach(BiConsumer<String, Sample> each) {
        samples.forEach(each);
    }

    static RpcSamples of(String serverId, String nodeId, String tokenId) {
        RpcSamples out = new RpcSamples();
        out.cluster(tokenId);
        out.servers(serverId);
        out.nodes(nodeId);
        out.config();
        out.add(
                "AuditService/List",
                ListAuditRequest.newBuilder()
                        .addAction("nodes.drain")
                        .addAction("nodes.update")
                        .addDecision("allow")
                        .setLimit(3),
                "GET /v1/audit?action=nodes.drain&action=nodes.update&decision=allow&limit=3",
                null);
        return out;
    }

    private void add(String method, Message.Builder request, String http, @Nullable String body) {
        add(method, request, http, body, 0);
    }

    private void add(String method, Message.Builder request, String http, @Nullable String body, long ifMatch) {
        samples.put(method, new Sample(request.build(), http, body, ifMatch));
    }

    private void cluster(String token) {
        add("ClusterService/GetStatus", GetStatusRequest.newBuilder(), "GET /v1/cluster", null);
        add(
                "ClusterService/CreateToken",
                CreateTokenRequest.newBuilder()
                        .setKind("node")
                        .setExpiresInSeconds(600)
                        .putLabels("rack", "r1"),
                "POST /v1/enrollment-tokens",
                "{\"kind\":\"node\",\"expires_in_seconds\":600,\"labels\":{\"rack\":\"r1\"}}");
        add(
                "ClusterService/GetToken",
                GetTokenRequest.newBuilder().setTokenId(token),
                "GET /v1/enrollment-tokens/" + token,
                null);
        add(
                "ClusterService/RevokeToken",
                RevokeTokenRequest.newBuilder().setTokenId(token),
                "DELETE /v1/enrollment-tokens/" + token,
                null);
        add(
                "ClusterService/ListTokens",
                ListTokensRequest.newBuilder()
                        .addKind("node")
                        .setIncludeDeleted(true)
                        .setOrder("desc"),
                "GET /v1/enrollment-tokens?kind=node&include_deleted=true&order=desc",
                null);
        add(
                "ClusterService/ListEvents",
                ListEventsRequest.newBuilder().setAfterEventId(2).setLimit(5),
                "GET /v1/cluster/events?after_event_id=2&limit=5",
                null);
        add(
                "ClusterService/Watch",
                WatchRequest.newBuilder().setAfterEventId(0),
                "GET /v1/cluster/events/stream?after_event_id=0",
                null);
        add("ClusterService/ListViews", ListViewsRequest.newBuilder(), "GET /v1/cluster/views", null);
        add(
                "ClusterService/RebuildView",
                RebuildViewRequest.newBuilder().setName("audit"),
                "POST /v1/cluster/views/audit/rebuild",
                null);
        add(
                "ClusterService/VerifyView",
                VerifyViewRequest.newBuilder().setName("nodes"),
                "POST /v1/cluster/views/nodes/verify",
                null);
        add("ClusterService/Verify", VerifyRequest.newBuilder(), "POST /v1/cluster/verify", null);
    }

    private void servers(String server) {
        String path = "/v1/servers/" + server;
        add("ServerService/List", ListServersRequest.newBuilder().addName("test"), "GET /v1/servers?name=test", null);
        add("ServerService/Get", GetServerRequest.newBuilder().setServerId(server), "GET " + path, null);
        add(
                "ServerService/Promote",
                PromoteServerRequest.newBuilder().setServerId(server),
                "POST " + path + "/promote",
                null);
        add(
                "ServerService/Demote",
                DemoteServerRequest.newBuilder().setServerId(server),
                "POST " + path + "/demote",
                null);
        add(
                "ServerService/TransferLeadership",
                TransferLeadershipRequest.newBuilder().setServerId(server),
                "POST " + path + "/transfer-leadership",
                null);
        add(
                "ServerService/Leave",
                LeaveServerRequest.newBuilder().setServerId(server),
                "POST " + path + "/leave",
                null);
        add("ServerService/Remove", RemoveServerRequest.newBuilder().setServerId(server), "DELETE " + path, null);
    }

    private void nodes(String node) {
        String path = "/v1/nodes/" + node;
        add(
                "NodeService/List",
                ListNodesRequest.newBuilder().addStatus("active").addStatus("enrolled"),
                "GET /v1/nodes?status=active&status=enrolled",
                null);
        add("NodeService/Get", GetNodeRequest.newBuilder().setNodeId(node), "GET " + path, null);
        add(
                "NodeService/Update",
                UpdateNodeRequest.newBuilder()
                        .setNodeId(node)
                        .putLabels("zone", "a")
                        .addRemoveLabels("gone"),
                "PATCH " + path,
                "{\"labels\":{\"zone\":\"a\",\"gone\":null}}");
        add(
                "NodeService/Activate",
                ActivateNodeRequest.newBuilder().setNodeId(node).setReason("checked"),
                "POST " + path + "/activate",
                "{\"reason\":\"checked\"}");
        add(
                "NodeService/Drain",
                DrainNodeRequest.newBuilder().setNodeId(node).setForce(true),
                "POST " + path + "/drain",
                "{\"force\":true}");
        add("NodeService/Disable", DisableNodeRequest.newBuilder().setNodeId(node), "POST " + path + "/disable", "{}");
        add("NodeService/Fence", FenceNodeRequest.newBuilder().setNodeId(node), "POST " + path + "/fence", "{}");
        add(
                "NodeService/Revoke",
                RevokeNodeRequest.newBuilder().setNodeId(node).setReason("sold"),
                "POST " + path + "/revoke",
                "{\"reason\":\"sold\"}");
    }

    private void config() {
        String document = "{\"limits\":{\"reads_per_minute\":2000}}";
        add("ConfigService/Get", GetConfigRequest.newBuilder(), "GET /v1/cluster/config", null);
        add(
                "ConfigService/Validate",
                ValidateConfigRequest.newBuilder()
                        .setDocumentJson(ByteString.copyFromUtf8("{\"limits\":{\"reads_per_minut\":1}}")),
                "POST /v1/cluster/config/validate",
                "{\"document\":{\"limits\":{\"reads_per_minut\":1}}}");
        add(
                "ConfigService/Set",
                SetConfigRequest.newBuilder()
                        .setDocumentJson(ByteString.copyFromUtf8(document))
                        .setComment("more"),
                "PUT /v1/cluster/config",
                "{\"document\":" + document + ",\"comment\":\"more\"}",
                1);
        add(
                "ConfigService/Rollback",
                RollbackConfigRequest.newBuilder().setToRevision(1),
                "POST /v1/cluster/config/rollback",
                "{\"to_revision\":1}",
                2);
        add(
                "ConfigService/ListVersions",
                ListConfigVersionsRequest.newBuilder().setLimit(2),
                "GET /v1/cluster/config/versions?limit=2",
                null);
        add(
                "ConfigService/GetVersion",
                GetConfigVersionRequest.newBuilder().setRevision(1),
                "GET /v1/cluster/config/versions/1",
                null);
        add(
                "ConfigService/Diff",
                DiffConfigRequest.newBuilder().setFrom(0).setTo(2),
                "GET /v1/cluster/config/diff?from=0&to=2",
                null);
        add("ConfigService/GetStatus", GetConfigStatusRequest.newBuilder(), "GET /v1/cluster/config/status", null);
    }
}
