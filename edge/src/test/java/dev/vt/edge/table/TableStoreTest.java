package dev.vt.edge.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TableStoreTest {
    @TempDir
    Path directory;

    @Test
    void c3LastFiveAreKeptNewestFirst() throws Exception {
        TableStore store = new TableStore(directory);
        for (int i = 1; i <= 12; i++) {
            store.save(i, ("table " + i).getBytes(UTF_8));
        }
        assertThat(texts(new TableStore(directory)))
                .containsExactly("table 12", "table 11", "table 10", "table 9", "table 8");
    }

    @Test
    void laterTableOfOneRevisionReplacesTheEarlier() throws Exception {
        TableStore store = new TableStore(directory);
        for (int i = 0; i < 6; i++) {
            store.save(1, ("content " + i).getBytes(UTF_8));
            assertThat(texts(store)).containsExactly("content " + i);
        }
    }

    @Test
    void c3DamagedAndUnfinishedFilesAreLeftOut() throws Exception {
        TableStore store = new TableStore(directory);
        store.save(1, "one".getBytes(UTF_8));
        store.save(2, "two".getBytes(UTF_8));
        try (Stream<Path> files = Files.list(directory)) {
            Path newest = files.sorted().toList().getLast();
            Files.writeString(newest, "tw");
        }
        Files.writeString(directory.resolve("table.new.999999999"), "half");
        assertThat(texts(store)).containsExactly("one");
    }

    private static List<String> texts(TableStore store) throws Exception {
        return store.load().stream().map(bytes -> new String(bytes, UTF_8)).toList();
    }
}
