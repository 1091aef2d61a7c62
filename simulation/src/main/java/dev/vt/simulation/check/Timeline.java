package dev.vt.simulation.check;

import dev.vt.simulation.history.Operation;
import dev.vt.simulation.history.Outcome;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Calls and answers in the order of time, as a list from which a call and its answer can be lifted and put back. One thread. */
final class Timeline {
    private final Moment head;
    private final int due;

    private Timeline(Moment head, int due) {
        this.head = head;
        this.due = due;
    }

    /** A call of unknown outcome has no answer. */
    static Timeline of(List<Operation> operations) {
        List<Moment> moments = new ArrayList<>();
        int due = 0;
        for (int index = 0; index < operations.size(); index++) {
            Operation operation = operations.get(index);
            Moment call = new Moment(operation, index, operation.invoked(), true);
            moments.add(call);
            if (!(operation.outcome() instanceof Outcome.Unknown)) {
                call.answer = new Moment(operation, index, operation.returned(), false);
                moments.add(call.answer);
                due++;
            }
        }
        // At the same nanosecond calls come first: then they may have overlapped.
        moments.sort(Comparator.comparingLong((Moment moment) -> moment.time).thenComparing(moment -> !moment.call));
        Moment head = new Moment(null, -1, Long.MIN_VALUE, false);
        Moment last = head;
        for (Moment moment : moments) {
            last.next = moment;
            moment.previous = last;
            last = moment;
        }
        return new Timeline(head, due);
    }

    /** Answers that must be explained. */
    int due() {
        return due;
    }

    @Nullable
    Moment first() {
        return head.next;
    }

    /** When a call was sent, or its answer came. */
    static final class Moment {
        private final @Nullable Operation operation;
        private final int index;
        private final long time;
        private final boolean call;
        private @Nullable Moment answer;
        private @Nullable Moment previous;
        private @Nullable Moment next;

        private Moment(@Nullable Operation operation, int index, long time, boolean call) {
            this.operation = operation;
            this.index = index;
            this.time = time;
            this.call = call;
        }

        boolean isCall() {
            return call;
        }

        Operation operation() {
            if (operation == null) {
                throw new IllegalStateException("the head is no moment");
            }
            return operation;
        }

        int index() {
            return index;
        }

        @Nullable
        Moment answer() {
            return answer;
        }

        @Nullable
        Moment next() {
            return next;
        }

        /** Takes the call and its answer out; they keep their neighbours. */
        void lift() {
            unlink();
            if (answer != null) {
                answer.unlink();
            }
        }

        /** Undoes the last {@link #lift}. */
        void unlift() {
            if (answer != null) {
                answer.link();
            }
            link();
        }

        private void unlink() {
            if (previous != null) {
                previous.next = next;
            }
            if (next != null) {
                next.previous = previous;
            }
        }

        private void link() {
            if (previous != null) {
                previous.next = this;
            }
            if (next != null) {
                next.previous = this;
            }
        }
    }
}
