package dev.vt.control.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.ProblemException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collections;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A23. */
class LoginGuardTest {
    private static final Clock STILL = Clock.fixed(Instant.ofEpochSecond(1_800_000_000), ZoneOffset.UTC);

    @Test
    void aTryCountsAsWrongUntilItSucceeds() {
        LoginGuard guard = new LoginGuard(STILL);
        for (int i = 0; i < 5; i++) {
            guard.take("usr_1", "");
        }

        assertThatThrownBy(() -> guard.take("usr_1", ""))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problem().code()).isEqualTo(ErrorCode.RATE_LIMITED));
        assertThatCode(() -> guard.take("usr_2", "")).doesNotThrowAnyException();
        guard.succeeded("usr_1", "");
        assertThatCode(() -> guard.take("usr_1", "")).doesNotThrowAnyException();
    }

    @Test
    void fiveOfManyAtOnceGetThrough() throws InterruptedException {
        LoginGuard guard = new LoginGuard(STILL);
        int through = 0;
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Callable<Boolean> attempt = () -> {
                guard.take("usr_1", "");
                return true;
            };
            for (Future<Boolean> done : threads.invokeAll(Collections.nCopies(200, attempt))) {
                through += done.state() == Future.State.SUCCESS ? 1 : 0;
            }
        }

        assertThat(through).isEqualTo(5);
    }

    @Test
    void delaysDoubleUpToTheWindow() {
        assertThat(LoginGuard.delay(0)).isEqualTo(Duration.ofSeconds(15));
        assertThat(LoginGuard.delay(1)).isEqualTo(Duration.ofSeconds(30));
        assertThat(LoginGuard.delay(6)).isEqualTo(Duration.ofMinutes(15));
        assertThat(LoginGuard.delay(1000)).isEqualTo(Duration.ofMinutes(15));
    }
}
