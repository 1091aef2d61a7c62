package dev.vt.edge.plane;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.edge.table.Tables;
import dev.vt.kernel.Json;
import org.junit.jupiter.api.Test;

class TableDiffTest {
    @Test
    void c7RoutesAreNamedOnceSortedWithWhatDiffers() {
        byte[] applied = Json.bytes(Tables.revision(1)
                .tcp("rt_a", 1001, 1)
                .tcp("rt_b", 1002, 1)
                .tcp("rt_c", 1003, 1)
                .build());
        byte[] desired = Json.bytes(Tables.revision(2)
                .tcp("rt_d", 1003, 1)
                .tcp("rt_c", 1003, 1)
                .tcp("rt_a", 1004, 2)
                .build());
        assertThat(TableDiff.of(applied, desired)).containsExactly("~ rt_a backends listen_port", "- rt_b", "+ rt_d");
        assertThat(TableDiff.of(applied, applied)).isEmpty();
    }

    @Test
    void whatIsNoTableHasNoRoutes() {
        byte[] applied = Json.bytes(Tables.revision(1).tcp("rt_a", 1001, 1).build());
        assertThat(TableDiff.of(applied, "{\"routes\":".getBytes(UTF_8))).containsExactly("- rt_a");
        assertThat(TableDiff.of(new byte[0], applied)).containsExactly("+ rt_a");
    }
}
