package dev.vt.edge.relay;

import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Numbers for what a loop watches. A number that was freed is not given out before {@link #reuse}, so that an event which
 * was already told for its old owner never reaches a new one. Used by one loop.
 */
final class Slots {
    private static final Object NOBODY = new Object();

    private Object[] owners = new Object[64];
    private int[] free = new int[64];
    private int freeCount;
    private int reusable;
    private int used;

    int take(Object owner) {
        int slot = reusable > 0 ? takeFreed() : used++;
        if (slot == owners.length) {
            owners = Arrays.copyOf(owners, owners.length * 2);
        }
        owners[slot] = owner;
        return slot;
    }

    /** The last freed before this round comes first; those of this round move down by one. */
    private int takeFreed() {
        int slot = free[--reusable];
        free[reusable] = free[--freeCount];
        return slot;
    }

    void free(int slot) {
        owners[slot] = NOBODY;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, free.length * 2);
        }
        free[freeCount++] = slot;
    }

    /** No event for what has been freed so far is still to come. */
    void reuse() {
        reusable = freeCount;
    }

    Object get(int slot) {
        return owners[slot];
    }

    /** Every {@code stride}th one, from {@code first} on. */
    void forEach(int first, int stride, Consumer<Object> action) {
        for (int i = first; i < used; i += stride) {
            action.accept(owners[i]);
        }
    }
}
