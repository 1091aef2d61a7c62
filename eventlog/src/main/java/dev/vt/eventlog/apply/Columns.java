package dev.vt.eventlog.apply;

import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** Rows turned into one array per column, for {@code unnest}. */
final class Columns {
    private final List<List<@Nullable Object>> columns = new ArrayList<>();

    Columns(int width) {
        for (int i = 0; i < width; i++) {
            columns.add(new ArrayList<>());
        }
    }

    void add(@Nullable Object... row) {
        for (int i = 0; i < row.length; i++) {
            columns.get(i).add(row[i]);
        }
    }

    boolean isEmpty() {
        return columns.getFirst().isEmpty();
    }

    /** Columns beyond the given types are texts. */
    void bind(SqlStatement<?> statement, Class<?>... types) {
        for (int i = 0; i < columns.size(); i++) {
            Class<?> type = i < types.length ? types[i] : String.class;
            statement.bindArray(i, type, columns.get(i).toArray());
        }
    }
}
