package dev.vt.cli.core;

import dev.vt.cli.config.Credentials;
import dev.vt.cli.http.ApiClient;
import dev.vt.cli.json.Doc;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which token a call carries (C12): {@code VT_TOKEN}, else one for {@code VT_CLIENT_ID} and {@code VT_CLIENT_SECRET}, else what
 * {@code vt auth login} left. Access tokens are renewed a minute before they end, by one process at a time.
 */
public final class SignIn {
    private static final Duration EARLY = Duration.ofMinutes(1);

    private final Session session;
    private final String server;
    private final Path directory;

    SignIn(Session session, String server) {
        this.session = session;
        this.server = server;
        this.directory = session.shell().directory("data");
    }

    Optional<String> token() {
        Map<String, String> env = session.shell().env();
        String given = env.getOrDefault("VT_TOKEN", "");
        if (!given.isEmpty()) {
            return Optional.of(given);
        }
        String clientId = env.getOrDefault("VT_CLIENT_ID", "");
        if (!clientId.isEmpty()) {
            return Optional.of(ofClient(clientId, env.getOrDefault("VT_CLIENT_SECRET", "")));
        }
        return stored();
    }

    private Optional<String> stored() {
        Doc kept = Credentials.load(directory).entry(server);
        if (kept.get("refresh_token").isNull()) {
            return kept.get("token").text();
        }
        return Optional.of(fresh(kept) ? kept.str("access_token") : refresh());
    }

    private boolean fresh(Doc kept) {
        try {
            return session.shell().clock().instant().plus(EARLY).isBefore(Instant.parse(kept.str("expires_at")));
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    /**
     * Under the file's lock: whoever waited finds what the other got. The nonce is written first, so that a retry after a crash
     * asks for the same pair and is not taken for a thief (A19).
     */
    private String refresh() {
        return Credentials.locked(directory, () -> {
            Credentials credentials = Credentials.load(directory);
            Doc kept = credentials.entry(server);
            if (fresh(kept)) {
                return kept.str("access_token");
            }
            String nonce = kept.str("nonce").isEmpty() ? session.shell().keys().get() : kept.str("nonce");
            Map<String, Object> pending = new LinkedHashMap<>(kept.members());
            pending.put("nonce", nonce);
            credentials.set(server, pending);
            Doc pair = ask(kept.str("refresh_token"), nonce);
            credentials.set(server, pair(pair));
            return pair.str("access_token");
        });
    }

    private Doc ask(String refreshToken, String nonce) {
        try {
            return session.publicApi()
                    .post(
                            "/v1/auth/refresh",
                            Map.of("refresh_token", refreshToken, "nonce", padded(nonce)),
                            "renewing the sign-in to " + server);
        } catch (CliException e) {
            if (e.error().exitCode() != 3) {
                throw e;
            }
            throw new CliException(
                    CliError.of("auth", 3, e.error().code(), e.error().message(), "vt auth login --server " + server));
        }
    }

    /** The server wants at least sixteen characters. */
    private static String padded(String nonce) {
        return nonce.length() >= 16 ? nonce : nonce + "-".repeat(16 - nonce.length());
    }

    /** What the file keeps of an answer of the token endpoints. */
    public static Map<String, Object> pair(Doc answer) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("access_token", answer.str("access_token"));
        out.put("refresh_token", answer.str("refresh_token"));
        out.put("expires_at", answer.str("expires_at"));
        return out;
    }

    /** A token of the client lives for a quarter of an hour; it is kept beside the sign-ins, so that a script asks once. */
    private String ofClient(String clientId, String secret) {
        String name = server + "#" + clientId;
        return Credentials.locked(directory, () -> {
            Credentials credentials = Credentials.load(directory);
            Doc kept = credentials.entry(name);
            if (fresh(kept)) {
                return kept.str("access_token");
            }
            Doc minted = session.publicApi()
                    .post(
                            "/v1/auth/token",
                            Map.of("grant_type", "client_credentials", "client_id", clientId, "client_secret", secret),
                            "signing in as " + clientId);
            credentials.set(
                    name, Map.of("access_token", minted.str("access_token"), "expires_at", minted.str("expires_at")));
            return minted.str("access_token");
        });
    }

    /** Tells the server that a sign-in has ended; an access token or its refresh token will do. */
    public static void revoke(ApiClient api, Doc kept) {
        String token = kept.str("refresh_token").isEmpty() ? kept.str("token") : kept.str("refresh_token");
        if (!token.isEmpty() && !kept.str("refresh_token").isEmpty()) {
            api.post("/v1/auth/revoke", Map.of("token", token), "signing out");
        }
    }
}
