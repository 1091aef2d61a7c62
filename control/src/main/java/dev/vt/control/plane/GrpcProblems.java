package dev.vt.control.plane;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.rpc.RetryInfo;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Problems as {@code google.rpc.Status} (cluster.md §9). The description starts with the code of api.md §5, the trailer
 * {@code vt-code} is it, the details hold a {@code vt.cluster.v1.Problem} and, if it may be tried again, a
 * {@code google.rpc.RetryInfo}.
 */
public final class GrpcProblems {
    public static final Metadata.Key<String> CODE = Metadata.Key.of("vt-code", Metadata.ASCII_STRING_MARSHALLER);

    private static final int MAX_DETAILS = 3072;

    private GrpcProblems() {}

    public static StatusRuntimeException exception(Problem problem) {
        return exception(problem, "", new Metadata());
    }

    /**
     * @param requestId empty if the call has none
     * @param trailers to which the problem's are added
     */
    public static StatusRuntimeException exception(Problem problem, String requestId, Metadata trailers) {
        trailers.put(CODE, problem.code().code());
        Status status = status(problem);
        com.google.rpc.Status.Builder rich = com.google.rpc.Status.newBuilder()
                .setCode(status.getCode().value())
                .setMessage(String.valueOf(status.getDescription()))
                .addDetails(Any.pack(message(problem, requestId)));
        if (problem.code().retryable()) {
            rich.addDetails(Any.pack(RetryInfo.newBuilder()
                    .setRetryDelay(Duration.newBuilder().setSeconds(problem.retryAfterSeconds()))
                    .build()));
        }
        return StatusProto.toStatusRuntimeException(rich.build(), trailers);
    }

    static Status status(Problem problem) {
        return Status.fromCode(code(problem.code()))
                .withDescription(problem.code().code() + ": " + problem.detail());
    }

    private static dev.vt.api.cluster.v1.Problem message(Problem problem, String requestId) {
        dev.vt.api.cluster.v1.Problem.Builder out = dev.vt.api.cluster.v1.Problem.newBuilder()
                .setCode(problem.code().code())
                .setDetail(problem.detail())
                .setRequestId(requestId)
                .setRetryable(problem.code().retryable())
                .setDetailsJson(details(problem.details()));
        if (problem.code().retryable()) {
            out.setRetryAfterSeconds(problem.retryAfterSeconds());
        }
        String hint = problem.hint();
        if (hint != null) {
            out.setHint(hint);
        }
        return out.build();
    }

    /** Trailers are headers, of which clients take 8 KiB by default: the first errors come, and how many were left out. */
    private static ByteString details(Map<String, Object> details) {
        byte[] all = Json.bytes(Json.toTree(details));
        Map<String, Object> shortened = new TreeMap<>(details);
        List<?> errors = details.get("errors") instanceof List<?> list ? list : List.of();
        for (int kept = errors.size() / 2; all.length > MAX_DETAILS; kept /= 2) {
            if (kept == 0) {
                return ByteString.copyFromUtf8("{\"omitted\":true}");
            }
            shortened.put("errors", errors.subList(0, kept));
            shortened.put("errors_omitted", errors.size() - kept);
            all = Json.bytes(Json.toTree(shortened));
        }
        return ByteString.copyFrom(all);
    }

    /** Aborted is what may succeed after a new read, by the meaning that google.rpc.Code gives it. */
    private static Status.Code code(ErrorCode code) {
        return switch (code.status()) {
            case 400, 405, 406, 413, 415, 422 -> Status.Code.INVALID_ARGUMENT;
            case 401 -> Status.Code.UNAUTHENTICATED;
            case 403 -> Status.Code.PERMISSION_DENIED;
            case 404, 410 -> Status.Code.NOT_FOUND;
            case 409 -> code.retryable() ? Status.Code.ABORTED : Status.Code.FAILED_PRECONDITION;
            case 412 -> Status.Code.ABORTED;
            case 428 -> Status.Code.FAILED_PRECONDITION;
            case 429 -> Status.Code.RESOURCE_EXHAUSTED;
            case 501 -> Status.Code.UNIMPLEMENTED;
            case 503, 504 -> Status.Code.UNAVAILABLE;
            default -> Status.Code.INTERNAL;
        };
    }
}
