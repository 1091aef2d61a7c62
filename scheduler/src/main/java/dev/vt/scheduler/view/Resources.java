package dev.vt.scheduler.view;

/** CPU in thousandths of a core, memory and disk in bytes. */
public record Resources(long cpuMillis, long memoryBytes, long diskBytes) {
    public static final Resources NONE = new Resources(0, 0, 0);

    public Resources plus(Resources other) {
        return new Resources(cpuMillis + other.cpuMillis, memoryBytes + other.memoryBytes, diskBytes + other.diskBytes);
    }

    public Resources minus(Resources other) {
        return new Resources(cpuMillis - other.cpuMillis, memoryBytes - other.memoryBytes, diskBytes - other.diskBytes);
    }
}
