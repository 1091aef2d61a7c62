package dev.vt.eventlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WriteTextTest {
    @Test
    void anInsertOfArgumentsTravelsInRows() {
        WriteText text = new WriteText("INSERT INTO apps (id, name) VALUES (?, ?) ON CONFLICT (id) DO NOTHING");
        assertThat(text.table()).isEqualTo("apps");
        assertThat(text.sizes()).containsExactly(64, 8, 1);
        assertThat(text.of(1)).isEqualTo(text.sql());
        assertThat(text.of(8))
                .isEqualTo("INSERT INTO apps (id, name) VALUES (?, ?)" + ", (?, ?)".repeat(7)
                        + " ON CONFLICT (id) DO NOTHING");
        assertThat(new WriteText("INSERT INTO apps VALUES (?)").sizes()).hasSize(3);
    }

    @Test
    void anInsertOfArgumentsTravelsInColumns() {
        WriteText text =
                new WriteText("INSERT INTO apps (id, name, at) VALUES (:id, :name, :at) ON CONFLICT DO NOTHING");
        assertThat(text.ofColumns(List.of("bigint", "", "timestamptz")))
                .isEqualTo("INSERT INTO apps (id, name, at) SELECT c0, NULL, c1"
                        + " FROM unnest(?::bigint[], ?::timestamptz[]) AS given (c0, c1) ON CONFLICT DO NOTHING");
    }

    /** A row that is written twice in one statement would be an error, and arguments after the rows would move. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO apps (id) VALUES (?) ON CONFLICT (id) DO UPDATE SET id = excluded.id",
                "INSERT INTO apps (id, n) VALUES (?, 0)",
                "INSERT INTO apps (id, n) VALUES (?, ?), (?, ?)",
                "UPDATE apps SET name = ? WHERE id = ?",
                "DELETE FROM apps WHERE id = ?"
            })
    void otherWritesTravelByThemselvesInTheOrderOfTheirTable(String sql) {
        WriteText text = new WriteText(sql);
        assertThat(text.table()).isEqualTo("apps");
        assertThat(text.sizes()).containsExactly(1);
        assertThat(text.of(1)).isEqualTo(sql);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO apps SELECT id FROM envs",
                "INSERT INTO apps VALUES ((SELECT id FROM envs WHERE id = ?))",
                "UPDATE apps SET name = e.name FROM envs AS e WHERE e.id = ?",
                "UPDATE ONLY apps SET name = ?",
                "UPDATE live.apps SET name = ?",
                "UPDATE Apps SET name = ?",
                "UPDATE \"apps\" SET name = ?",
                "DELETE FROM apps USING envs WHERE apps.id = envs.id",
                "WITH e AS (DELETE FROM envs RETURNING id) DELETE FROM apps",
                "DELETE FROM apps; DELETE FROM envs",
                "TRUNCATE apps"
            })
    void whatMayTouchAnotherTableKeepsItsPlaceAmongAll(String sql) {
        assertThat(new WriteText(sql).table()).isNull();
        assertThat(new WriteText(sql).sizes()).containsExactly(1);
    }
}
