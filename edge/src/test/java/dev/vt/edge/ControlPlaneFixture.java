package dev.vt.edge;

import com.google.protobuf.ByteString;
import dev.vt.api.edge.EdgeTable;
import dev.vt.api.proto.EdgePlaneGrpc;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.FromEdge;
import dev.vt.api.proto.RenewRequest;
import dev.vt.api.proto.RenewResponse;
import dev.vt.api.proto.ToEdge;
import dev.vt.edge.table.Tables;
import dev.vt.kernel.Json;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerInterceptors;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.shaded.io.grpc.netty.NettyServerBuilder;
import io.grpc.netty.shaded.io.netty.handler.ssl.ClientAuth;
import io.grpc.netty.shaded.io.netty.handler.ssl.SslContextBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/** A server of the edge plane with real mutual TLS; the test says which tables it sends. */
final class ControlPlaneFixture implements AutoCloseable {
    static final String TOKEN = "vt_enr_test";

    private final Server server;
    private final int port;
    private final BlockingQueue<FromEdge> received = new LinkedBlockingQueue<>();
    private final BlockingQueue<RenewRequest> renewals = new LinkedBlockingQueue<>();
    private final BlockingQueue<X509Certificate> dialled = new LinkedBlockingQueue<>();
    private volatile Duration enrolledFor = Duration.ofHours(1);
    private volatile boolean refusing;
    private @Nullable ByteString table;
    private @Nullable StreamObserver<ToEdge> edge;

    ControlPlaneFixture(TestAuthority authority, int wantedPort) throws Exception {
        TestAuthority.Identity identity = authority.server();
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.ofLiteral("::1"), wantedPort))
                .sslContext(GrpcSslContexts.configure(
                                SslContextBuilder.forServer(identity.key().getPrivate(), identity.certificate()))
                        .trustManager(authority.certificate)
                        .clientAuth(ClientAuth.OPTIONAL)
                        .build())
                .addService(new Enrollment(authority))
                .addService(ServerInterceptors.intercept(new Plane(), new Callers()))
                .build()
                .start();
        this.port = server.getPort();
    }

    int port() {
        return port;
    }

    /** What is left of the certificates that are given from now on. */
    void enrolFor(Duration left) {
        enrolledFor = left;
    }

    void refuseRenewals(boolean refuse) {
        refusing = refuse;
    }

    /** The next renewal that was asked for. */
    RenewRequest awaitRenewal() throws InterruptedException {
        RenewRequest request = renewals.poll(15, TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("no renewal was asked for");
        }
        return request;
    }

    /** The certificate with which the edge opened its next stream. */
    X509Certificate awaitDial() throws InterruptedException {
        X509Certificate certificate = dialled.poll(15, TimeUnit.SECONDS);
        if (certificate == null) {
            throw new AssertionError("the edge did not dial");
        }
        return certificate;
    }

    boolean wasDialledAgain() {
        return !dialled.isEmpty();
    }

    /** Ends the stream and its connection, as a server does that stops. */
    synchronized void hangUp() {
        StreamObserver<ToEdge> out = edge;
        if (out != null) {
            out.onCompleted();
        }
    }

    void send(EdgeTable next) {
        send(ByteString.copyFrom(Json.bytes(next)));
    }

    synchronized void send(ByteString json) {
        table = json;
        StreamObserver<ToEdge> out = edge;
        if (out != null) {
            out.onNext(ToEdge.newBuilder().setTableJson(json).build());
        }
    }

    /** The next message of the edge that is wanted; others are passed over. */
    FromEdge await(Predicate<FromEdge> wanted) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(15);
        while (true) {
            FromEdge message = received.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (message == null) {
                throw new AssertionError("the edge did not send what was waited for");
            }
            if (wanted.test(message)) {
                return message;
            }
        }
    }

    @Override
    public void close() {
        server.shutdownNow();
        try {
            server.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Notes with which certificates streams are opened. */
    private final class Callers implements ServerInterceptor {
        @Override
        public <I, O> ServerCall.Listener<I> interceptCall(
                ServerCall<I, O> call, Metadata headers, ServerCallHandler<I, O> next) {
            try {
                SSLSession session = Objects.requireNonNull(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
                dialled.add((X509Certificate) session.getPeerCertificates()[0]);
            } catch (SSLPeerUnverifiedException e) {
                throw new AssertionError("an edge without a certificate", e);
            }
            return next.startCall(call, headers);
        }
    }

    private final class Enrollment extends EnrollmentGrpc.EnrollmentImplBase {
        private final TestAuthority authority;

        Enrollment(TestAuthority authority) {
            this.authority = authority;
        }

        @Override
        public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> answer) {
            if (!request.getToken().equals(TOKEN) || !request.getKind().equals("edge")) {
                answer.onError(
                        Status.UNAUTHENTICATED.withDescription("token_invalid").asRuntimeException());
                return;
            }
            try {
                answer.onNext(EnrollResponse.newBuilder()
                        .setId(Tables.EDGE)
                        .setClusterId(Tables.CLUSTER)
                        .setCertificateDer(ByteString.copyFrom(authority
                                .member(request.getCsrDer().toByteArray(), Tables.EDGE, enrolledFor)
                                .getEncoded()))
                        .addCaDer(ByteString.copyFrom(authority.certificate.getEncoded()))
                        .build());
                answer.onCompleted();
            } catch (Exception e) {
                answer.onError(e);
            }
        }

        @Override
        public void renew(RenewRequest request, StreamObserver<RenewResponse> answer) {
            renewals.add(request);
            if (refusing) {
                answer.onError(Status.PERMISSION_DENIED
                        .withDescription("forbidden: the edge is revoked")
                        .asRuntimeException());
                return;
            }
            try {
                answer.onNext(RenewResponse.newBuilder()
                        .setCertificateDer(ByteString.copyFrom(authority
                                .member(request.getCsrDer().toByteArray(), Tables.EDGE, Duration.ofHours(3))
                                .getEncoded()))
                        .build());
                answer.onCompleted();
            } catch (Exception e) {
                answer.onError(e);
            }
        }
    }

    private final class Plane extends EdgePlaneGrpc.EdgePlaneImplBase {
        @Override
        public StreamObserver<FromEdge> follow(StreamObserver<ToEdge> out) {
            synchronized (ControlPlaneFixture.this) {
                edge = out;
                ByteString first = table;
                if (first != null) {
                    out.onNext(ToEdge.newBuilder().setTableJson(first).build());
                }
            }
            return new StreamObserver<>() {
                @Override
                public void onNext(FromEdge message) {
                    received.add(message);
                }

                @Override
                public void onError(Throwable failure) {
                    forget();
                }

                @Override
                public void onCompleted() {
                    forget();
                }
            };
        }

        private void forget() {
            synchronized (ControlPlaneFixture.this) {
                edge = null;
            }
        }
    }
}
