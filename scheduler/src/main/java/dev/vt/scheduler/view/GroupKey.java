package dev.vt.scheduler.view;

/** A group: one process type of one environment. Ordered by environment, then process type. */
public record GroupKey(String envId, String processType) implements Comparable<GroupKey> {
    @Override
    public int compareTo(GroupKey other) {
        int byEnv = envId.compareTo(other.envId);
        return byEnv != 0 ? byEnv : processType.compareTo(other.processType);
    }

    @Override
    public String toString() {
        return envId + "/" + processType;
    }
}
