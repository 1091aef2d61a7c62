package dev.vt.control.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.ControlPlane;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.EventFilter;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Verification;
import dev.vt.eventlog.postgres.EmbeddedPostgres;
import dev.vt.eventlog.postgres.PostgresAddress;
import dev.vt.eventlog.store.EventStore;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class BackupsTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    @TempDir
    Path temp;

    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private Path file;

    @BeforeEach
    void fill() {
        file = temp.resolve("backup.vt");
        TestClient operator = server.operator();
        String org = "/v1/orgs/" + server.orgId();
        for (int i = 0; i < 5; i++) {
            operator.post(org + "/projects", Json.object().put("name", "p-" + i));
        }
        String id = operator.post(org + "/projects", Json.object().put("name", "gone"))
                .id();
        operator.delete(org + "/projects/" + id);
    }

    private int run(String... args) {
        PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
        return Backups.run(args, out, out);
    }

    private String output() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private String url() {
        PostgresAddress address = server.database().address();
        URI jdbc = URI.create(address.url().substring("jdbc:".length()));
        return "postgresql://" + address.user() + ":" + address.password() + "@" + jdbc.getHost() + ":" + jdbc.getPort()
                + jdbc.getPath();
    }

    private void backUp(String... more) {
        List<String> args = new ArrayList<>(List.of(
                "backup",
                "--data-dir",
                server.dataDir().toString(),
                "--out",
                file.toString(),
                "--postgres-url",
                url()));
        args.addAll(List.of(more));
        assertThat(run(args.toArray(String[]::new))).as(output()).isZero();
    }

    private static List<StoredEvent> events(EventStore store) {
        return store.events().read(0, 1000, EventFilter.ALL).events();
    }

    @Test
    void aBackupOfARunningServerRestoresIntoAnEmptyOne_B1_B2() throws IOException {
        backUp();
        assertThat(run(
                        "backup",
                        "--verify",
                        file.toString(),
                        "--data-dir",
                        server.dataDir().toString()))
                .as(output())
                .isZero();
        Verification original = server.control().store().store().verify();

        Path target = temp.resolve("restored");
        String key = server.dataDir().resolve("master.key").toString();
        assertThat(run("restore", "--data-dir", target.toString(), "--from", file.toString(), "--master-key-file", key))
                .as(output())
                .isZero();

        assertThat(output()).contains("restored: last event " + original.head() + ", chain " + original.chainHash());
        ControlPlane.Catalogue catalogue = ControlPlane.catalogue(target);
        try (EmbeddedPostgres postgres =
                        EmbeddedPostgres.start(EmbeddedPostgres.Config.durable(target.resolve("postgres")));
                EventStore store = EventStore.open(
                        postgres.database("vt"),
                        catalogue.projections(),
                        catalogue.schemas(),
                        EventStore.Config.DEFAULT)) {
            assertThat(events(store)).isEqualTo(events(server.control().store().store()));
            assertThat(store.verify().digests()).isEqualTo(original.digests());
            assertThat(store.sideRecords()
                            .find("recovery", "epoch")
                            .orElseThrow()
                            .version())
                    .isEqualTo(1);
            assertThat(store.sideRecords().list("wrapped_key", "", 100))
                    .usingRecursiveFieldByFieldElementComparator()
                    .isEqualTo(server.control().store().store().sideRecords().list("wrapped_key", "", 100));
        }
        assertThat(run("restore", "--data-dir", target.toString(), "--from", file.toString()))
                .as("the directory is not empty any more")
                .isEqualTo(5);
        assertThat(output()).contains("already_bootstrapped");
    }

    @Test
    void aRestoreCanEndBeforeTheBackupDoes_OP1() {
        backUp();
        long head = server.control().store().head();
        long wanted = head - 3;
        String key = server.dataDir().resolve("master.key").toString();

        assertThat(run(
                        "restore",
                        "--data-dir",
                        temp.resolve("restored").toString(),
                        "--from",
                        file.toString(),
                        "--to-event",
                        Long.toString(wanted),
                        "--master-key-file",
                        key))
                .as(output())
                .isZero();

        assertThat(output()).contains("restored: last event " + wanted);
    }

    @Test
    void whatIsDamagedCutOrNotOursDoesNotOpen_B1() throws IOException {
        backUp();
        byte[] whole = Files.readAllBytes(file);
        for (int at : new int[] {0, 5, 60, whole.length / 2, whole.length - 1}) {
            byte[] changed = whole.clone();
            changed[at] ^= 1;
            assertThat(verifies(changed)).as("byte " + at + ": " + output()).isEqualTo(2);
        }
        for (int length : new int[] {0, 3, 100, whole.length - 1}) {
            assertThat(verifies(java.util.Arrays.copyOf(whole, length)))
                    .as("cut to " + length)
                    .isEqualTo(2);
        }
        MasterKeyFile.createIfAbsent(
                temp.resolve("other.key"), Ids.uuidV7(Clock.systemUTC(), new SecureRandom()), new SecureRandom());
        assertThat(run(
                        "backup",
                        "--verify",
                        file.toString(),
                        "--master-key-file",
                        temp.resolve("other.key").toString()))
                .isEqualTo(2);
        assertThat(run(
                        "backup",
                        "--verify",
                        temp.resolve("nothing").toString(),
                        "--data-dir",
                        server.dataDir().toString()))
                .isEqualTo(4);
        assertThat(run("restore", "--data-dir", temp.resolve("keyless").toString(), "--from", file.toString()))
                .as("without the master key")
                .isEqualTo(2);
        assertThat(new String(whole, StandardCharsets.ISO_8859_1))
                .doesNotContain("project.created", "owner@example.com", "acme");
    }

    private int verifies(byte[] content) throws IOException {
        Path damaged = temp.resolve("damaged.vt");
        Files.write(damaged, content);
        return run(
                "backup",
                "--verify",
                damaged.toString(),
                "--data-dir",
                server.dataDir().toString());
    }

    @Test
    void aPassphraseOpensWhatItClosed_B1() throws IOException {
        Path phrase = Files.writeString(temp.resolve("phrase"), "correct horse battery\n");
        Path wrong = Files.writeString(temp.resolve("wrong"), "correct horse batterie\n");
        backUp("--passphrase-file", phrase.toString());

        assertThat(run("backup", "--verify", file.toString(), "--passphrase-file", wrong.toString()))
                .isEqualTo(2);
        assertThat(run(
                        "backup",
                        "--verify",
                        file.toString(),
                        "--data-dir",
                        server.dataDir().toString()))
                .isEqualTo(2);
        assertThat(run("backup", "--verify", file.toString(), "--passphrase-file", phrase.toString()))
                .as(output())
                .isZero();
        assertThat(run("backup", "--data-dir", server.dataDir().toString(), "--out", file.toString()))
                .as("a backup is never overwritten")
                .isEqualTo(5);
        assertThat(run("backup", "--outt", "x")).isEqualTo(2);
    }
}
