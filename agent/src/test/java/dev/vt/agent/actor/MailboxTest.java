package dev.vt.agent.actor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.agent.testing.Await;
import dev.vt.agent.testing.ManualTimeline;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class MailboxTest {
    private final ManualTimeline timeline = new ManualTimeline();
    private final Mailbox<String> mailbox = new Mailbox<>(2, timeline);

    @Test
    void handsOutMessagesInOrder() throws Exception {
        mailbox.put("a");
        mailbox.put("b");
        assertThat(mailbox.take(Instant.MAX)).contains("a");
        assertThat(mailbox.take(Instant.MAX)).contains("b");
    }

    @Test
    void takeEndsWhenItsTimeHasCome() throws Exception {
        AtomicReference<Optional<String>> taken = new AtomicReference<>();
        Instant until = timeline.instant().plusSeconds(5);
        Thread taker = Thread.ofVirtual().start(() -> {
            try {
                taken.set(mailbox.take(until));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        timeline.advance(Duration.ofSeconds(4));
        assertThat(taken.get()).isNull();
        timeline.advance(Duration.ofSeconds(1));
        taker.join();
        assertThat(taken.get()).isEmpty();
    }

    @Test
    void aFullMailboxHoldsUpItsSender() throws Exception {
        mailbox.put("a");
        mailbox.put("b");
        assertThat(mailbox.offer("c")).isFalse();
        Thread sender = Thread.ofVirtual().start(() -> {
            try {
                mailbox.put("c");
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Await.until("sender waits", () -> sender.getState() == Thread.State.WAITING);
        assertThat(mailbox.take(Instant.MAX)).contains("a");
        sender.join();
        assertThat(mailbox.take(Instant.MAX)).contains("b");
        assertThat(mailbox.take(Instant.MAX)).contains("c");
    }

    @Test
    void aReplacementTakesThePlaceOfWhatItMakesPointless() throws Exception {
        mailbox.put("plan 1");
        mailbox.put("other");
        mailbox.replace(message -> message.startsWith("plan"), "plan 2");
        assertThat(mailbox.take(Instant.MAX)).contains("other");
        assertThat(mailbox.take(Instant.MAX)).contains("plan 2");
    }

    @Test
    void aClosedMailboxIsDrainedAndThenFinished() throws Exception {
        mailbox.put("a");
        mailbox.close();
        mailbox.put("too late");
        assertThat(mailbox.isFinished()).isFalse();
        assertThat(mailbox.take(Instant.MAX)).contains("a");
        assertThat(mailbox.take(Instant.MAX)).isEmpty();
        assertThat(mailbox.isFinished()).isTrue();
    }
}
