package dev.vt.control.hostname;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.testing.EventGoldens;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** R2 of ingress.md: a freed name stays its org's. */
class ReservationHandlersTest {
    private static final String RESERVATIONS = "/v1/hostname-reservations";
    private static final String NAME = "freed.example.com";

    @RegisterExtension
    final TestServer server = TestServer.still();

    private Shop shop;
    private Shop stranger;

    @BeforeEach
    void deploy() {
        shop = Shop.on(server);
        shop.deployed("one", Shop.MANIFEST);
        stranger = shop.inAnotherOrg("stranger");
        stranger.deployed("one", Shop.MANIFEST.replace("shop.example.com", "stranger.example.com"));
    }

    private void freed() {
        TestReply route = shop.route(NAME);
        assertThat(route.status()).as(route.toString()).isEqualTo(201);
        assertThat(delete(shop, route).status()).isEqualTo(200);
    }

    private static TestReply delete(Shop of, TestReply route) {
        return of.client().delete(of.org() + "/routes/" + route.id());
    }

    private JsonNode reservations() {
        return shop.client().get(RESERVATIONS).json().path("items");
    }

    @Test
    void aFreedHostnameIsKeptForItsOrgForADayR2() {
        freed();

        assertThat(stranger.route(NAME).code()).isEqualTo("hostname_taken");
        TestReply again = shop.route(NAME);
        assertThat(again.status()).isEqualTo(201);
        assertThat(reservations()).isEmpty();
        delete(shop, again);
        server.advance(Duration.ofHours(24).minusSeconds(30));
        assertThat(stranger.route(NAME).code()).isEqualTo("hostname_taken");
        server.advance(Duration.ofMinutes(1));
        assertThat(reservations()).isEmpty();
        assertThat(stranger.route(NAME).status()).isEqualTo(201);
    }

    @Test
    void anotherEnvironmentOfTheOrgMayTakeItR2() {
        Shop other = shop.another("other");
        other.deployed("one", Shop.MANIFEST.replace("shop.example.com", "other.example.com"));
        freed();

        assertThat(other.route(NAME).status()).isEqualTo(201);
    }

    @Test
    void aDeployOfAnotherOrgDoesNotGetItEitherR2() {
        freed();

        TestReply deploy = stranger.deploy(Json.object()
                .put("release_id", stranger.released("two", Shop.MANIFEST.replace("shop.example.com", NAME)))
                .put("allow_destructive", true));

        assertThat(deploy.code()).isEqualTo("hostname_taken");
    }

    @Test
    void anOperatorLiftsAReservationOnceR2() throws InterruptedException {
        freed();
        assertThat(reservations()).hasSize(1);
        assertThat(reservations().at("/0/hostname").asText()).isEqualTo(NAME);
        assertThat(Duration.between(
                        Instant.parse(reservations().at("/0/freed_at").asText()),
                        Instant.parse(reservations().at("/0/expires_at").asText())))
                .isEqualTo(Duration.ofHours(24));

        TestReply lifted = shop.client().delete(RESERVATIONS + "/" + NAME);

        assertThat(lifted.receiptStatus()).isEqualTo("applied");
        assertThat(shop.client().delete(RESERVATIONS + "/" + NAME).receiptStatus())
                .isEqualTo("unchanged");
        assertThat(reservations()).isEmpty();
        // The trail is a derived view: verified when it has caught up.
        server.verify();
        assertThat(shop.client()
                        .get("/v1/audit?action=hostname_reservations.lift")
                        .json()
                        .path("items"))
                .hasSize(1);
        assertThat(stranger.route(NAME).status()).isEqualTo(201);
    }

    @Test
    void listsArePagedByHostname() {
        for (String name : List.of("c.example.com", "a.example.com", "b.example.com")) {
            delete(shop, shop.route(name));
        }

        JsonNode first = shop.client().get(RESERVATIONS + "?limit=2").json();
        JsonNode second = shop.client()
                .get(RESERVATIONS + "?limit=2&cursor="
                        + first.path("next_cursor").asText())
                .json();

        assertThat(first.path("items").findValuesAsText("hostname")).containsExactly("a.example.com", "b.example.com");
        assertThat(second.path("items").findValuesAsText("hostname")).containsExactly("c.example.com");
    }

    /** Whatever the order: a name that one org took and gave up is not the other's. */
    @Test
    void racingOrgsNeverTakeFromEachOtherR2() throws InterruptedException, ExecutionException {
        int rounds = 25;
        try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
            for (int round = 0; round < rounds; round++) {
                String name = "race" + round + ".example.com";
                CountDownLatch start = new CountDownLatch(1);
                List<Future<Boolean>> took = new ArrayList<>();
                for (Shop each : List.of(shop, stranger)) {
                    took.add(threads.submit(() -> {
                        start.await();
                        TestReply route = each.route(name);
                        return route.status() == 201 && delete(each, route).status() == 200;
                    }));
                }
                start.countDown();
                assertThat(List.of(took.getFirst().get(), took.getLast().get())).containsExactlyInAnyOrder(true, false);
            }
        }
        assertThat(reservations()).hasSize(rounds);
    }

    @Test
    void theEventIsGolden() {
        EventGoldens.check(
                HostnameFeature.class, "hostname", "reservation_lifted", "hostname.reservation_lifted", Json.object());
    }
}
