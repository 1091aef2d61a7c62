package dev.vt.control.user;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.Json;

/** The events of users that the control plane writes today (state.md §3). */
public final class UserEvents {
    private UserEvents() {}

    public static AggregateKey key(String userId) {
        return new AggregateKey("user", userId);
    }

    /** @param via {@code bootstrap}, {@code invite} or {@code operator} */
    public static NewEvent created(String userId, String email, boolean operator, String via) {
        ObjectNode payload =
                Json.object().put("email", email).put("operator", operator).put("via", via);
        return new NewEvent(key(userId), "user.created", Owner.NONE, payload);
    }

    /** @param kind {@code password}, {@code totp} or {@code recovery} */
    public static NewEvent credentialChanged(String userId, String kind, String credentialId) {
        ObjectNode payload = Json.object().put("kind", kind).put("credential_id", credentialId);
        return new NewEvent(key(userId), "user.credential_changed", Owner.NONE, payload);
    }
}
