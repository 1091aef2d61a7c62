package dev.vt.cli.output;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Rows under upper-case headings, two spaces between columns, no borders (C7). */
public final class Table {
    private static final int NARROWEST = 8;

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
        print(out, "", width);
    }

    /** @param margin stands before each row */
    public void print(PrintStream out, String margin, int width) {
        int[] widths = widths();
        if (width > 0) {
            narrow(widths, width - margin.length());
        }
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder(margin);
            for (int i = 0; i < widths.length; i++) {
                String cell = row.get(i);
                if (cell.length() > widths[i]) {
                    cell = cell.substring(0, widths[i] - 1) + "…";
                }
                line.append(i > 0 ? "  " : "").append(cell).append(" ".repeat(widths[i] - cell.length()));
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private int[] widths() {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return widths;
    }

    /** Takes from the widest column that holds no ids until the rows fit; ids stay whole, and wrap if they must. */
    private void narrow(int[] widths, int width) {
        for (int over = Arrays.stream(widths).sum() + 2 * (widths.length - 1) - width; over > 0; over--) {
            int widest = -1;
            for (int i = 0; i < widths.length; i++) {
                if (widths[i] > NARROWEST && !holdsIds(i) && (widest < 0 || widths[i] > widths[widest])) {
                    widest = i;
                }
            }
            if (widest < 0) {
                return;
            }
            widths[widest]--;
        }
    }

    private boolean holdsIds(int column) {
        return rows.stream().anyMatch(row -> row.get(column).matches("[a-z]{2,5}_[0-9a-hjkmnp-tv-z]{26}"));
    }
}
