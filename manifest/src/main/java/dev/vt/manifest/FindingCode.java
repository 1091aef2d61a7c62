package dev.vt.manifest;

/** What can be wrong (E) or doubtful (W) in a manifest; the table of manifest.md §2. Names are the contract. */
public enum FindingCode {
    E_SYNTAX,
    E_SIZE,
    E_SCHEMA_VERSION,
    E_UNKNOWN_KEY,
    E_MISSING_KEY,
    E_TYPE,
    E_VALUE,
    E_RANGE,
    E_PATTERN,
    E_DUPLICATE,
    E_NO_PROCESS,
    E_IMAGE_REF,
    E_PORT_UNDECLARED,
    E_PROCESS_UNKNOWN,
    E_VOLUME_UNKNOWN,
    E_VOLUME_REPLICA_LIMIT,
    E_VOLUME_SHARED,
    E_MOUNT_PATH,
    E_RESTART_RETRIES,
    E_HOSTNAME,
    E_ROUTE_PROXY_ACK,
    E_OVERRIDE,
    E_UNSUPPORTED,
    E_SECRET_VALUE,
    W_SECRET_NAME,
    W_TAG,
    W_NO_HEALTH;

    public boolean isWarning() {
        return name().startsWith("W");
    }
}
