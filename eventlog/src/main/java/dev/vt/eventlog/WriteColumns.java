package dev.vt.eventlog;

import java.lang.reflect.Array;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Rows of arguments as one array per column: the database binds and plans a handful of values, not thousands. Only of what means
 * the same in an array as by itself; a view's rows do not depend on how they travelled.
 *
 * @param types {@code text}, {@code bigint}, {@code integer}, {@code boolean} or {@code timestamptz}; empty: all null
 * @param arrays one per column that is not all null
 */
record WriteColumns(List<String> types, Object[] arrays) {
    /** Empty if a column holds anything else, or values of two kinds. */
    static Optional<WriteColumns> of(List<@Nullable Object[]> rows) {
        int width = rows.getFirst().length;
        List<String> types = new ArrayList<>(width);
        List<Object> arrays = new ArrayList<>(width);
        for (int column = 0; column < width; column++) {
            Class<?> kind = kind(rows, column);
            if (kind == null) {
                types.add("");
                continue;
            }
            Object array = kind == Instant.class ? times(rows, column) : array(rows, column, kind);
            String type = type(kind);
            if (array == null || type.isEmpty()) {
                return Optional.empty();
            }
            types.add(type);
            arrays.add(array);
        }
        return arrays.isEmpty() ? Optional.empty() : Optional.of(new WriteColumns(types, arrays.toArray()));
    }

    private static String type(Class<?> kind) {
        if (kind == String.class) {
            return "text";
        } else if (kind == Long.class) {
            return "bigint";
        } else if (kind == Integer.class) {
            return "integer";
        } else if (kind == Boolean.class) {
            return "boolean";
        }
        return kind == Instant.class ? "timestamptz" : "";
    }

    /** Of the first value that is not null. */
    private static @Nullable Class<?> kind(List<@Nullable Object[]> rows, int column) {
        for (@Nullable Object[] row : rows) {
            Object value = row[column];
            if (value != null) {
                return value instanceof OffsetDateTime ? Instant.class : value.getClass();
            }
        }
        return null;
    }

    private static @Nullable Object array(List<@Nullable Object[]> rows, int column, Class<?> kind) {
        @Nullable Object[] array = (@Nullable Object[]) Array.newInstance(kind, rows.size());
        for (int i = 0; i < array.length; i++) {
            Object value = rows.get(i)[column];
            if (value != null && value.getClass() != kind) {
                return null;
            }
            array[i] = value;
        }
        return array;
    }

    private static @Nullable Object times(List<@Nullable Object[]> rows, int column) {
        @Nullable String[] array = new @Nullable String[rows.size()];
        for (int i = 0; i < array.length; i++) {
            Object value = rows.get(i)[column];
            if (value == null) {
                continue;
            }
            OffsetDateTime time = switch (value) {
                case Instant instant -> instant.atOffset(ZoneOffset.UTC);
                case OffsetDateTime utc when utc.getOffset().equals(ZoneOffset.UTC) -> utc;
                default -> null;
            };
            // Others are rounded, or written differently, on the way by itself.
            if (time == null || time.getNano() % 1000 != 0 || time.getYear() < 1 || time.getYear() > 9999) {
                return null;
            }
            array[i] = EventJson.time(time.toInstant());
        }
        return array;
    }
}
