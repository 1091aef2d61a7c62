package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.apply.BatchApplier;
import dev.vt.testkit.DeterminismGuard;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** S11: what apply is made of reads no clock, no chance, no environment. */
class DeterminismTest {
    @Test
    void applyReadsTheBatchAndTheDatabaseOnly() throws Exception {
        Path classes = Path.of(BatchApplier.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(DeterminismGuard.scan(
                        classes,
                        name -> name.startsWith("dev.vt.eventlog.apply.")
                                || name.equals("dev.vt.eventlog.EventSchemas")
                                || name.startsWith("dev.vt.eventlog.PayloadSchema")
                                || name.equals("dev.vt.eventlog.EventJson")
                                || name.equals("dev.vt.eventlog.store.Replay")))
                .isEmpty();
    }

    @Test
    void theGuardSeesWhatItForbids() throws Exception {
        Path classes = Path.of(Offender.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        assertThat(DeterminismGuard.scan(classes, name -> name.equals(Offender.class.getName())))
                .anyMatch(finding -> finding.contains("java.time.Clock"))
                .anyMatch(finding -> finding.contains("java.util.Random"))
                .anyMatch(finding -> finding.contains("System.nanoTime"))
                .anyMatch(finding -> finding.contains("SQL now("))
                .anyMatch(finding -> finding.contains("floating point in half"));
    }

    @SuppressWarnings("unused")
    static final class Offender {
        private Offender() {}

        static String sql() {
            return "INSERT INTO t VALUES (now())" + Clock.systemUTC().millis() + new Random(1).nextInt()
                    + System.nanoTime();
        }

        static double half(double x) {
            return x / 2;
        }
    }
}
