package dev.vt.scheduler.placement;

import dev.vt.scheduler.view.Strategy;

/** The table of soft parts (scheduler.md §3): each part is 0–1000, times its weight. */
record Weights(int group, int domain, int memory, int cpu, int health, int affinity) {
    private static final Weights SPREAD = new Weights(4, 3, 1, 1, 3, 4);
    private static final Weights BINPACK = new Weights(1, 1, -4, -1, 3, 4);
    private static final Weights MOST_FREE = new Weights(1, 1, 4, 4, 3, 4);

    static Weights of(Strategy strategy) {
        return switch (strategy) {
            case SPREAD -> SPREAD;
            case BINPACK -> BINPACK;
            case MOST_FREE -> MOST_FREE;
        };
    }
}
