package dev.vt.control.release;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ReleaseHandlersTest {
    private static final String IMAGE = "registry.test/shop:1";

    @RegisterExtension
    static final TestServer server = TestServer.still();

    private Shop shop;

    @BeforeEach
    void make() {
        shop = Shop.on(server);
        server.images().put(IMAGE, "one");
    }

    @Test
    void aReleaseKeepsTheDigestAndTheNormalizedManifest() {
        String digest = server.images().put(IMAGE, "one");

        TestReply reply = shop.release(IMAGE, Shop.MANIFEST);

        assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
        JsonNode release = reply.resource();
        assertThat(release.path("number").asInt()).isEqualTo(1);
        assertThat(release.path("image_ref").asText()).isEqualTo(IMAGE);
        assertThat(release.path("image_digest").asText()).isEqualTo(digest);
        assertThat(release.at("/resolved_digests/0/arch").asText()).isEqualTo("amd64");
        assertThat(release.at("/image_config/entrypoint/0").asText()).isEqualTo("/app");
        assertThat(release.path("manifest_hash").asText()).startsWith("sha256:");
        assertThat(release.at("/manifest/processes/web/scaling/max").asInt()).isEqualTo(100);
        assertThat(shop.client().get(shop.org() + "/releases/" + reply.id()).json())
                .isEqualTo(release);
    }

    @Test
    void theSameImageAndManifestAreTheSameRelease() {
        String first = shop.release(IMAGE, Shop.MANIFEST).id();
        server.images().put("registry.test/shop:latest", "one");

        TestReply again = shop.release("registry.test/shop:latest", "# spelled differently\n" + Shop.MANIFEST);

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.receiptStatus()).isEqualTo("unchanged");
        assertThat(again.id()).isEqualTo(first);
    }

    @Test
    void aMovedTagIsANewReleaseWithTheNextNumber() {
        shop.release(IMAGE, Shop.MANIFEST);
        server.images().put(IMAGE, "two");

        TestReply second = shop.release(IMAGE, Shop.MANIFEST);

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.resource().path("number").asInt()).isEqualTo(2);
        JsonNode page = shop.client().get(shop.app() + "/releases").json();
        assertThat(page.path("items")).hasSize(2);
        assertThat(page.at("/items/0").has("manifest")).isFalse();
    }

    @Test
    void numbersCountPerApp() {
        shop.release(IMAGE, Shop.MANIFEST);

        assertThat(shop.another("other")
                        .release(IMAGE, Shop.MANIFEST)
                        .resource()
                        .path("number")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void theReferenceOfTheManifestCountsIfThereIsNoOther() {
        String manifest = "image.ref = \"" + IMAGE + "\"\n" + Shop.MANIFEST;

        TestReply reply =
                shop.client().post(shop.app() + "/releases", Json.object().put("manifest", manifest));
        TestReply none =
                shop.client().post(shop.app() + "/releases", Json.object().put("manifest", Shop.MANIFEST));

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.resource().path("image_ref").asText()).isEqualTo(IMAGE);
        assertThat(none.code()).isEqualTo("invalid_argument");
    }

    @Test
    void aBadManifestIsRefusedWithAllItsErrors() {
        TestReply reply = shop.release(IMAGE, "schema_version = \"v1\"\n[procceses.web]\nx = 1\n");

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.code()).isEqualTo("manifest_invalid");
        JsonNode errors = reply.json().at("/details/errors");
        assertThat(errors).hasSize(2);
        assertThat(errors.at("/1/code").asText()).isEqualTo("E_UNKNOWN_KEY");
        assertThat(errors.at("/1/line").asInt()).isEqualTo(2);
        assertThat(errors.at("/1/nearest").asText()).isEqualTo("processes");
        assertThat(shop.client().get(shop.app() + "/releases").json().path("items"))
                .isEmpty();
    }

    @Test
    void anUnknownImageIsRefused() {
        assertThat(shop.release("registry.test/none:1", Shop.MANIFEST).code()).isEqualTo("image_not_found");
    }

    @Test
    void theSameKeyAnswersTheSameReleaseEvenIfTheTagMovedA8() {
        var body = Json.object().put("image_ref", IMAGE).put("manifest", Shop.MANIFEST);
        TestReply first = shop.client().key("release-key-1").post(shop.app() + "/releases", body);
        server.images().put(IMAGE, "two");

        TestReply second = shop.client().key("release-key-1").post(shop.app() + "/releases", body);

        assertThat(second.status()).isEqualTo(201);
        assertThat(second.receiptStatus()).isEqualTo("replayed");
        assertThat(second.id()).isEqualTo(first.id());
    }

    @Test
    void theDifferenceOfTwoReleasesIsShownByPointer() {
        String one = shop.release(IMAGE, Shop.MANIFEST).id();
        String two =
                shop.release(IMAGE, Shop.MANIFEST.replace("256Mi", "512Mi")).id();

        JsonNode diff = shop.client()
                .get(shop.org() + "/releases/" + one + "/diff?to=" + two)
                .json();

        assertThat(diff.path("changes")).hasSize(1);
        assertThat(diff.at("/changes/0/path").asText()).isEqualTo("/manifest/processes/web/resources/memory_bytes");
        assertThat(diff.at("/changes/0/to").asLong()).isEqualTo(512L << 20);
    }

    @Test
    void aReleaseOfAnotherOrgIsNotFoundA3() {
        String release = shop.release(IMAGE, Shop.MANIFEST).id();
        String other = shop.client()
                .post("/v1/orgs", Json.object().put("name", "other"))
                .id();

        assertThat(shop.client()
                        .get("/v1/orgs/" + other + "/releases/" + release)
                        .code())
                .isEqualTo("not_found");
    }
}
