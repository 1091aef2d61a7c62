package dev.vt.control.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.kernel.IdSource;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MasterKeyFileTest {
    private static final byte[] CONTEXT = Sealing.context("test", "a");

    private final AtomicInteger count = new AtomicInteger();
    private final IdSource ids = prefix -> prefix + "_" + count.incrementAndGet();

    @TempDir
    Path directory;

    @Test
    void wrapsAndUnwrapsAcrossRestarts() throws Exception {
        Path file = directory.resolve("keys/master.json");
        MasterKeyFile first = MasterKeyFile.createIfAbsent(file, ids, new SecureRandom());
        byte[] wrapped = first.wrap("a data key".getBytes(StandardCharsets.UTF_8), CONTEXT);
        MasterKeyFile second = MasterKeyFile.createIfAbsent(file, ids, new SecureRandom());
        assertThat(second.unwrap(first.primaryKeyId(), wrapped, CONTEXT))
                .asString()
                .isEqualTo("a data key");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("r--------");
        assertThat(second.toString()).isEqualTo("MasterKeyFile[primary=mk_1]");
    }

    @Test
    void anotherContextOrKeyDoesNotOpen() {
        MasterKeyFile one = MasterKeyFile.createIfAbsent(directory.resolve("one"), ids, new SecureRandom());
        MasterKeyFile two =
                MasterKeyFile.createIfAbsent(directory.resolve("two"), prefix -> "mk_1", new SecureRandom());
        byte[] wrapped = one.wrap(new byte[32], CONTEXT);
        assertThatThrownBy(() -> one.unwrap("mk_1", wrapped, Sealing.context("testa", "")))
                .isInstanceOf(SealBrokenException.class);
        assertThatThrownBy(() -> two.unwrap("mk_1", wrapped, CONTEXT)).isInstanceOf(SealBrokenException.class);
        assertThatThrownBy(() -> one.unwrap("mk_9", wrapped, CONTEXT))
                .isInstanceOf(MasterKeyUnavailableException.class);
    }

    @Test
    void aFileThatOthersCanReadIsRefused() throws Exception {
        Path file = directory.resolve("master");
        MasterKeyFile.createIfAbsent(file, ids, new SecureRandom());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r-----"));
        assertThatThrownBy(() -> MasterKeyFile.open(file))
                .isInstanceOf(MasterKeyUnavailableException.class)
                .hasMessageContaining("0400");
    }

    @Test
    void aFileThatIsNoKeysetIsRefusedWithoutQuotingIt() throws Exception {
        Path file = directory.resolve("master");
        Files.writeString(file, "{\"keys\": hunter2");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertThatThrownBy(() -> MasterKeyFile.open(file))
                .isInstanceOf(MasterKeyUnavailableException.class)
                .hasNoCause()
                .hasMessageNotContaining("hunter2");
    }
}
