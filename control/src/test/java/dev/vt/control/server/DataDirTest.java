package dev.vt.control.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.testkit.TestIds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirTest {
    @TempDir
    Path temporary;

    @Test
    void theServerKeepsItsId() {
        TestIds ids = new TestIds();
        Path root = temporary.resolve("data");
        String first;
        try (DataDir dataDir = DataDir.open(root)) {
            first = dataDir.serverId(ids);
        }
        try (DataDir dataDir = DataDir.open(root)) {
            assertThat(dataDir.serverId(ids)).isEqualTo(first);
        }
    }

    @Test
    void oneServerAtATime() {
        Path root = temporary.resolve("data");
        try (DataDir held = DataDir.open(root)) {
            assertThatThrownBy(() -> DataDir.open(root)).isInstanceOf(DataDirBusyException.class);
            assertThat(held.root()).isDirectory();
        }
        DataDir.open(root).close();
    }

    @Test
    void othersCannotListIt() throws IOException {
        Path root = temporary.resolve("data");
        try (DataDir dataDir = DataDir.open(root)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dataDir.root())))
                    .isEqualTo("rwx--x--x");
        }
    }
}
