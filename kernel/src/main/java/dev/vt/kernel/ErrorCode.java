package dev.vt.kernel;

import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The registry of error codes (api.md §5). A code is never renamed or reused; the lower-case name is what clients see.
 */
public enum ErrorCode {
    INVALID_ARGUMENT(400, ErrorCategory.INVALID, false),
    UNKNOWN_FIELD(400, ErrorCategory.INVALID, false),
    MALFORMED_BODY(400, ErrorCategory.INVALID, false),
    CURSOR_INVALID(400, ErrorCategory.INVALID, false),
    IDEMPOTENCY_KEY_REQUIRED(400, ErrorCategory.INVALID, false),
    HOSTNAME_INVALID(400, ErrorCategory.INVALID, false),
    BACKEND_PORT_UNDECLARED(400, ErrorCategory.INVALID, false),
    PROXY_ACK_REQUIRED(400, ErrorCategory.INVALID, false),
    PREFIX_INVALID(400, ErrorCategory.INVALID, false),
    AUTHORIZATION_PENDING(400, ErrorCategory.TRANSIENT, true),
    EXPIRED_TOKEN(400, ErrorCategory.AUTH, false),
    UNAUTHORIZED(401, ErrorCategory.AUTH, false),
    INVALID_CREDENTIALS(401, ErrorCategory.AUTH, false),
    TOKEN_EXPIRED(401, ErrorCategory.AUTH, false),
    TOKEN_REVOKED(401, ErrorCategory.AUTH, false),
    TOKEN_INVALID(401, ErrorCategory.AUTH, false),
    FORBIDDEN(403, ErrorCategory.AUTH, false),
    INSUFFICIENT_SCOPE(403, ErrorCategory.AUTH, false),
    PROTECTED_ENV(403, ErrorCategory.AUTH, false),
    STEP_UP_REQUIRED(403, ErrorCategory.AUTH, false),
    CSRF_FAILED(403, ErrorCategory.AUTH, false),
    ACCESS_DENIED(403, ErrorCategory.AUTH, false),
    USER_DISABLED(403, ErrorCategory.AUTH, false),
    LABEL_NOT_ALLOWED(403, ErrorCategory.AUTH, false),
    PORT_DENIED(403, ErrorCategory.AUTH, false),
    NOT_FOUND(404, ErrorCategory.NOT_FOUND, false),
    RESOURCE_DELETED(410, ErrorCategory.NOT_FOUND, false),
    METHOD_NOT_ALLOWED(405, ErrorCategory.INVALID, false),
    NOT_ACCEPTABLE(406, ErrorCategory.INVALID, false),
    PAYLOAD_TOO_LARGE(413, ErrorCategory.INVALID, false),
    UNSUPPORTED_MEDIA_TYPE(415, ErrorCategory.INVALID, false),
    NAME_TAKEN(409, ErrorCategory.CONFLICT, false),
    HAS_CHILDREN(409, ErrorCategory.CONFLICT, false),
    IN_USE(409, ErrorCategory.CONFLICT, false),
    INVALID_STATE(409, ErrorCategory.CONFLICT, false),
    IDEMPOTENCY_KEY_REUSE(409, ErrorCategory.CONFLICT, false),
    PLAN_STALE(409, ErrorCategory.CONFLICT, false),
    DESTRUCTIVE_CHANGE(409, ErrorCategory.CONFLICT, false),
    LAST_OWNER(409, ErrorCategory.CONFLICT, false),
    LAST_OPERATOR(409, ErrorCategory.CONFLICT, false),
    ALREADY_BOOTSTRAPPED(409, ErrorCategory.CONFLICT, false),
    QUOTA_EXCEEDED(409, ErrorCategory.CONFLICT, false),
    SECRETS_UNCONFIRMED(409, ErrorCategory.CONFLICT, false),
    SECRETS_MISSING(409, ErrorCategory.CONFLICT, false),
    UNKNOWN_PROCESS_TYPE(409, ErrorCategory.CONFLICT, false),
    SCALE_OUT_OF_RANGE(409, ErrorCategory.CONFLICT, false),
    VOLUME_REPLICA_LIMIT(409, ErrorCategory.CONFLICT, false),
    INSTANCE_NOT_RUNNING(409, ErrorCategory.CONFLICT, false),
    HOSTNAME_TAKEN(409, ErrorCategory.CONFLICT, false),
    PORT_TAKEN(409, ErrorCategory.CONFLICT, false),
    ROUTE_KIND_CONFLICT(409, ErrorCategory.CONFLICT, false),
    IPV4_NOT_ENABLED(409, ErrorCategory.CONFLICT, false),
    IPV4_IN_USE(409, ErrorCategory.CONFLICT, false),
    IPV4_POOL_EXHAUSTED(409, ErrorCategory.CONFLICT, false),
    ADDRESS_IN_USE(409, ErrorCategory.CONFLICT, false),
    ADDRESS_LIVE(409, ErrorCategory.CONFLICT, false),
    NETWORK_IN_USE(409, ErrorCategory.CONFLICT, false),
    ROTATION_IN_PROGRESS(409, ErrorCategory.CONFLICT, false),
    VOLUME_IN_USE(409, ErrorCategory.CONFLICT, false),
    VOLUME_CONSTRAINTS_INVALID(409, ErrorCategory.CONFLICT, false),
    POOL_LOW_SPACE(409, ErrorCategory.CONFLICT, false),
    BACKUP_NOT_USABLE(409, ErrorCategory.CONFLICT, false),
    NODE_NOT_ELIGIBLE(409, ErrorCategory.CONFLICT, false),
    KEY_ENROLLED(409, ErrorCategory.CONFLICT, false),
    QUORUM_UNSAFE(409, ErrorCategory.CONFLICT, false),
    SERVER_NOT_VOTER(409, ErrorCategory.CONFLICT, false),
    SERVER_LAGGING(409, ErrorCategory.CONFLICT, true),
    VM_STATE(409, ErrorCategory.CONFLICT, false),
    VM_BUSY(409, ErrorCategory.CONFLICT, false),
    VM_MUST_STOP(409, ErrorCategory.CONFLICT, false),
    VM_PROTECTED(409, ErrorCategory.CONFLICT, false),
    OWNED_BY_DEPLOY(409, ErrorCategory.CONFLICT, false),
    MIGRATE_CPU_MISMATCH(409, ErrorCategory.CONFLICT, false),
    CONCURRENT_UPDATE(409, ErrorCategory.CONFLICT, true),
    SNAPSHOT_IN_PROGRESS(409, ErrorCategory.CONFLICT, true),
    REFRESH_RACE(409, ErrorCategory.CONFLICT, true),
    VERSION_CONFLICT(412, ErrorCategory.CONFLICT, false),
    IF_MATCH_REQUIRED(428, ErrorCategory.INVALID, false),
    MANIFEST_INVALID(422, ErrorCategory.INVALID, false),
    IMAGE_NOT_FOUND(422, ErrorCategory.INVALID, false),
    IMAGE_UNSUPPORTED(422, ErrorCategory.INVALID, false),
    CONFIG_INVALID(422, ErrorCategory.INVALID, false),
    SECRETS_INVALID(422, ErrorCategory.INVALID, false),
    RATE_LIMITED(429, ErrorCategory.TRANSIENT, true),
    SLOW_DOWN(429, ErrorCategory.TRANSIENT, true),
    TOO_MANY_STREAMS(429, ErrorCategory.TRANSIENT, true),
    EXEC_LIMIT(429, ErrorCategory.TRANSIENT, true),
    INTERNAL(500, ErrorCategory.INTERNAL, false),
    NOT_SUPPORTED(501, ErrorCategory.INVALID, false),
    UNAVAILABLE(503, ErrorCategory.TRANSIENT, true),
    NO_LEADER(503, ErrorCategory.TRANSIENT, true),
    COMMIT_UNKNOWN(503, ErrorCategory.TRANSIENT, true),
    READ_WAIT_TIMEOUT(503, ErrorCategory.TRANSIENT, true),
    STALE_SERVER(503, ErrorCategory.TRANSIENT, true),
    CURSOR_AHEAD(503, ErrorCategory.TRANSIENT, true),
    INSTALLING(503, ErrorCategory.TRANSIENT, true),
    REGISTRY_UNAVAILABLE(503, ErrorCategory.TRANSIENT, true),
    NODE_UNREACHABLE(503, ErrorCategory.TRANSIENT, true),
    MASTER_KEY_UNAVAILABLE(503, ErrorCategory.TRANSIENT, true),
    APPLY_HALTED(503, ErrorCategory.INTERNAL, false),
    STATE_DIVERGED(503, ErrorCategory.INTERNAL, false),
    EXEC_CONNECT_TIMEOUT(504, ErrorCategory.TRANSIENT, true);

    private static final Map<String, ErrorCode> BY_CODE =
            Stream.of(values()).collect(Collectors.toUnmodifiableMap(ErrorCode::code, Function.identity()));

    private final int status;
    private final ErrorCategory category;
    private final boolean retryable;

    ErrorCode(int status, ErrorCategory category, boolean retryable) {
        this.status = status;
        this.category = category;
        this.retryable = retryable;
    }

    /** The code as clients see it, for example {@code hostname_taken}. */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** HTTP status, 400 to 504. */
    public int status() {
        return status;
    }

    public ErrorCategory category() {
        return category;
    }

    /** Whether the same request may succeed later without a change. */
    public boolean retryable() {
        return retryable;
    }

    /** The code a server sent; empty for one this version does not know. */
    public static Optional<ErrorCode> of(String code) {
        return Optional.ofNullable(BY_CODE.get(code));
    }
}
