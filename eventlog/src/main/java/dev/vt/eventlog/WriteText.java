package dev.vt.eventlog;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the text of a write says about how it may travel. Nothing is guessed: a statement that is not understood keeps its place
 * and goes by itself. Used by one thread.
 */
final class WriteText {
    /** How many rows may be in one statement, most first; few numbers, so that the database keeps each prepared. */
    static final List<Integer> SIZES = List.of(64, 8, 1);

    private static final List<Integer> ONE = List.of(1);

    /** Which columns may be null in every row: more ways than a view has. */
    private static final int TEXTS = 100;

    private static final Pattern TARGET =
            Pattern.compile("(?s)\\s*(?i:INSERT INTO|UPDATE|DELETE FROM)\\s+(?!(?i:ONLY)\\b)([a-z][a-z0-9_]*)\\s(.*)");
    private static final Pattern OTHER_TABLES =
            Pattern.compile("(?i)\\b(?:SELECT|FROM|USING|JOIN|WITH|TABLE|RETURNING)\\b|;");
    private static final Pattern ROW = Pattern.compile(
            "(?is)(\\s*INSERT INTO\\s+\\w+\\s+(?:\\([^()?]*\\)\\s*)?)VALUES\\s*"
                    + "(\\(\\s*\\?(?:\\s*,\\s*\\?)*\\s*\\))(\\s*(?:ON CONFLICT\\s*(?:\\([^()?]*\\)\\s*)?DO NOTHING\\s*)?)");

    private static final Pattern NAME = Pattern.compile("(?<!:):([a-z_][a-z0-9_]*)");

    private final String sql;
    private final List<String> names;
    private final @Nullable String table;
    private final @Nullable Matcher row;
    private final Map<Integer, String> texts = new HashMap<>();
    private final Map<List<String>, String> columnTexts = new HashMap<>();

    /** @param written with a question mark for each argument, or with {@code :names} */
    WriteText(String written) {
        this.names = NAME.matcher(written).results().map(name -> name.group(1)).toList();
        this.sql = NAME.matcher(written).replaceAll("?");
        Matcher target = TARGET.matcher(sql);
        this.table = target.matches() && !OTHER_TABLES.matcher(target.group(2)).find() ? target.group(1) : null;
        Matcher inserted = ROW.matcher(sql);
        this.row = inserted.matches() ? inserted : null;
    }

    String sql() {
        return sql;
    }

    /** Of the arguments in their order; empty if they have none. */
    List<String> names() {
        return names;
    }

    /** The one table that it reads and writes; null if there may be others. Writes to different ones do not see each other. */
    @Nullable
    String table() {
        return table;
    }

    /**
     * More than one if several such rows may be one statement: an insert of nothing but arguments sees no row, and where the
     * first of two with the same key wins, it also does within a statement.
     */
    List<Integer> sizes() {
        return row == null ? ONE : SIZES;
    }

    /** @param rows one of {@link #sizes} */
    String of(int rows) {
        Matcher parts = row;
        if (rows == 1 || parts == null) {
            return sql;
        }
        return texts.computeIfAbsent(rows, n -> {
            String marks = parts.group(2);
            return parts.group(1) + "VALUES " + marks + (", " + marks).repeat(n - 1) + parts.group(3);
        });
    }

    /**
     * The insert of any number of rows, an array per column; they go in in their order.
     *
     * @param types of the columns' elements, as {@link WriteColumns} names them; empty for one that is null in every row
     */
    String ofColumns(List<String> types) {
        Matcher parts = row;
        if (parts == null) {
            throw new IllegalStateException("not rows of arguments: " + sql);
        }
        if (columnTexts.size() >= TEXTS) {
            columnTexts.clear();
        }
        return columnTexts.computeIfAbsent(types, columns -> {
            List<String> selected = new ArrayList<>();
            List<String> arrays = new ArrayList<>();
            List<String> names = new ArrayList<>();
            for (String type : columns) {
                if (type.isEmpty()) {
                    selected.add("NULL");
                } else {
                    names.add("c" + names.size());
                    selected.add(names.getLast());
                    arrays.add("?::" + type + "[]");
                }
            }
            return parts.group(1) + "SELECT " + String.join(", ", selected) + " FROM unnest("
                    + String.join(", ", arrays) + ") AS given (" + String.join(", ", names) + ")" + parts.group(3);
        });
    }
}
