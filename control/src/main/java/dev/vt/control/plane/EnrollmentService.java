package dev.vt.control.plane;

import dev.vt.api.proto.EnrollRequest;
import dev.vt.api.proto.EnrollResponse;
import dev.vt.api.proto.EnrollmentGrpc;
import dev.vt.kernel.ProblemException;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.Semaphore;

/** The only service without a client certificate; a bounded number of callers at a time. */
final class EnrollmentService extends EnrollmentGrpc.EnrollmentImplBase {
    private static final int AT_ONCE = 4;

    private final Sources.Enroller enroller;
    private final Semaphore slots = new Semaphore(AT_ONCE);

    EnrollmentService(Sources.Enroller enroller) {
        this.enroller = enroller;
    }

    @Override
    public void enroll(EnrollRequest request, StreamObserver<EnrollResponse> out) {
        if (!slots.tryAcquire()) {
            out.onError(
                    Status.RESOURCE_EXHAUSTED.withDescription("rate_limited").asRuntimeException());
            return;
        }
        try {
            out.onNext(enroller.enroll(request));
            out.onCompleted();
        } catch (ProblemException e) {
            Status status = switch (e.problem().code().category()) {
                case INVALID -> Status.INVALID_ARGUMENT;
                case AUTH -> Status.PERMISSION_DENIED;
                case NOT_FOUND -> Status.NOT_FOUND;
                case CONFLICT -> Status.FAILED_PRECONDITION;
                case TRANSIENT -> Status.UNAVAILABLE;
                case INTERNAL -> Status.INTERNAL;
            };
            out.onError(status.withDescription(
                            e.problem().code().code() + ": " + e.problem().detail())
                    .asRuntimeException());
        } finally {
            slots.release();
        }
    }
}
