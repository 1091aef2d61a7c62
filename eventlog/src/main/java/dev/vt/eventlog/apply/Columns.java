package dev.vt.eventlog.apply;

import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows turned into one array per column, for {@code unnest}. */
final class Columns {
    private final List<Class<?>> types;
    private final List<List<@Nullable Object>> columns = new ArrayList<>();

    /** @param types of the columns, each one that {@link RoundTrip} takes arrays of */
    Columns(Class<?>... types) {
        this.types = List.of(types);
        for (int i = 0; i < types.length; i++) {
            columns.add(new ArrayList<>());
        }
    }

    static Columns ofTexts(int width) {
        Class<?>[] types = new Class<?>[width];
        Arrays.fill(types, String.class);
        return new Columns(types);
    }

    void add(@Nullable Object... row) {
        for (int i = 0; i < row.length; i++) {
            columns.get(i).add(row[i]);
        }
    }

    boolean isEmpty() {
        return columns.getFirst().isEmpty();
    }

    /** One argument per column. */
    Object[] arrays() {
        Object[] arrays = new Object[types.size()];
        for (int i = 0; i < arrays.length; i++) {
            Object[] array =
                    (Object[]) Array.newInstance(types.get(i), columns.get(i).size());
            arrays[i] = columns.get(i).toArray(array);
        }
        return arrays;
    }
}
