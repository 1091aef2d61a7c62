package dev.vt.runtime;

/**
 * A guest that waits for its first config, to start VMs of one shape from (runtime.md §15, tier {@code base}). It holds nothing of any
 * tenant.
 *
 * @param id names the shape: kernel bundle, driver version, accelerator, vCPUs, memory, devices
 * @param guestId the instance that HELLO names until the restored guest has been given its own
 * @param guestBootId likewise, its boot
 */
public record BaseSnapshot(String id, String guestId, String guestBootId) {}
