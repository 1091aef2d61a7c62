package dev.vt.runtime;

/** What a VM used so far: CPU time in microseconds, resident memory in bytes. */
public record VmStats(long cpuMicros, long residentBytes) {}
