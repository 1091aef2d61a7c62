package dev.vt.control.auth;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * The side records {@code credential} (state.md §5): under the SHA-256 of a token, which token of which kind it is.
 *
 * <pre>
 * kind     key                what it is
 * token    hash               personal token                        token_id
 * access   hash               access token of a sign-in             token_id, expires_at
 * session  hash               console session                       token_id, authenticated_at, idle_until
 * principal hash              access token of a service principal   principal_id, token_id, scopes, expires_at
 * </pre>
 *
 * Other features keep theirs here too: passwords under {@code password:<user>}, authenticators under {@code totp:<user>}, and so
 * on.
 */
public final class Credentials {
    /** The kind of side record. */
    public static final String KIND = "credential";

    public static final String TOKEN = "token";
    public static final String ACCESS = "access";
    public static final String SESSION = "session";
    public static final String PRINCIPAL = "principal";

    /** State.md §5. */
    private static final Duration KEPT_AFTER_EXPIRY = Duration.ofDays(30);

    private Credentials() {}

    /** @param end when the credential ends; the record stays a while longer, so that its use can be told from nonsense */
    public static SideOperation keep(String secret, ObjectNode content, Instant end) {
        return new SideOperation.Put(KIND, TokenSecrets.hash(secret), Json.bytes(content), end.plus(KEPT_AFTER_EXPIRY));
    }

    public static ObjectNode token(String tokenId, String subject, Instant expiresAt) {
        return Json.object()
                .put("kind", TOKEN)
                .put("token_id", tokenId)
                .put("subject", subject)
                .put("expires_at", expiresAt.toString());
    }

    public static ObjectNode access(String tokenId, Instant expiresAt) {
        return Json.object().put("kind", ACCESS).put("token_id", tokenId).put("expires_at", expiresAt.toString());
    }

    public static ObjectNode principal(String principalId, String tokenId, Set<String> scopes, Instant expiresAt) {
        ObjectNode out = Json.object()
                .put("kind", PRINCIPAL)
                .put("principal_id", principalId)
                .put("token_id", tokenId)
                .put("expires_at", expiresAt.toString());
        ArrayNode list = out.putArray("scopes");
        new TreeSet<>(scopes).forEach(list::add);
        return out;
    }

    public static ObjectNode session(String tokenId, Instant authenticatedAt, Instant idleUntil) {
        return Json.object()
                .put("kind", SESSION)
                .put("token_id", tokenId)
                .put("authenticated_at", authenticatedAt.toString())
                .put("idle_until", idleUntil.toString());
    }
}
