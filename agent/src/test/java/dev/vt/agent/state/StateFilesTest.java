package dev.vt.agent.state;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateFilesTest {
    @TempDir
    Path directory;

    @Test
    void writesPrivateFilesAndLeavesNoTemporaryOnes() throws Exception {
        Path file = directory.resolve("plan.json");
        StateFiles.write(file, "{}".getBytes(UTF_8));
        StateFiles.write(file, "{\"a\":1}".getBytes(UTF_8));
        assertThat(Files.readString(file)).isEqualTo("{\"a\":1}");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(directory).isDirectoryContaining(path -> path.equals(file));
        try (var files = Files.list(directory)) {
            assertThat(files).hasSize(1);
        }
    }

    /** RT9: every torn prefix of a file is set aside, not taken for absent or whole. */
    @Test
    void aTornFileIsSetAside() throws Exception {
        String whole = "{\"phase\":\"ready\",\"boot\":\"boot_1\"}";
        for (int cut = 0; cut < whole.length(); cut++) {
            Path file = directory.resolve("torn" + cut + ".json");
            Files.writeString(file, whole.substring(0, cut));
            assertThat(StateFiles.read(file, bytes -> {
                        if (bytes.length == 0) {
                            throw new IOException("empty");
                        }
                        return Json.parse(bytes);
                    }))
                    .isEmpty();
            assertThat(file).doesNotExist();
            assertThat(file.resolveSibling(file.getFileName() + ".corrupt")).exists();
        }
    }

    @Test
    void anAbsentFileIsJustAbsent() {
        assertThat(StateFiles.read(directory.resolve("none.json"), Json::parse)).isEmpty();
        assertThat(directory).isEmptyDirectory();
    }
}
