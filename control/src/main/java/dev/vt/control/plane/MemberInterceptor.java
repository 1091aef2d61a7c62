package dev.vt.control.plane;

import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.NodePlaneGrpc;
import dev.vt.control.ca.MemberIdentity;
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
import java.util.Optional;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;

/**
 * Lets a caller without a certificate reach {@code Enrollment} only, and a member the plane of its kind only. The TLS handshake has
 * already verified the certificate against the cluster's authority.
 */
final class MemberInterceptor implements ServerInterceptor {
    private static final Context.Key<MemberIdentity> MEMBER = Context.key("member");

    private final Sources.Members members;

    MemberInterceptor(Sources.Members members) {
        this.members = members;
    }

    /** The caller's id. */
    static String memberId() {
        return MEMBER.get().id();
    }

    @Override
    public <Q, A> ServerCall.Listener<Q> interceptCall(
            ServerCall<Q, A> call, Metadata headers, ServerCallHandler<Q, A> next) {
        String service = String.valueOf(call.getMethodDescriptor().getServiceName());
        if (service.equals(EnrollmentGrpc.SERVICE_NAME)) {
            return next.startCall(call, headers);
        }
        String wanted = switch (service) {
            case NodePlaneGrpc.SERVICE_NAME -> "node";
            case EdgePlaneGrpc.SERVICE_NAME -> "edge";
            default -> "";
        };
        Optional<MemberIdentity> identity = identity(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
        if (identity.isEmpty() || !identity.get().kind().equals(wanted)) {
            return refuse(
                    call, Status.UNAUTHENTICATED.withDescription("a client certificate of a " + wanted + " is needed"));
        }
        if (!members.admits(wanted, identity.get().id())) {
            return refuse(
                    call, Status.PERMISSION_DENIED.withDescription("this " + wanted + " was revoked or is unknown"));
        }
        return Contexts.interceptCall(Context.current().withValue(MEMBER, identity.get()), call, headers, next);
    }

    private static <Q, A> ServerCall.Listener<Q> refuse(ServerCall<Q, A> call, Status status) {
        call.close(status, new Metadata());
        return new ServerCall.Listener<>() {};
    }

    private static Optional<MemberIdentity> identity(@org.jspecify.annotations.Nullable SSLSession session) {
        if (session == null) {
            return Optional.empty();
        }
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate certificate
                    ? MemberIdentity.of(certificate)
                    : Optional.empty();
        } catch (SSLPeerUnverifiedException none) {
            return Optional.empty();
        }
    }
}
