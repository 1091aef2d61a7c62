package dev.vt.control.plane;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.api.proto.RenewRequest;
import dev.vt.api.proto.RenewResponse;
import dev.vt.control.enrollment.Enroller;
import dev.vt.control.enrollment.EnrollmentRequest;
import dev.vt.control.enrollment.Renewer;
import dev.vt.control.node.OverlayAddresses;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import io.grpc.stub.StreamObserver;
import java.security.cert.CertificateEncodingException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The only service without a client certificate; a bounded number of callers at a time. */
final class EnrollmentService extends EnrollmentGrpc.EnrollmentImplBase {
    private static final Logger log = LoggerFactory.getLogger(EnrollmentService.class);
    private static final int AT_ONCE = 4;

    private final Enroller enroller;
    private final Renewer renewer;
    private final Semaphore slots = new Semaphore(AT_ONCE);

    EnrollmentService(Enroller enroller, Renewer renewer) {
        this.enroller = enroller;
        this.renewer = renewer;
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> out) {
        answer("enrollment", out, () -> response(enroller.enroll(parse(request))));
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<RenewResponse> out) {
        answer(
                "renewal",
                out,
                () -> RenewResponse.newBuilder()
                        .setCertificateDer(ByteString.copyFrom(renewer.renew(
                                        request.getCertificateDer().toByteArray(),
                                        request.getCsrDer().toByteArray(),
                                        request.getProof().toByteArray())
                                .getEncoded()))
                        .build());
    }

    private interface Work<O> {
        O run() throws CertificateEncodingException;
    }

    private <O> void answer(String what, StreamObserver<O> out, Work<O> work) {
        if (!slots.tryAcquire()) {
            out.onError(GrpcProblems.exception(
                    Problem.of(ErrorCode.RATE_LIMITED, "too many machines ask at once, try again")));
            return;
        }
        try {
            out.onNext(work.run());
            out.onCompleted();
        } catch (ProblemException e) {
            log.info("{} refused code={}", what, e.problem().code().code());
            out.onError(GrpcProblems.exception(e.problem()));
        } catch (RuntimeException | CertificateEncodingException e) {
            log.error("{} failed", what, e);
            out.onError(GrpcProblems.exception(Problem.of(ErrorCode.INTERNAL, "something went wrong in the server")));
        } finally {
            slots.release();
        }
    }

    private static EnrollmentRequest parse(EnrollRequest request) {
        return EnrollmentRequest.of(
                request.getKind(),
                request.getToken(),
                request.getName(),
                request.getCsrDer().toByteArray(),
                request.getInventoryJson().toByteArray(),
                request.getAgentVersion(),
                request.getWireguardPublicKey(),
                request.getAddressesList(),
                request.getLabelsMap());
    }

    private static EnrollResponse response(Enroller.Membership member) throws CertificateEncodingException {
        EnrollResponse.Builder out = EnrollResponse.newBuilder()
                .setId(member.id())
                .setClusterId(member.clusterId())
                .setCertificateDer(ByteString.copyFrom(member.certificate().getEncoded()))
                .addCaDer(ByteString.copyFrom(member.authority().getEncoded()));
        String overlay = member.overlayIpv6();
        if (overlay != null) {
            out.setOverlayIpv6(overlay).setAddressBlock(OverlayAddresses.block(overlay));
        }
        return out.build();
    }
}
