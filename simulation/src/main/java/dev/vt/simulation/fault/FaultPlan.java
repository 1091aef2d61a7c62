package dev.vt.simulation.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/**
 * Pure: faults one after the other. The kinds are dealt like cards, so that each comes once before any comes again; half of the
 * faults hit the leader.
 *
 * @param seed the whole plan comes from it
 */
public record FaultPlan(long seed, List<Step> steps) {
    /**
     * @param calm before it, once all servers agree
     * @param lasting from its begin to its end
     */
    public record Step(Duration calm, Fault fault, Duration lasting) {
        @Override
        public String toString() {
            return "after %d ms %s for %d ms".formatted(calm.toMillis(), fault, lasting.toMillis());
        }
    }

    private static final int SHORTEST_MILLIS = 1000;
    /** Beyond the longest election and S17's five seconds. */
    private static final int LONGEST_MILLIS = 7000;

    private static final int CALM_MILLIS = 2000;

    public FaultPlan {
        steps = List.copyOf(steps);
    }

    public static FaultPlan of(long seed, Set<FaultKind> kinds, int count) {
        // The algorithm of this class is part of its contract: a seed means the same plan on every JDK.
        Random random = new Random(seed);
        List<Step> steps = new ArrayList<>();
        List<FaultKind> deck = new ArrayList<>();
        while (steps.size() < count) {
            if (deck.isEmpty()) {
                deck.addAll(new TreeSet<>(kinds));
                Collections.shuffle(deck, random);
            }
            Duration calm = Duration.ofMillis(random.nextInt(CALM_MILLIS));
            Target target = random.nextBoolean()
                    ? Target.LEADER
                    : random.nextBoolean() ? Target.FIRST_FOLLOWER : Target.LAST_FOLLOWER;
            Fault fault = deck.removeLast().deal(target, random);
            Duration lasting = Duration.ofMillis(random.nextInt(SHORTEST_MILLIS, LONGEST_MILLIS));
            steps.add(new Step(calm, fault, lasting));
        }
        return new FaultPlan(seed, steps);
    }

    /** The part that was reached. */
    public FaultPlan first(int count) {
        return new FaultPlan(seed, steps.subList(0, count));
    }

    @Override
    public String toString() {
        StringBuilder out = new StringBuilder("seed ").append(seed);
        for (int i = 0; i < steps.size(); i++) {
            out.append("\n  ").append(i + 1).append(". ").append(steps.get(i));
        }
        return out.toString();
    }
}
