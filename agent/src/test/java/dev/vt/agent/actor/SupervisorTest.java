package dev.vt.agent.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.ManualTimeline;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SupervisorTest {
    private final ManualTimeline timeline = new ManualTimeline();
    private final Supervisor supervisor = new Supervisor(timeline, new Random(1));

    /** RT1. */
    @Test
    void anActorThatThrowsMoreThanFiveTimesInFiveMinutesIsGivenUp() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        AtomicBoolean givenUp = new AtomicBoolean();
        Thread actor = supervisor.start(
                "test",
                () -> {
                    runs.incrementAndGet();
                    throw new IllegalStateException("broken");
                },
                () -> givenUp.set(true));
        for (int run = 1; run <= 6; run++) {
            int wanted = run;
            Await.until("run " + run, () -> runs.get() == wanted);
            if (run < 6) {
                Await.until("waits", () -> actor.getState() == Thread.State.WAITING);
                timeline.advance(Duration.ofSeconds(31));
            }
        }
        actor.join();
        assertThat(runs).hasValue(6);
        assertThat(givenUp).isTrue();
    }

    /** RT1. */
    @Test
    void failuresLongAgoAreForgotten() throws Exception {
        AtomicInteger runs = new AtomicInteger();
        CountDownLatch done = new CountDownLatch(1);
        Thread actor = supervisor.start(
                "test",
                () -> {
                    if (runs.incrementAndGet() < 12) {
                        throw new IllegalStateException("broken");
                    }
                },
                done::countDown);
        for (int run = 1; run < 12; run++) {
            int wanted = run;
            Await.until("run " + run, () -> runs.get() == wanted);
            Await.until("waits", () -> actor.getState() == Thread.State.WAITING);
            timeline.advance(Duration.ofMinutes(2));
        }
        actor.join();
        assertThat(runs).hasValue(12);
        assertThat(done.getCount()).isEqualTo(1);
    }
}
