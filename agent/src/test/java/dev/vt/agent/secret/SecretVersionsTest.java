package dev.vt.agent.secret;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.runtime.channel.SecretsUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** secrets.md §5. */
class SecretVersionsTest {
    private static final byte[] FILE = "# VT_SECRETS_V1\nPASSWORD=correct-horse-battery\n".getBytes(UTF_8);

    private final Map<String, byte[]> server = new ConcurrentHashMap<>(Map.of("secver_1", FILE));
    private final AtomicInteger fetches = new AtomicInteger();
    private Path directory;

    @BeforeEach
    void makeMemoryDirectory() throws Exception {
        directory = Files.createTempDirectory(Path.of("/dev/shm"), "vt-secrets-test");
    }

    @AfterEach
    void removeMemoryDirectory() throws Exception {
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void fetchesAVersionOnceForAllItsInstances() throws Exception {
        SecretVersions secrets = secrets();
        secrets.prepare("inst_1", "secver_1");
        secrets.prepare("inst_2", "secver_1");
        assertThat(secrets.read("inst_1", "secver_1")).isEqualTo(FILE);
        assertThat(fetches).hasValue(1);
        Path file = directory.resolve("secver_1");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
    }

    @Test
    void aNewAgentBootsFromTheTmpfsWithoutAServer() throws Exception {
        secrets().prepare("inst_1", "secver_1");
        server.clear();
        SecretVersions next = secrets();
        next.adopted("inst_1", "secver_1");
        assertThat(next.read("inst_1", "secver_1")).isEqualTo(FILE);
        assertThat(next.redact("inst_1", "x correct-horse-battery y".getBytes(UTF_8)))
                .isEqualTo("x [redacted:PASSWORD] y".getBytes(UTF_8));
    }

    @Test
    void withoutServerAndCopyItSaysSo() {
        server.clear();
        assertThatThrownBy(() -> secrets().prepare("inst_1", "secver_1"))
                .isInstanceOfSatisfying(
                        SecretsUnavailableException.class,
                        e -> assertThat(e.detail()).isEqualTo("servers_unreachable"));
    }

    @Test
    void wipesAVersionWhenItsLastInstanceIsGone() throws Exception {
        SecretVersions secrets = secrets();
        secrets.prepare("inst_1", "secver_1");
        secrets.prepare("inst_2", "secver_1");
        secrets.release("inst_1");
        assertThat(directory.resolve("secver_1")).exists();
        secrets.release("inst_2");
        assertThat(directory.resolve("secver_1")).doesNotExist();
        assertThat(secrets.versions()).isEmpty();
    }

    @Test
    void removesWhatNoInstanceUsesAtStart() throws Exception {
        secrets().prepare("inst_1", "secver_1");
        secrets().retainOnly(Set.of());
        assertThat(directory).isEmptyDirectory();
    }

    @Test
    void aVersionThatIsAPathIsRefused() {
        assertThatThrownBy(() -> secrets().prepare("inst_1", "../plan.json"))
                .isInstanceOf(SecretsUnavailableException.class);
    }

    private SecretVersions secrets() {
        return new SecretVersions(directory, (instance, version) -> {
            fetches.incrementAndGet();
            return Optional.ofNullable(server.get(version))
                    .map(byte[]::clone)
                    .orElseThrow(() -> new SecretsUnavailableException("servers_unreachable"));
        });
    }
}
