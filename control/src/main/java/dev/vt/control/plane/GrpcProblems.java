package dev.vt.control.plane;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;

/** Problems as gRPC statuses: the description starts with the code of api.md §5, the trailer {@code vt-code} is it. */
public final class GrpcProblems {
    public static final Metadata.Key<String> CODE = Metadata.Key.of("vt-code", Metadata.ASCII_STRING_MARSHALLER);

    private GrpcProblems() {}

    public static StatusRuntimeException exception(Problem problem) {
        Metadata trailers = new Metadata();
        trailers.put(CODE, problem.code().code());
        return status(problem).asRuntimeException(trailers);
    }

    static Status status(Problem problem) {
        return Status.fromCode(code(problem.code()))
                .withDescription(problem.code().code() + ": " + problem.detail());
    }

    private static Status.Code code(ErrorCode code) {
        return switch (code.status()) {
            case 400, 422 -> Status.Code.INVALID_ARGUMENT;
            case 401 -> Status.Code.UNAUTHENTICATED;
            case 403 -> Status.Code.PERMISSION_DENIED;
            case 404, 410 -> Status.Code.NOT_FOUND;
            case 409, 412, 428 -> Status.Code.FAILED_PRECONDITION;
            case 429 -> Status.Code.RESOURCE_EXHAUSTED;
            case 501 -> Status.Code.UNIMPLEMENTED;
            case 503, 504 -> Status.Code.UNAVAILABLE;
            default -> Status.Code.INTERNAL;
        };
    }
}
