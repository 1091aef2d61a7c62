package dev.vt.scheduler.view;

/** Reason codes of scheduler.md §3, §5 and §6, and of the gaps that are merely work in progress. */
public final class Reasons {
    // Why nothing can be placed; the filters of §3 in their order.
    public static final String SECRETS_MISSING = "secrets_missing";
    public static final String QUOTA_PREFIX = "org_quota_exceeded:";
    public static final String NO_NODES_ACTIVE = "no_nodes_active";
    public static final String NO_NODE_DRIVER = "no_node_driver";
    public static final String MISSING_PREFIX = "missing:";
    public static final String VOLUME_CONSTRAINTS_INVALID = "volume_constraints_invalid";
    public static final String VOLUME_HOME_NODE_OFFLINE = "volume_home_node_offline";
    public static final String VOLUME_LOCALITY_NO_NODE = "volume_locality_no_node";
    public static final String VOLUME_IN_USE = "volume_in_use";
    public static final String NO_NODE_MATCHES = "no_node_matches";
    public static final String NO_CAPACITY_MEMORY = "no_capacity_memory";
    public static final String NO_CAPACITY_DISK = "no_capacity_disk";
    public static final String IPAM_EXHAUSTED = "ipam_exhausted";

    // Why a failed instance is not replaced yet.
    public static final String RETRY_BACKOFF = "retry_backoff";
    public static final String ROLLOUT_STALLED = "rollout_stalled";

    // Why desired and actual differ although nothing is wrong.
    public static final String STARTING = "starting";
    public static final String ROLLING = "rolling";
    public static final String DRAINING = "draining";
    public static final String DRAIN_FIRST = "drain_first";

    // Why an instance is to go.
    public static final String SCALE_DOWN = "scale_down";
    public static final String ROLLOUT_REPLACE = "rollout_replace";
    public static final String NODE_DRAINING = "node_draining";
    public static final String NODE_OFFLINE = "node_offline";
    public static final String INSTANCE_FAILED = "instance_failed";
    public static final String ENV_DELETED = "env_deleted";

    // Why an instance failed, where the scheduler is the one to say so.
    public static final String STARTUP_TIMEOUT = "startup_timeout";
    public static final String EXITED = "exited";

    public static final String DRAIN_BLOCKED_STATEFUL = "drain_blocked_stateful";

    private Reasons() {}

    /** Whether giving an instance up first can make room for its successor. */
    public static boolean curedByRoom(String reason) {
        return reason.equals(NO_CAPACITY_MEMORY) || reason.equals(NO_CAPACITY_DISK) || reason.startsWith(QUOTA_PREFIX);
    }
}
