package dev.vt.control.hostname;

import dev.vt.control.feature.ReconcileReport;
import dev.vt.control.feature.Reconciler;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.route.Route;
import dev.vt.control.route.Routes;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Looks for the challenges of routes that await one (R2). A name is looked up at most every quarter of the time that its route
 * has waited, at first every 10 s, at last every hour: people who make the record now see it soon, and names that nobody
 * proves cost next to nothing. At most {@link #MOST_LOOKUPS} names in a run; who was not asked is first in the next.
 */
final class HostnameProver implements Reconciler {
    static final int MOST_LOOKUPS = 20;
    private static final int MOST_PENDING = 10_000;
    private static final Duration SHORTEST_REST = Duration.ofSeconds(10);
    private static final Duration LONGEST_REST = Duration.ofHours(1);

    private record Name(String envId, String hostname) {}

    private final Routes routes;
    private final TxtRecords dns;
    private final SystemMutations system;
    private final Clock clock;
    /** When a name was asked for last; only names that are pending. Another leader begins anew. */
    private final Map<Name, Instant> asked = new HashMap<>();

    HostnameProver(Routes routes, TxtRecords dns, SystemMutations system, Clock clock) {
        this.routes = routes;
        this.dns = dns;
        this.system = system;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "hostname-proof";
    }

    @Override
    public Duration period() {
        return Duration.ofSeconds(5);
    }

    @Override
    public boolean wakesOn(String eventType) {
        return eventType.equals("route.created");
    }

    @Override
    public ReconcileReport reconcile() {
        Map<Name, List<Route>> pending = new LinkedHashMap<>();
        for (Route route : routes.pending(MOST_PENDING)) {
            Name name = new Name(
                    Objects.requireNonNull(route.row().envId()),
                    Objects.requireNonNull(route.definition().hostname()));
            pending.computeIfAbsent(name, key -> new ArrayList<>()).add(route);
        }
        asked.keySet().retainAll(pending.keySet());
        Instant now = clock.instant();
        List<String> problems = new ArrayList<>();
        int proven = 0;
        List<Name> due = pending.entrySet().stream()
                .filter(each -> isDue(each.getKey(), each.getValue().getFirst(), now))
                .map(Map.Entry::getKey)
                .sorted((a, b) -> lastAsked(a).compareTo(lastAsked(b)))
                .limit(MOST_LOOKUPS)
                .toList();
        for (Name name : due) {
            asked.put(name, now);
            try {
                List<String> texts = dns.of(Route.CHALLENGE_LABEL + name.hostname());
                for (Route route : pending.getOrDefault(name, List.of())) {
                    if (texts.contains(Objects.requireNonNull(route.challenge()))) {
                        proven += verified(route, problems);
                    }
                }
            } catch (TxtLookupException e) {
                problems.add(String.valueOf(e.getMessage()));
            }
        }
        return new ReconcileReport(due.size(), proven, problems);
    }

    private Instant lastAsked(Name name) {
        return asked.getOrDefault(name, Instant.MIN);
    }

    private boolean isDue(Name name, Route oldest, Instant now) {
        Instant last = asked.get(name);
        if (last == null) {
            return true;
        }
        Duration rest = Duration.between(oldest.row().createdAt(), now).dividedBy(4);
        if (rest.compareTo(SHORTEST_REST) < 0) {
            rest = SHORTEST_REST;
        } else if (rest.compareTo(LONGEST_REST) > 0) {
            rest = LONGEST_REST;
        }
        return !now.isBefore(last.plus(rest));
    }

    private int verified(Route route, List<String> problems) {
        return switch (system.asSystem("hostname-proof", draft -> routes.verify(draft, route.id()))) {
            case SystemMutations.Outcome.Applied applied -> 1;
            case SystemMutations.Outcome.Unchanged unchanged -> 0;
            case SystemMutations.Outcome.Refused(var problem) -> {
                problems.add(route.id() + ": " + problem.code().code());
                yield 0;
            }
        };
    }
}
