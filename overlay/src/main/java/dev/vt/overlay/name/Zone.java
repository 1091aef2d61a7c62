package dev.vt.overlay.name;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Member;
import dev.vt.overlay.address.Ipv6Prefix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The names of a plan and who may see them. Immutable and pure. {@code <process>.<env>.<app>.<org>} has the ready instances,
 * {@code <instance>.i} the one; a name is visible if the asker may reach it (D3). Apps of one name in two projects of an org share
 * their names: an asker sees those of its own environment before others that it may reach.
 */
public final class Zone {
    /** Without the dot at its end. */
    public static final String NAME = "vt.internal";

    /** A plan that came before any. */
    public static final Zone EMPTY = new Zone(List.of(), List.of(), 1, 1);

    private final long ttlSeconds;
    private final long negativeTtlSeconds;
    private final Map<String, List<Name>> names = new HashMap<>();
    private final Map<Ipv6Prefix, String> envOf = new HashMap<>();
    private final Map<String, Environment> envs = new HashMap<>();
    private final Map<String, Set<String>> reachable = new HashMap<>();

    /**
     * What a name has.
     *
     * @param envId whose instances they are
     * @param addresses of ready instances
     * @param ports by which {@code SRV} finds them (D2)
     */
    record Name(String envId, List<String> addresses, Set<Integer> ports) {
        Name {
            addresses = List.copyOf(addresses);
            ports = Set.copyOf(ports);
        }
    }

    /** What a question gets. */
    sealed interface Answer {
        /** @param target the name that has the addresses, without the zone */
        record Found(String target, Name name) implements Answer {}

        /** No such name, for this asker. */
        record Absent() implements Answer {}
    }

    private Zone(List<Environment> environments, List<Allowance> allowances, long ttlSeconds, long negativeTtlSeconds) {
        this.ttlSeconds = ttlSeconds;
        this.negativeTtlSeconds = negativeTtlSeconds;
        for (Environment env : environments) {
            envs.put(env.envId(), env);
            Map<String, List<Member>> byProcess = new TreeMap<>();
            for (Member member : env.members()) {
                envOf.put(Ipv6Prefix.parse(member.address()), env.envId());
                byProcess
                        .computeIfAbsent(member.process(), process -> new ArrayList<>())
                        .add(member);
                add(
                        label(member.instanceId()) + ".i",
                        new Name(env.envId(), List.of(member.address()), Set.copyOf(member.ports())));
            }
            byProcess.forEach((process, members) ->
                    add(process + "." + env.label(), new Name(env.envId(), ready(members), ports(members))));
        }
        for (Allowance allowance : allowances) {
            reachable
                    .computeIfAbsent(allowance.fromEnvId(), env -> new HashSet<>())
                    .add(allowance.toEnvId());
        }
    }

    public static Zone of(NodeNetwork network) {
        return new Zone(
                network.environments(),
                network.allowances(),
                network.settings().dnsTtlS(),
                network.settings().dnsNegativeTtlS());
    }

    private void add(String name, Name value) {
        names.computeIfAbsent(name, absent -> new ArrayList<>()).add(value);
    }

    /** Ids have underscores; host names do not (RFC 1123 §2.1). */
    private static String label(String instanceId) {
        return instanceId.replace('_', '-').toLowerCase(Locale.ROOT);
    }

    private static List<String> ready(List<Member> members) {
        return members.stream()
                .filter(Member::ready)
                .map(Member::address)
                .sorted()
                .toList();
    }

    private static Set<Integer> ports(List<Member> members) {
        Set<Integer> out = new HashSet<>();
        members.forEach(member -> out.addAll(member.ports()));
        return out;
    }

    long ttlSeconds() {
        return ttlSeconds;
    }

    /** How long a name that is not there stays so. */
    long negativeTtlSeconds() {
        return negativeTtlSeconds;
    }

    /**
     * @param asker whoever sent the query
     * @param name lower case, without the zone
     */
    Answer lookUp(Ipv6Prefix asker, String name) {
        String askerEnv = envOf.get(asker);
        if (askerEnv == null) {
            return new Answer.Absent();
        }
        return names.getOrDefault(name, List.of()).stream()
                .filter(found -> mayReach(askerEnv, found.envId()))
                .min(Comparator.comparing(found -> !found.envId().equals(askerEnv)))
                .<Answer>map(found -> new Answer.Found(name, found))
                .orElse(new Answer.Absent());
    }

    private boolean mayReach(String from, String to) {
        if (from.equals(to)) {
            Environment env = envs.get(from);
            return env != null && env.internal();
        }
        return reachable.getOrDefault(from, Set.of()).contains(to);
    }
}
