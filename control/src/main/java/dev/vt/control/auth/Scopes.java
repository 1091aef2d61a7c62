package dev.vt.control.auth;

import java.util.Set;
import java.util.TreeSet;

/** The scopes of api.md §7. A new one is added here and to the roles that have it. */
public final class Scopes {
    /** What a readonly member may do. */
    static final Set<String> READ = Set.of(
            "orgs:read",
            "projects:read",
            "apps:read",
            "envs:read",
            "releases:read",
            "routes:read",
            "volumes:read",
            "events:read",
            "logs:read",
            "sites:read",
            "secrets:read-metadata");

    /** What a developer may do beyond that. */
    static final Set<String> WRITE = Set.of(
            "apps:write",
            "envs:write",
            "releases:write",
            "deploys:write",
            "rollbacks:write",
            "routes:write",
            "volumes:write",
            "secrets:write",
            "sites:write");

    /** What developers may do too if the org says so. */
    static final Set<String> RISKY = Set.of("exec:write", "sites:login");

    /** What an admin may do beyond that. */
    static final Set<String> ADMIN = Set.of("projects:write", "ipv4:write", "audit:read", "sites:admin", "orgs:admin");

    /** What needs the operator flag. */
    static final Set<String> OPERATOR = Set.of("cluster:read", "cluster:admin", "nodes:admin", "vms:read", "vms:write");

    private static final Set<String> BILLING = Set.of("billing:read", "billing:write");

    private Scopes() {}

    static Set<String> owner() {
        return union(READ, WRITE, RISKY, ADMIN, BILLING);
    }

    /** Every scope there is. */
    public static Set<String> all() {
        return union(READ, WRITE, RISKY, ADMIN, BILLING, OPERATOR);
    }

    /** What only operators have, and what they make. */
    public static Set<String> ofOperators() {
        return OPERATOR;
    }

    @SafeVarargs
    static Set<String> union(Set<String>... sets) {
        Set<String> out = new TreeSet<>();
        for (Set<String> set : sets) {
            out.addAll(set);
        }
        return out;
    }
}
