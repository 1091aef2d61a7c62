package dev.vt.control.plane;

import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.ExecPlaneGrpc;
import dev.vt.api.proto.LogPlaneGrpc;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.api.proto.ServerPlaneGrpc;
import dev.vt.control.ca.CertificateAuthority;
import dev.vt.control.ca.MemberIdentity;
import dev.vt.control.cluster.Servers;
import dev.vt.control.edge.Edges;
import dev.vt.control.node.NodeState;
import dev.vt.control.node.Nodes;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Who calls (SC-8, SC-10): TLS has verified the certificate's chain; here its subject must be of the kind that the service is
 * for, and the views must know the member, with this very certificate, and not revoked. {@code Enrollment} needs none, nor do the
 * services that are named open: those know their callers in another way, or are for everybody.
 */
public final class Peers implements ServerInterceptor {
    /** The caller of the current RPC, where one was needed. */
    private static final Context.Key<MemberIdentity> PEER = Context.key("vt-peer");

    private static final Map<String, String> KIND_OF_SERVICE = Map.of(
            NodePlaneGrpc.SERVICE_NAME,
            "node",
            EdgePlaneGrpc.SERVICE_NAME,
            "edge",
            ServerPlaneGrpc.SERVICE_NAME,
            "server",
            ExecPlaneGrpc.SERVICE_NAME,
            "server",
            LogPlaneGrpc.SERVICE_NAME,
            "server");

    private final Nodes nodes;
    private final Edges edges;
    private final Servers servers;
    private final Set<String> open;
    private final BooleanSupplier diverged;
    private final Clock clock;

    /**
     * @param open services that certificates are nothing to; they refuse for themselves
     * @param diverged whether this server must not serve (S13)
     */
    Peers(Nodes nodes, Edges edges, Servers servers, Set<String> open, BooleanSupplier diverged, Clock clock) {
        this.clock = clock;
        this.open = open;
        this.diverged = diverged;
        this.nodes = nodes;
        this.edges = edges;
        this.servers = servers;
    }

    /** The id of the node, edge or server that calls; for code that runs below an RPC of its service. */
    public static String currentId() {
        return PEER.get().id();
    }

    @Override
    public <I, O> ServerCall.Listener<I> interceptCall(
            ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
        String service = String.valueOf(call.getMethodDescriptor().getServiceName());
        if (open.contains(service)) {
            return next.startCall(call, headers);
        }
        if (diverged.getAsBoolean() && !call.getMethodDescriptor().equals(ServerPlaneGrpc.getCompareMethod())) {
            return refuse(call, Status.UNAVAILABLE.withDescription("state_diverged: another server must be asked"));
        }
        if (service.equals(EnrollmentGrpc.SERVICE_NAME)) {
            return next.startCall(call, headers);
        }
        String kind = KIND_OF_SERVICE.getOrDefault(service, "");
        Optional<X509Certificate> certificate = certificate(call);
        if (certificate.isEmpty()) {
            return refuse(call, Status.UNAUTHENTICATED.withDescription("unauthorized: a client certificate is needed"));
        }
        Optional<MemberIdentity> identity = MemberIdentity.of(certificate.get())
                .filter(member -> member.kind().equals(kind));
        if (identity.isEmpty()) {
            return refuse(
                    call,
                    Status.PERMISSION_DENIED.withDescription("forbidden: the certificate is not a " + kind + "'s"));
        }
        if (!isMember(identity.get(), CertificateAuthority.fingerprint(certificate.get()))) {
            return refuse(
                    call, Status.PERMISSION_DENIED.withDescription("forbidden: the certificate is not valid any more"));
        }
        Context context = Context.current().withValue(PEER, identity.get());
        return Contexts.interceptCall(context, call, headers, next);
    }

    private boolean isMember(MemberIdentity identity, String fingerprint) {
        return switch (identity.kind()) {
            case "node" ->
                nodes.find(identity.id())
                        .filter(node -> node.state() != NodeState.Admission.REVOKED)
                        .filter(node -> node.certificate().accepts(fingerprint, clock.instant()))
                        .isPresent();
            case "edge" ->
                edges.find(identity.id())
                        .filter(edge -> !edge.isRevoked())
                        .filter(edge -> edge.certificate().accepts(fingerprint, clock.instant()))
                        .isPresent();
            // Its record holds no fingerprint: what it may read, every server has anyway.
            case "server" -> servers.find(identity.id()).isPresent();
            default -> false;
        };
    }

    private static <I, O> ServerCall.Listener<I> refuse(ServerCall<I, O> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static Optional<X509Certificate> certificate(ServerCall<?, ?> call) {
        SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate leaf ? Optional.of(leaf) : Optional.empty();
        } catch (SSLPeerUnverifiedException e) {
            // The caller sent no certificate.
            return Optional.empty();
        }
    }
}
