package dev.vt.eventlog.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DistributionTest {
    @TempDir
    private Path parent;

    /** Several servers of one machine that start for the first time, at once. */
    @Test
    void whoeverUnpacksFirstServesAll() throws Exception {
        List<Future<Path>> unpacked = new ArrayList<>();
        try (ExecutorService starts = Executors.newFixedThreadPool(3)) {
            for (int i = 0; i < 3; i++) {
                unpacked.add(starts.submit((Callable<Path>) () -> Distribution.unpackBelow(parent)));
            }
        }
        for (Future<Path> each : unpacked) {
            assertThat(each.get()).isEqualTo(unpacked.getFirst().get());
        }
        try (Stream<Path> left = Files.list(parent)) {
            assertThat(left).hasSize(1);
        }
    }
}
