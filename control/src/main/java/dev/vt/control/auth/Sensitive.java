package dev.vt.control.auth;

import dev.vt.control.http.Endpoint;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What operations ask for beyond their scope, in one place (api.md §7): which are audited and under which name, which need a
 * fresh password in a console session (A21), which only an owner may do, which need {@code If-Match} (A10). A test holds that
 * every operation named here exists.
 */
public final class Sensitive {
    /**
     * @param action as in {@code audit.recorded}; empty if it is not audited
     * @param stepUp a session's password must be younger than ten minutes
     * @param ownerOnly the role admin is not enough
     * @param ifMatch {@code If-Match} must be there
     */
    public record Rule(String action, boolean stepUp, boolean ownerOnly, boolean ifMatch) {
        private static final Rule NONE = new Rule("", false, false, false);

        public boolean audited() {
            return !action.isEmpty();
        }
    }

    private static final Map<String, Rule> RULES = new HashMap<>();

    static {
        for (String operation : Set.of(
                "secrets.import",
                "secrets.set",
                "secrets.rotate",
                "secrets.rollback",
                "secrets.confirm_none",
                "routes.create",
                "routes.update",
                "routes.delete",
                "hostname_reservations.lift",
                "nodes.update",
                "nodes.activate",
                "nodes.drain",
                "nodes.disable",
                "nodes.fence",
                "edges.activate",
                "edges.drain",
                "edges.disable")) {
            audited(operation, operation);
        }
        audited("tokens.revoke", "token.revoke");
        audited("exec_sessions.create", "exec.grant");
        audited("exec_sessions.revoke", "exec.revoke");
        audited("logs.list", "log.read");
        audited("logs.stream", "log.read");
        audited("cluster.views.rebuild", "view.rebuild");
        // A token is not asked again; so a session that would be may make none.
        stepUp("tokens.create", "token.create");
        stepUp("auth.device.decide", "device.decide");
        stepUp("nodes.revoke", "nodes.revoke");
        stepUp("edges.revoke", "edges.revoke");
        stepUp("enrollment_tokens.create", "enrollment_token.create");
        stepUp("enrollment_tokens.revoke", "enrollment_token.revoke");
        stepUp("members.add", "member.add");
        stepUp("members.remove", "member.remove");
        RULES.put("members.update", new Rule("member.update", true, false, true));
        stepUp("service_principals.create", "service_principal.create");
        stepUp("service_principals.update", "service_principal.update");
        stepUp("service_principals.delete", "service_principal.delete");
        stepUp("service_principals.rotate", "service_principal.rotate");
        stepUp("users.create", "user.create");
        stepUp("users.update", "user.update");
        stepUp("users.invite", "user.invite");
        stepUp("users.disable", "user.disable");
        stepUp("users.enable", "user.enable");
        stepUp("users.operator", "user.operator");
        stepUp("auth.totp.enrol", "auth.totp_enrol");
        stepUp("auth.totp.confirm", "auth.totp_confirm");
        stepUp("auth.totp.remove", "auth.totp_remove");
        stepUp("servers.promote", "server.promote");
        stepUp("servers.demote", "server.demote");
        stepUp("servers.transfer_leadership", "server.transfer_leadership");
        stepUp("servers.leave", "server.leave");
        stepUp("servers.remove", "server.remove");
        stepUp("config.set", "config.set");
        stepUp("config.rollback", "config.rollback");
        RULES.put("quotas.set", new Rule("quota.set", false, false, true));
        RULES.put("orgs.delete", new Rule("org.delete", true, true, false));
    }

    private Sensitive() {}

    private static void audited(String operation, String action) {
        RULES.put(operation, new Rule(action, false, false, false));
    }

    private static void stepUp(String operation, String action) {
        RULES.put(operation, new Rule(action, true, false, false));
    }

    public static Rule of(Endpoint endpoint) {
        return RULES.getOrDefault(endpoint.operation(), Rule.NONE);
    }

    /** The audited action of an operation. */
    public static Optional<String> action(String operation) {
        return Optional.ofNullable(RULES.get(operation)).map(Rule::action).filter(action -> !action.isEmpty());
    }

    /** Every operation named here. */
    public static Set<String> operations() {
        return Set.copyOf(RULES.keySet());
    }
}
