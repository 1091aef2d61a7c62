package dev.vt.edge.proxy;

import java.util.Optional;

/** What a PROXY header may say beyond addresses, in the order in which it is written. */
public enum ProxyTlv {
    AUTHORITY("authority"),
    UNIQUE_ID("unique_id"),
    ROUTE_ID("route_id"),
    CRC32C("crc32c");

    private final String word;

    ProxyTlv(String word) {
        this.word = word;
    }

    /** @param word as in a route's {@code proxy_tlvs} */
    public static Optional<ProxyTlv> of(String word) {
        for (ProxyTlv tlv : values()) {
            if (tlv.word.equals(word)) {
                return Optional.of(tlv);
            }
        }
        return Optional.empty();
    }
}
