package dev.vt.overlay.filter;

import dev.vt.kernel.Digests;
import java.nio.charset.StandardCharsets;

/**
 * What of a host's packet filter is one node's: two agents of one machine leave each other alone.
 *
 * @param table of family inet
 * @param group of the interfaces that lead to instances (ip-link(8))
 */
public record FilterScope(String table, int group) {
    private static final int GROUPS = 0x7674_0000;
    private static final int ID_END = 11;

    public static FilterScope of(String nodeId) {
        byte[] hash = Digests.sha256(nodeId.getBytes(StandardCharsets.UTF_8));
        return new FilterScope(
                "vt_" + nodeId.substring(Math.max(0, nodeId.length() - ID_END)),
                GROUPS | (hash[0] & 0xff) << 8 | (hash[1] & 0xff));
    }
}
