package dev.vt.control.session;

import dev.vt.control.http.Call;

/**
 * Where a sign-in comes from, for the guard and the audit trail.
 *
 * @param address without port
 */
public record Client(String address, String userAgent) {
    public static Client of(Call call) {
        return new Client(call.remoteAddress(), call.header("user-agent").orElse(""));
    }
}
