package dev.vt.control.feature;

import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.eventlog.Actor;
import dev.vt.kernel.CanonicalJson;
import dev.vt.kernel.Digests;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * @param record key of the side record: hash of scope, actor, operation and the client's key (A8)
 */
record IdempotencyKey(String record) {
    static Optional<IdempotencyKey> of(Call call, Actor actor) {
        String scope =
                call.endpoint().access() instanceof Access.InOrg ? call.org().orgId() : "cluster";
        return call.idempotencyKey()
                .map(key -> new IdempotencyKey(Digests.sha256Hex(String.join(
                                "\n",
                                scope,
                                actor.type(),
                                actor.id(),
                                call.endpoint().operation(),
                                key)
                        .getBytes(StandardCharsets.UTF_8))));
    }

    /** Same method, path and body, whatever its white space and order of members. */
    static String requestHash(Call call) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes((call.endpoint().method() + " " + call.path() + "\n").getBytes(StandardCharsets.UTF_8));
        byte[] body = call.bodyBytes();
        out.writeBytes(body.length == 0 ? body : canonical(call, body));
        return Digests.sha256Hex(out.toByteArray());
    }

    private static byte[] canonical(Call call, byte[] body) {
        try {
            return CanonicalJson.bytes(call.bodyObject());
        } catch (IllegalArgumentException e) {
            // A fraction: no request has one, so the body is refused later; until then it is only itself.
            return body;
        }
    }
}
