package dev.vt.control.audit;

import java.net.InetAddress;
import java.util.Arrays;

/** An address as the network it is in: /24 or /48, so that the log holds no person's address. */
public final class SourceNet {
    private SourceNet() {}

    /** @param address a literal IPv4 or IPv6 address; anything else is {@code unknown} */
    public static String of(String address) {
        try {
            byte[] bytes = InetAddress.ofLiteral(address).getAddress();
            int prefix = bytes.length == 4 ? 24 : 48;
            Arrays.fill(bytes, prefix / 8, bytes.length, (byte) 0);
            return InetAddress.getByAddress(bytes).getHostAddress() + "/" + prefix;
        } catch (IllegalArgumentException | java.net.UnknownHostException e) {
            return "unknown";
        }
    }
}
