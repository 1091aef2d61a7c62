package dev.vt.control.secret;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.key.MasterKeyCheck;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SecretHandlersTest {
    private static final String CANARY = "canary-5f1e-hunter2";

    @RegisterExtension
    static final TestServer server = TestServer.still();

    private Shop shop;
    private String secrets;

    @BeforeEach
    void make() {
        shop = Shop.on(server);
        secrets = shop.env() + "/secrets";
    }

    private static ObjectNode value(String text) {
        return Json.object().put("base64", Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static ObjectNode set(String key, String text) {
        ObjectNode body = Json.object();
        body.putObject("set").set(key, value(text));
        return body;
    }

    private static ObjectNode values(String... pairs) {
        ObjectNode body = Json.object();
        ObjectNode values = body.putObject("values");
        for (int i = 0; i < pairs.length; i += 2) {
            values.set(pairs[i], value(pairs[i + 1]));
        }
        return body;
    }

    private static List<String> names(JsonNode bundle) {
        List<String> names = new ArrayList<>();
        bundle.path("keys").forEach(key -> names.add(key.path("name").asText()));
        return names;
    }

    private String delivered(String versionId) {
        try (var file = server.control().secretDelivery().open(versionId).orElseThrow()) {
            return new String(file.reveal(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void beforeTheFirstVersionTheGateIsClosed() {
        JsonNode bundle = shop.client().get(secrets).json();

        assertThat(bundle.path("number").asInt()).isZero();
        assertThat(bundle.path("id").isNull()).isTrue();
    }

    @Test
    void settingMakesAVersionWhoseFileIsDelivered() {
        TestReply one = shop.client().patch(secrets, set("TOKEN", CANARY));
        TestReply two = shop.client().patch(secrets, set("OTHER", "line\nbreak"));

        assertThat(one.status()).as(one.toString()).isEqualTo(200);
        assertThat(two.resource().path("number").asInt()).isEqualTo(2);
        assertThat(names(two.resource())).containsExactly("OTHER", "TOKEN");
        assertThat(two.resource().at("/keys/1/size_bytes").asInt()).isEqualTo(CANARY.length());
        assertThat(delivered(two.resource().path("version_id").asText()))
                .isEqualTo("# VT_SECRETS_V1\nOTHER=base64:bGluZQpicmVhaw==\nTOKEN=" + CANARY + "\n");
        assertThat(delivered(one.resource().path("version_id").asText()))
                .isEqualTo("# VT_SECRETS_V1\nTOKEN=" + CANARY + "\n");
    }

    @Test
    void theSameContentIsUnchangedAndBackIsTheSameFingerprint() {
        String first = shop.client()
                .patch(secrets, set("A", "1"))
                .resource()
                .path("data_fingerprint")
                .asText();

        assertThat(shop.client().patch(secrets, set("A", "1")).receiptStatus()).isEqualTo("unchanged");
        shop.client().patch(secrets, set("A", "2"));
        TestReply back = shop.client().post(secrets + "/rollback", Json.object().put("number", 1));

        assertThat(back.resource().path("number").asInt()).isEqualTo(3);
        assertThat(back.resource().path("data_fingerprint").asText()).isEqualTo(first);
        assertThat(delivered(back.resource().path("version_id").asText())).isEqualTo("# VT_SECRETS_V1\nA=1\n");
        assertThat(shop.client()
                        .post(secrets + "/rollback", Json.object().put("number", 9))
                        .code())
                .isEqualTo("not_found");
    }

    @Test
    void importReplacesAllAndUnsetRemoves() {
        shop.client().put(secrets, values("A", "1", "B", "2"));
        TestReply imported = shop.client().put(secrets, values("B", "3", "C", "4"));
        ObjectNode unset = Json.object();
        unset.putObject("set").putNull("B");

        TestReply removed = shop.client().patch(secrets, unset);

        assertThat(names(imported.resource())).containsExactly("B", "C");
        assertThat(names(removed.resource())).containsExactly("C");
        assertThat(removed.resource().path("cause").asText()).isEqualTo("unset");
        assertThat(shop.client().get(secrets + "/versions").json().path("items"))
                .hasSize(3);
        assertThat(shop.client().put(secrets, values()).code()).isEqualTo("invalid_argument");
    }

    @Test
    void confirmNoneIsRefusedWhileVariablesExist() {
        TestReply first = shop.confirmNone();

        assertThat(first.resource().path("cause").asText()).isEqualTo("confirm_none");
        assertThat(shop.confirmNone().receiptStatus()).isEqualTo("unchanged");
        shop.client().patch(secrets, set("A", "1"));
        assertThat(shop.confirmNone().code()).isEqualTo("invalid_state");
    }

    @Test
    void aStaleVersionIsRefused() {
        shop.client().patch(secrets, set("A", "1"));

        TestReply stale = shop.client().patch(secrets, set("A", "2").put("if_version", 0));
        TestReply exact = shop.client().patch(secrets, set("A", "2").put("if_version", 1));

        assertThat(stale.code()).isEqualTo("version_conflict");
        assertThat(stale.json().at("/details/current_version").asInt()).isEqualTo(1);
        assertThat(exact.status()).isEqualTo(200);
        assertThat(shop.client().ifMatch(1).patch(secrets, set("A", "3")).code())
                .isEqualTo("version_conflict");
    }

    @Test
    void previewNamesWhatAnImportWouldChange() {
        shop.client().put(secrets, values("A", "1", "B", "2", "C", "3"));

        JsonNode preview = shop.client()
                .post(secrets + "/preview", values("B", "2", "C", "4", "D", "5"))
                .json();

        assertThat(preview.path("added").toString()).isEqualTo("[\"D\"]");
        assertThat(preview.path("removed").toString()).isEqualTo("[\"A\"]");
        assertThat(preview.path("changed").toString()).isEqualTo("[\"C\"]");
        assertThat(preview.path("same").toString()).isEqualTo("[\"B\"]");
        assertThat(shop.client().get(secrets).json().path("number").asInt()).isEqualTo(1);
    }

    @Test
    void rotationReplacesOneValueAndShowsAGeneratedOneOnce() {
        shop.client().put(secrets, values("A", "1", "B", "2"));
        ObjectNode body = Json.object().put("key", "A").put("generate", 32).put("show_once", true);

        TestReply rotated = shop.client().key("rotate-key-1").post(secrets + "/rotate", body);
        TestReply replayed = shop.client().key("rotate-key-1").post(secrets + "/rotate", body);

        String shown = rotated.json().path("secret").asText();
        assertThat(shown).hasSize(43);
        assertThat(delivered(rotated.resource().path("version_id").asText()))
                .isEqualTo("# VT_SECRETS_V1\nA=" + shown + "\nB=2\n");
        assertThat(replayed.receiptStatus()).isEqualTo("replayed");
        assertThat(replayed.json().path("secret").isNull()).isTrue();
        assertThat(shop.client()
                        .post(
                                secrets + "/rotate",
                                Json.object().put("key", "NONE").put("generate", 32))
                        .code())
                .isEqualTo("invalid_state");
    }

    @Test
    void invalidKeysAndValuesAreNamedNeverQuoted() {
        TestReply key = shop.client().patch(secrets, set("bad key", CANARY));
        ObjectNode notBase64 = Json.object();
        notBase64.putObject("set").putObject("A").put("base64", CANARY);
        TestReply base64 = shop.client().patch(secrets, notBase64);
        TestReply large = shop.client().patch(secrets, set("BIG", "x".repeat(65_537)));
        TestReply unknown = shop.client().patch(secrets, set("A", CANARY).put("sett", 1));

        assertThat(key.code()).isEqualTo("secrets_invalid");
        assertThat(base64.code()).isEqualTo("malformed_body");
        assertThat(large.code()).isEqualTo("secrets_invalid");
        assertThat(large.json().at("/details/errors/0/code").asText()).isEqualTo("too_large");
        assertThat(unknown.code()).isEqualTo("unknown_field");
        for (TestReply reply : List.of(key, base64, unknown)) {
            assertThat(reply.toString()).doesNotContain(CANARY);
        }
    }

    @Test
    void noColumnOfTheDatabaseHoldsAValueSE11() {
        shop.client().patch(secrets, set("TOKEN", CANARY));
        shop.client().put(secrets, values("TOKEN", CANARY + "-2", "BLOB", CANARY + "\n" + CANARY));
        shop.client().post(secrets + "/preview", values("TOKEN", CANARY));

        String encoded = Base64.getEncoder().encodeToString(CANARY.getBytes(StandardCharsets.UTF_8));
        String all = server.everyColumn();

        assertThat(all).contains("secret_bundle.version_set");
        assertThat(all).doesNotContain(CANARY).doesNotContain(encoded.substring(0, 16));
    }

    @Test
    void anotherMasterKeyIsNoticedAtStartSE8() {
        var ids = Ids.uuidV7(Clock.systemUTC(), new SecureRandom());
        MasterKeyFile own = MasterKeyFile.open(server.dataDir().resolve("master.key"));
        MasterKeyFile other =
                MasterKeyFile.createIfAbsent(server.dataDir().resolve("other.key"), ids, new SecureRandom());
        var control = server.control();

        assertThat(MasterKeyCheck.passes(control.store(), control.system(), own))
                .isTrue();
        assertThat(MasterKeyCheck.passes(control.store(), control.system(), other))
                .isFalse();
    }

    @Test
    void materialOpensAfterARestart() {
        String version = shop.client()
                .patch(secrets, set("A", "1"))
                .resource()
                .path("version_id")
                .asText();

        server.restart();

        assertThat(delivered(version)).isEqualTo("# VT_SECRETS_V1\nA=1\n");
        assertThat(server.control().secretDelivery().open("sv_unknown")).isEmpty();
    }
}
