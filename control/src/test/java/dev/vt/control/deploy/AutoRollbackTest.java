package dev.vt.control.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestServer;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AutoRollbackTest {
    private static final String MANIFEST = Shop.MANIFEST + "[deploy]\nauto_rollback = true\n";

    @RegisterExtension
    final TestServer server = new TestServer();

    @Test
    void aFailedDeployGoesBackOnce() throws InterruptedException {
        Shop shop = Shop.on(server);
        String good = shop.deployed("one", MANIFEST);
        server.succeed(good);
        String bad = shop.deploy(shop.released("two", MANIFEST)).id();

        server.fail(bad, "progress_timeout");

        JsonNode rollback = awaitRollback(shop);
        assertThat(rollback.path("kind").asText()).isEqualTo("rollback");
        assertThat(rollback.at("/previous/web").asText())
                .isNotEqualTo(rollback.path("release_id").asText());
        server.fail(rollback.path("id").asText(), "progress_timeout");
        assertThat(new Deploys(server.control().store()).newestFailed()).isEmpty();
    }

    /** The newest deploy, once it is neither of the two we made. */
    private static JsonNode awaitRollback(Shop shop) throws InterruptedException {
        Instant deadline = Instant.now().plus(Duration.ofSeconds(20));
        while (Instant.now().isBefore(deadline)) {
            JsonNode items =
                    shop.client().get(shop.env() + "/deploys?order=desc").json().path("items");
            if (items.size() == 3) {
                return items.get(0);
            }
            Thread.onSpinWait();
        }
        throw new AssertionError("no rollback within 20 s");
    }
}
