package dev.vt.control.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class StartWaitTest {
    private static final Duration NONE = Duration.ZERO;

    @Test
    void aLeaderNeedsNothing() throws InterruptedException {
        assertThat(new StartWait(NONE, true).until(limit -> true, () -> false)).isFalse();
    }

    @Test
    void aServerWithTheStateServesWithoutLeading() throws InterruptedException {
        assertThat(new StartWait(NONE, true).until(limit -> false, () -> true)).isTrue();
    }

    @Test
    void aStandbyServesAfterAWhile() throws InterruptedException {
        assertThat(new StartWait(NONE, false).until(limit -> false, () -> false))
                .isTrue();
    }

    /** A server that had joined gave up after 20 s, while its snapshot was on the way. */
    @Test
    void aServerThatJoinedWaitsForTheState() throws InterruptedException {
        AtomicInteger looks = new AtomicInteger();
        assertThat(new StartWait(Duration.ofHours(1), true)
                        .until(limit -> false, () -> looks.incrementAndGet() == 1000))
                .isTrue();
        assertThatThrownBy(() -> new StartWait(NONE, true).until(limit -> false, () -> false))
                .isInstanceOf(StartWait.NoStateException.class);
    }

    @Test
    void raftWaitsLongerThanASnapshotTakes() {
        assertThat(StartWait.RAFT.needsState()).isTrue();
        assertThat(StartWait.RAFT.limit()).isGreaterThanOrEqualTo(Duration.ofMinutes(5));
    }
}
