package dev.vt.scheduler.view;

import java.time.Instant;

/**
 * A replacement already made (K10): an instance of the group's present hash was given up as failed.
 *
 * @param at when it was given up, log time
 * @param reason of the instance
 */
public record FailureView(String instanceId, String nodeId, Instant at, String reason) {}
