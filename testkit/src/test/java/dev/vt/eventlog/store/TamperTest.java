package dev.vt.eventlog.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Verification;
import dev.vt.testkit.TestLog;
import dev.vt.testkit.log.Shop;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code verify} names the first wrong row, whichever byte of whichever row somebody has changed (state.md §1, S19). */
class TamperTest {
    private static final List<String> TEXTS = List.of(
            "aggregate_type",
            "aggregate_id",
            "event_type",
            "actor_type",
            "actor_id",
            "org_id",
            "project_id",
            "app_id",
            "env_id",
            "request_id",
            "batch_id",
            "idempotency_key",
            "correlation_id",
            "payload");
    private static final List<String> NUMBERS =
            List.of("aggregate_seq", "event_version", "batch_index", "causation_id");

    @RegisterExtension
    final TestLog log = TestLog.of(Shop.VIEWS, Shop.SCHEMAS);

    @Test
    void anyChangedByteNamesItsRow_S19() throws SQLException {
        log.skipVerification();
        NewEvent created = Shop.created("prj_1", "a \"name\"");
        log.append(log.batch().event(created));
        log.append(log.batch().event(Shop.created("prj_2", "b").correlatedWith("dep_1")));
        log.append(log.batch().event(Shop.renamed("prj_1", "c")));
        assertThat(log.store().verify().ok()).isTrue();
        try (Connection connection = log.database().address().dataSource().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("ALTER TABLE log.events DISABLE TRIGGER USER");
            sql.execute("CREATE TABLE log.original AS SELECT * FROM log.events");
            int tried = 0;
            for (int row = 1; row <= 3; row++) {
                for (String column : TEXTS) {
                    int length = length(sql, column, row);
                    for (int at = 1; at <= Math.max(1, length); at++) {
                        String other = length == 0
                                ? "'x'"
                                : "overlay(%1$s placing case substr(%1$s, %2$d, 1) when '~' then '!' else '~' end from %2$d for 1)"
                                        .formatted(column, at);
                        tamper(sql, row, column, other);
                        tried++;
                    }
                }
                for (String column : NUMBERS) {
                    tamper(sql, row, column, "coalesce(" + column + ", 0) + 100");
                }
                tamper(sql, row, "occurred_at", "occurred_at + interval '1 microsecond'");
                for (int at = 0; at < 32; at++) {
                    tamper(
                            sql,
                            row,
                            "chain_hash",
                            "set_byte(chain_hash, " + at + ", get_byte(chain_hash, " + at + ") # 1)");
                }
                tamper(sql, row, "chain_hash", "'\\x00'::bytea");
            }
            assertThat(tried).isGreaterThan(300);
        }
        assertThat(log.store().verify().ok()).isTrue();
    }

    @Test
    void aRowThatIsGoneOrMovedIsNamed_S19() throws SQLException {
        log.skipVerification();
        for (int i = 1; i <= 4; i++) {
            log.append(log.batch().event(Shop.created("prj_" + i, "a")));
        }
        try (Connection connection = log.database().address().dataSource().getConnection();
                Statement sql = connection.createStatement()) {
            sql.execute("ALTER TABLE log.events DISABLE TRIGGER USER");
            sql.execute("DELETE FROM log.events WHERE event_id = 2");
            assertThat(log.store().verify().differences()).first().isEqualTo("event 3 follows 1");
            sql.execute("DELETE FROM log.events WHERE event_id >= 3");
            assertThat(log.store().verify().differences())
                    .first()
                    .isEqualTo("the log ends at event 1, its head says 4");
        }
    }

    private void tamper(Statement sql, int row, String column, String value) throws SQLException {
        sql.execute("UPDATE log.events SET " + column + " = " + value + " WHERE event_id = " + row);
        Verification found = log.store().verify();
        assertThat(found.chainIntact()).as(column + " of " + row).isFalse();
        assertThat(found.differences()).first().isEqualTo("event " + row + " breaks the hash chain");
        sql.execute("UPDATE log.events e SET " + column + " = o." + column
                + " FROM log.original o WHERE o.event_id = e.event_id AND e.event_id = " + row);
    }

    private static int length(Statement sql, String column, int row) throws SQLException {
        try (var found = sql.executeQuery(
                "SELECT coalesce(length(" + column + "), 0) FROM log.events WHERE event_id = " + row)) {
            found.next();
            return found.getInt(1);
        }
    }
}
