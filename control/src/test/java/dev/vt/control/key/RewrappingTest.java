package dev.vt.control.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.testing.People;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestAuthenticator;
import dev.vt.control.testing.TestMember;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.eventlog.SideOperation;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A master key is rotated under a server that has sealed something of every kind (secrets.md §4). */
class RewrappingTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    private static final String NEW = "mk_" + "1".repeat(26);

    private interface Change {
        void to(ObjectNode keyset);
    }

    /** As an operator does: the file is changed while the server is down. */
    private void keyset(Change change) throws IOException {
        Path file = server.dataDir().resolve("master.key");
        ObjectNode keyset = (ObjectNode) Json.parse(Files.readAllBytes(file));
        change.to(keyset);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        Files.write(file, Json.bytes(keyset));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        server.restart();
    }

    /** The ids of the master keys by which records are wrapped, one per record. */
    private List<String> wrappedBy() {
        List<String> out = new ArrayList<>();
        server.control().store().<Integer>read(handle -> {
            handle.createQuery("SELECT content FROM log.side_records WHERE kind IN"
                            + " ('wrapped_key', 'secret_material') OR key LIKE 'totp:%'")
                    .mapTo(byte[].class)
                    .list()
                    .forEach(content ->
                            out.add(Json.parse(content).path("master_key_id").asText()));
            return 0;
        });
        return out;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("it did not happen");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    @Test
    void afterRewrappingNothingNeedsTheOldKey() throws IOException, InterruptedException {
        Shop shop = Shop.on(server);
        ObjectNode secrets = Json.object();
        secrets.putObject("set").set("TOKEN", Json.object().put("base64", "b2xk"));
        TestReply set = shop.client().patch(shop.env() + "/secrets", secrets);
        assertThat(set.status()).as(set.toString()).isEqualTo(200);
        People.Person person = People.user(server, "totp@example.com");
        TestAuthenticator phone = TestAuthenticator.confirmed(server, person);
        try (TestMember node = TestMember.enrolled(server, "node", "n1")) {
            assertThat(node.id()).startsWith("node_");
        }
        String old = wrappedBy().getFirst();
        // Check value, authority, the org's fingerprints, a secret, an authenticator.
        assertThat(wrappedBy()).hasSizeGreaterThanOrEqualTo(5).containsOnly(old);

        keyset(keyset -> {
            keyset.put("primary", NEW);
            keyset.withObjectProperty("keys").put(NEW, Base64.getEncoder().encodeToString(new byte[32]));
        });
        await(() -> wrappedBy().stream().allMatch(NEW::equals));
        server.verify();
        keyset(keyset -> keyset.withObjectProperty("keys").remove(old));

        assertThat(wrappedBy()).containsOnly(NEW);
        // The edit opens the version before, the login the authenticator, the enrolment the authority.
        secrets.putObject("set").set("OTHER", Json.object().put("base64", "bmV3"));
        assertThat(server.operator().patch(shop.env() + "/secrets", secrets).status())
                .isEqualTo(200);
        JsonNode names = server.operator().get(shop.env() + "/secrets").json();
        assertThat(names.toString()).contains("TOKEN").contains("OTHER");
        TestReply in = server.anonymous()
                .post(
                        "/v1/auth/login",
                        Json.object()
                                .put("email", "totp@example.com")
                                .put("password", People.PASSWORD)
                                .put("totp", phone.nextCode()));
        assertThat(in.status()).as(in.toString()).isEqualTo(200);
        try (TestMember node = TestMember.enrolled(server, "node", "n2")) {
            node.hello().next();
        }
    }

    /** What cannot be opened keeps its key needed, and is counted; the rest goes on, and the check value waits. */
    @Test
    void aRecordOfALostKeyIsLeftAndCounted() throws IOException {
        assertThat(server.bootstrapped().token()).isNotEmpty();
        String old = wrappedBy().getFirst();
        byte[] lost = Json.bytes(Json.object()
                .put("master_key_id", "mk_" + "2".repeat(26))
                .put("wrapped", Base64.getEncoder().encodeToString(new byte[60])));
        server.control()
                .system()
                .asSystem(
                        "test",
                        draft -> draft.side(new SideOperation.Put("wrapped_key", "org_hmac/org_lost", lost, null)));

        keyset(keyset -> {
            keyset.put("primary", NEW);
            keyset.withObjectProperty("keys").put(NEW, Base64.getEncoder().encodeToString(new byte[32]));
        });
        await(() -> new String(server.operator().get("/metrics").body(), StandardCharsets.UTF_8)
                .contains("vt_secret_rewrap_remaining 1"));

        assertThat(MasterKeyCheck.keyId(server.control().store())).hasValue(old);
        assertThat(wrappedBy()).contains(NEW);
    }
}
