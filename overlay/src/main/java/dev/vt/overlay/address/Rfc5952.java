package dev.vt.overlay.address;

/** The one text of an IPv6 address (RFC 5952 §4). */
final class Rfc5952 {
    private static final int GROUPS = 8;

    private Rfc5952() {}

    /** Lower case, no leading zeros, the longest and first run of two or more zero groups as {@code ::}. */
    static String text(byte[] address) {
        int[] groups = new int[GROUPS];
        for (int i = 0; i < GROUPS; i++) {
            groups[i] = ((address[2 * i] & 0xff) << 8) | (address[2 * i + 1] & 0xff);
        }
        int zerosAt = -1;
        int zeros = 1;
        for (int start = 0; start < GROUPS; start++) {
            int end = start;
            while (end < GROUPS && groups[end] == 0) {
                end++;
            }
            if (end - start > zeros) {
                zerosAt = start;
                zeros = end - start;
            }
        }
        if (zerosAt < 0) {
            return hex(groups, 0, GROUPS);
        }
        return hex(groups, 0, zerosAt) + "::" + hex(groups, zerosAt + zeros, GROUPS);
    }

    private static String hex(int[] groups, int from, int to) {
        StringBuilder out = new StringBuilder();
        for (int i = from; i < to; i++) {
            out.append(i == from ? "" : ":").append(Integer.toHexString(groups[i]));
        }
        return out.toString();
    }
}
