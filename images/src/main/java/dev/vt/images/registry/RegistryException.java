package dev.vt.images.registry;

/** A request that the registry refuses; the codes are those of the OCI distribution specification. */
public final class RegistryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Codes and the status each is answered with. */
    public enum Code {
        BLOB_UNKNOWN(404),
        BLOB_UPLOAD_INVALID(416),
        BLOB_UPLOAD_UNKNOWN(404),
        DIGEST_INVALID(400),
        MANIFEST_BLOB_UNKNOWN(404),
        MANIFEST_INVALID(400),
        MANIFEST_UNKNOWN(404),
        NAME_INVALID(400),
        NAME_UNKNOWN(404),
        SIZE_INVALID(413),
        UNAUTHORIZED(401),
        DENIED(403),
        UNSUPPORTED(405),
        TOOMANYREQUESTS(429),
        /** Not of the specification; clients of the Docker registry know it. */
        UNAVAILABLE(503);

        private final int status;

        Code(int status) {
            this.status = status;
        }
    }

    private final Code code;

    public RegistryException(Code code, String message) {
        super(message, null, false, false);
        this.code = code;
    }

    public Code code() {
        return code;
    }

    int status() {
        return code.status;
    }
}
