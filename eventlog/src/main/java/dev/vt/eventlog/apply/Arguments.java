package dev.vt.eventlog.apply;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** What statements that go around Jdbi may be given: text, numbers, times, bytes, booleans, or an array of one of them. */
public final class Arguments {
    private Arguments() {}

    /** Returns the index of the last question mark that was bound. */
    public static int bind(PreparedStatement statement, int bound, @Nullable Object... arguments) throws SQLException {
        int index = bound;
        for (Object argument : arguments) {
            index++;
            switch (argument) {
                case String text -> statement.setString(index, text);
                case Long number -> statement.setLong(index, number);
                case Instant instant -> statement.setObject(index, instant.atOffset(ZoneOffset.UTC));
                case byte[] bytes -> statement.setBytes(index, bytes);
                case Object[] values -> statement.setArray(index, array(statement.getConnection(), values));
                case null, default -> statement.setObject(index, argument);
            }
        }
        return index;
    }

    private static Array array(Connection connection, Object[] values) throws SQLException {
        return connection.createArrayOf(elementType(values), values);
    }

    private static String elementType(Object[] values) {
        return switch (values) {
            case Long[] numbers -> "int8";
            case Integer[] numbers -> "int4";
            case Boolean[] truths -> "bool";
            case byte[][] bytes -> "bytea";
            case String[] texts -> "text";
            default ->
                throw new IllegalStateException(
                        "no arrays of " + values.getClass().componentType());
        };
    }
}
