package dev.vt.scheduler;

/** An instance that keeps a draining node from being drained (K12). */
public record DrainBlocker(String nodeId, String instanceId, String reason) {}
