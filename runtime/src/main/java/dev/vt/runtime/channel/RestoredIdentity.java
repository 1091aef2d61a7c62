package dev.vt.runtime.channel;

import java.util.Optional;

/**
 * Who a restored guest is from now on (RT36).
 *
 * @param mac of its network device, which after a restore still has its template's; empty if it has none
 */
public record RestoredIdentity(String instanceId, String bootId, Optional<String> mac) {}
