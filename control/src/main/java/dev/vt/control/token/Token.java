package dev.vt.control.token;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.feature.AggregateRow;
import dev.vt.eventlog.AggregateKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A token as the view shows it: everything but the token. */
public record Token(
        AggregateRow row,
        String userId,
        String kind,
        String name,
        List<String> scopes,
        @Nullable String resource,
        Instant expiresAt) {
    public Token {
        scopes = List.copyOf(scopes);
    }

    static Token of(ResultSet row) throws SQLException {
        return new Token(
                AggregateRow.of(row),
                row.getString("user_id"),
                row.getString("kind"),
                row.getString("name"),
                List.of(row.getString("scopes").split(" ")),
                row.getString("resource"),
                AggregateRow.instant(row, "expires_at"));
    }

    static AggregateKey key(String id) {
        return new AggregateKey("token", id);
    }

    TokenState state() {
        return row.deleted() ? new TokenState.Revoked() : new TokenState.Live();
    }

    ObjectNode json() {
        ObjectNode out = row.json().put("user_id", userId).put("kind", kind).put("name", name);
        ArrayNode list = out.putArray("scopes");
        scopes.forEach(list::add);
        out.put("resource", resource);
        out.put("expires_at", expiresAt.toString());
        return out;
    }
}
