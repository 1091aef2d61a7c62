package dev.vt.control.registry;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestClock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PullTokensTest {
    private static final Clock NOW = Clock.fixed(Instant.parse("2026-11-01T00:00:00Z"), ZoneOffset.UTC);

    @TempDir
    private Path directory;

    private PullTokens tokens;

    @BeforeEach
    void keys() throws IOException {
        tokens = new PullTokens(keys("mk_old", "mk_old"), NOW);
    }

    /** A key file as an operator makes it; the bytes of a key follow from its id. */
    private MasterKeyFile keys(String primary, String... ids) throws IOException {
        ObjectNode keyset = Json.object().put("primary", primary);
        ObjectNode keys = keyset.putObject("keys");
        for (String id : List.of(ids)) {
            byte[] key = new byte[32];
            new Random(id.hashCode()).nextBytes(key);
            keys.put(id, Base64.getEncoder().encodeToString(key));
        }
        Path file = Files.createTempFile(
                directory,
                "keys",
                "",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(file, Json.bytes(keyset));
        return MasterKeyFile.open(file);
    }

    @Test
    void aTokenAllowsItsRepositoryOnly() {
        assertThat(tokens.repository(tokens.issue("acme/web"))).contains("acme/web");
    }

    @Test
    void anotherServerWithTheMasterKeyKnowsTheToken() throws IOException {
        PullTokens other = new PullTokens(keys("mk_old", "mk_old"), NOW);
        assertThat(other.repository(tokens.issue("acme/web"))).contains("acme/web");
    }

    @Test
    void anotherClustersTokenIsUnknown() throws IOException {
        String foreign = new PullTokens(keys("mk_foreign", "mk_foreign"), NOW).issue("acme/web");
        assertThat(tokens.repository(foreign)).isEmpty();
    }

    /** The new key goes to every server first, and the old one stays in their files for longer than a token lives. */
    @Test
    void aRotationOfTheMasterKeyBreaksNoToken() throws IOException {
        String before = tokens.issue("acme/web");
        PullTokens prepared = new PullTokens(keys("mk_old", "mk_old", "mk_new"), NOW);
        PullTokens rotated = new PullTokens(keys("mk_new", "mk_old", "mk_new"), NOW);
        PullTokens retired = new PullTokens(keys("mk_new", "mk_new"), NOW);

        assertThat(rotated.repository(before)).contains("acme/web");
        assertThat(prepared.repository(rotated.issue("acme/web"))).contains("acme/web");
        assertThat(retired.repository(before)).isEmpty();
        assertThat(retired.repository(rotated.issue("acme/web"))).contains("acme/web");
    }

    @Test
    void aChangedTokenIsUnknown() {
        String token = tokens.issue("acme/web");
        for (int i = PullTokens.PREFIX.length(); i < token.length() - 1; i++) {
            char other = token.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(tokens.repository(token.substring(0, i) + other + token.substring(i + 1)))
                    .isEmpty();
        }
    }

    @Test
    void whatIsNoTokenIsUnknown() {
        assertThat(tokens.repository("vt_pull_")).isEmpty();
        assertThat(tokens.repository("vt_pull_%%%")).isEmpty();
        Random random = new Random(1);
        for (int length = 0; length < 100; length++) {
            byte[] noise = new byte[length];
            random.nextBytes(noise);
            assertThat(tokens.repository(
                            "vt_pull_" + Base64.getUrlEncoder().withoutPadding().encodeToString(noise)))
                    .isEmpty();
        }
    }

    @Test
    void itExpires() throws IOException {
        TestClock clock = new TestClock(NOW.instant());
        PullTokens expiring = new PullTokens(keys("mk_old", "mk_old"), clock);
        String token = expiring.issue("acme/web");
        clock.advance(Duration.ofMinutes(31));
        assertThat(expiring.repository(token)).isEmpty();
    }
}
