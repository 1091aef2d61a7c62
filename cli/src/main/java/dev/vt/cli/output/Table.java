package dev.vt.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under upper-case headings, two spaces between columns, no borders (C7). */
public final class Table {
    private final List<List<String>> rows = new ArrayList<>();

    public Table(String... headings) {
        rows.add(Arrays.asList(headings));
    }

    public Table(List<String> headings) {
        rows.add(List.copyOf(headings));
    }

    public Table row(List<String> cells) {
        rows.add(cells.stream()
                .map(cell -> cell.isEmpty() ? "-" : Text.safe(cell))
                .toList());
        return this;
    }

    public Table row(String... cells) {
        return row(Arrays.asList(cells));
    }

    /** @param width of the terminal; 0 leaves cells whole */
    public void print(PrintStream out, int width) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<String> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < columns; i++) {
                if (i > 0) {
                    line.append("  ");
                }
                line.append(row.get(i));
                if (i < columns - 1) {
                    line.append(" ".repeat(widths[i] - row.get(i).length()));
                }
            }
            String text = line.toString().stripTrailing();
            out.println(width > 0 && text.length() > width ? text.substring(0, width - 1) + "…" : text);
        }
    }
}
