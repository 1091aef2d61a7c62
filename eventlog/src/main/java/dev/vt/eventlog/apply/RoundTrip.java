package dev.vt.eventlog.apply;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/**
 * Statements that go to the database together and come back together, run in their order. What a small append waits for is not the
 * work of its statements but the way there and back; so the log's own tables are read in one trip and written in another.
 * PostgreSQL's extended query protocol allows it, and the driver keeps each statement prepared (the text of a combination is its
 * key, and there are few). Each sees what those before it did. Used once, by one thread.
 */
public final class RoundTrip {
    /** Reads one row of a query's result. */
    @FunctionalInterface
    interface Reader {
        void read(ResultSet row) throws SQLException;
    }

    private record Part(
            String sql,
            @Nullable Object[] arguments,
            @Nullable Reader reader) {}

    private final List<Part> parts = new ArrayList<>();

    /** @param arguments one per question mark: as {@link Arguments} takes them */
    public void update(String sql, @Nullable Object... arguments) {
        add(sql, null, arguments);
    }

    void query(String sql, Reader reader, @Nullable Object... arguments) {
        add(sql, reader, arguments);
    }

    private void add(String sql, @Nullable Reader reader, @Nullable Object... arguments) {
        parts.add(new Part(sql, arguments, reader));
    }

    /** @throws UnableToExecuteStatementException if one of them fails; those after it have then not run */
    void run(Handle tx) {
        if (parts.isEmpty()) {
            return;
        }
        String sql = String.join(";\n", parts.stream().map(Part::sql).toList());
        try (PreparedStatement statement = tx.getConnection().prepareStatement(sql)) {
            int index = 0;
            for (Part part : parts) {
                index = Arguments.bind(statement, index, part.arguments());
            }
            statement.execute();
            for (int i = 0; i < parts.size(); i++) {
                Reader reader = parts.get(i).reader();
                if (reader != null) {
                    read(statement, reader);
                }
                statement.getMoreResults();
            }
        } catch (SQLException e) {
            throw new UnableToExecuteStatementException(e, null);
        }
    }

    private static void read(PreparedStatement statement, Reader reader) throws SQLException {
        try (ResultSet rows = statement.getResultSet()) {
            while (rows.next()) {
                reader.read(rows);
            }
        }
    }
}
