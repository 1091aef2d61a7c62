package dev.vt.agent.instance;

import java.util.Set;
import java.util.regex.Pattern;

/** Reasons a guest may give for a failed boot; anything else is a hostile guest's invention (RT25). */
final class GuestReasons {
    private static final Set<String> KNOWN = Set.of(
            "driver_start_failed",
            "rootfs_build_failed",
            "network_setup_failed",
            "volume_attach_failed",
            "secrets_missing",
            "secrets_injection_failed",
            "prestart_failed",
            "exited");
    private static final Pattern DETAIL = Pattern.compile("[A-Za-z0-9_ .:/-]{0,64}");

    private GuestReasons() {}

    static String reason(String given) {
        return KNOWN.contains(given) ? given : "driver_start_failed";
    }

    static String detail(String given) {
        return DETAIL.matcher(given).matches() ? given : "invalid";
    }
}
