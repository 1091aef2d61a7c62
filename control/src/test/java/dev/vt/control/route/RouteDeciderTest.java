package dev.vt.control.route;

import static dev.vt.control.route.RouteEventCodecTest.RAW;
import static dev.vt.control.route.RouteEventCodecTest.TLS;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.route.RouteCommand.Create;
import dev.vt.control.route.RouteCommand.Delete;
import dev.vt.control.route.RouteCommand.Update;
import dev.vt.control.route.RouteCommand.Verify;
import dev.vt.control.route.RouteDefinition.Target;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RouteDeciderTest {
    private static final RouteDecider.Facts FACTS = new RouteDecider.Facts(Set.of(8443, 9000), false);
    private static final RouteState ABSENT = new RouteState.Absent();

    private static ErrorCode refused(Decision<RouteEvent> decision) {
        return decision instanceof Decision.Refused<RouteEvent>(var problem) ? problem.code() : ErrorCode.INTERNAL;
    }

    private static RouteDefinition with(Target target, String proxy, boolean ack, String ipv4) {
        return new RouteDefinition(
                TLS.kind(),
                TLS.hostname(),
                TLS.listenPort(),
                target,
                proxy,
                ack,
                TLS.proxyTlvs(),
                ipv4,
                TLS.allowNoSni(),
                TLS.balance(),
                TLS.maxConnections(),
                TLS.terminateOnDelete(),
                TLS.managedBy());
    }

    @Test
    void everyTransitionIsDecidedOnce() {
        RouteState live = RouteDecider.evolve(ABSENT, new RouteEvent.Created(TLS, null));
        RouteState gone = RouteDecider.evolve(live, new RouteEvent.Deleted());

        assertThat(RouteDecider.decide(ABSENT, new Create(TLS), FACTS))
                .isEqualTo(Decision.accept(new RouteEvent.Created(TLS, null)));
        assertThat(refused(RouteDecider.decide(live, new Create(TLS), FACTS))).isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(refused(RouteDecider.decide(gone, new Create(TLS), FACTS))).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(refused(RouteDecider.decide(ABSENT, new Update(TLS), FACTS))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(RouteDecider.decide(live, new Update(TLS), FACTS)).isEqualTo(Decision.unchanged());
        assertThat(refused(RouteDecider.decide(gone, new Update(TLS), FACTS))).isEqualTo(ErrorCode.RESOURCE_DELETED);
        assertThat(refused(RouteDecider.decide(ABSENT, new Delete(), FACTS))).isEqualTo(ErrorCode.NOT_FOUND);
        assertThat(RouteDecider.decide(live, new Delete(), FACTS)).isEqualTo(Decision.accept(new RouteEvent.Deleted()));
        assertThat(RouteDecider.decide(gone, new Delete(), FACTS)).isEqualTo(Decision.unchanged());
    }

    @Test
    void anUpdateCarriesWhatChangedAndGivesWhatWasWanted() {
        RouteDefinition wanted = with(new Target("api", 9000), "off", true, "also");
        RouteState live = new RouteState.Live(TLS);

        Decision<RouteEvent> decision = RouteDecider.decide(live, new Update(wanted), FACTS);

        RouteEvent.Updated event =
                new RouteEvent.Updated(new Target("api", 9000), "off", null, null, null, null, null, null, null);
        assertThat(decision).isEqualTo(Decision.accept(event));
        assertThat(RouteDecider.evolve(live, event)).isEqualTo(new RouteState.Live(wanted));
    }

    @Test
    void aHostnameThatNeedsAProofIsPendingUntilItIsFoundR2() {
        RouteDecider.Facts unproven = new RouteDecider.Facts(Set.of(8443), false, false, Set.of(), "vtc_1");
        RouteState pending = new RouteState.Pending(TLS, "vtc_1");

        assertThat(RouteDecider.decide(ABSENT, new Create(TLS), unproven))
                .isEqualTo(Decision.accept(new RouteEvent.Created(TLS, "vtc_1")));
        assertThat(RouteDecider.evolve(ABSENT, new RouteEvent.Created(TLS, "vtc_1")))
                .isEqualTo(pending);
        assertThat(refused(RouteDecider.decide(pending, new Create(TLS), unproven)))
                .isEqualTo(ErrorCode.INVALID_STATE);
        assertThat(RouteDecider.decide(pending, new Update(TLS), unproven)).isEqualTo(Decision.unchanged());
        assertThat(RouteDecider.evolve(
                        pending,
                        new RouteEvent.Updated(new Target("api", 1), null, null, null, null, null, null, null, null)))
                .isInstanceOf(RouteState.Pending.class);
        assertThat(RouteDecider.decide(pending, new Verify(), FACTS))
                .isEqualTo(Decision.accept(new RouteEvent.Verified()));
        assertThat(RouteDecider.evolve(pending, new RouteEvent.Verified())).isEqualTo(new RouteState.Live(TLS));
        assertThat(RouteDecider.decide(pending, new Delete(), FACTS))
                .isEqualTo(Decision.accept(new RouteEvent.Deleted()));
        assertThat(RouteDecider.decide(new RouteState.Live(TLS), new Verify(), FACTS))
                .isEqualTo(Decision.unchanged());
        assertThat(RouteDecider.decide(new RouteState.Gone(), new Verify(), FACTS))
                .isEqualTo(Decision.unchanged());
        assertThat(refused(RouteDecider.decide(ABSENT, new Verify(), FACTS))).isEqualTo(ErrorCode.NOT_FOUND);
    }

    @Test
    void rulesR3ToR5RefuseBeforeAnythingIsClaimed() {
        Target web = TLS.target();
        assertThat(refused(RouteDecider.decide(
                        ABSENT, new Create(with(new Target("web", 1), "off", false, "off")), FACTS)))
                .isEqualTo(ErrorCode.BACKEND_PORT_UNDECLARED);
        assertThat(refused(RouteDecider.decide(ABSENT, new Create(with(web, "v2", false, "off")), FACTS)))
                .isEqualTo(ErrorCode.PROXY_ACK_REQUIRED);
        assertThat(refused(RouteDecider.decide(ABSENT, new Create(with(web, "off", false, "required")), FACTS)))
                .isEqualTo(ErrorCode.IPV4_NOT_ENABLED);
        assertThat(refused(RouteDecider.decide(ABSENT, new Create(RAW), new RouteDecider.Facts(null, false))))
                .isEqualTo(ErrorCode.UNKNOWN_PROCESS_TYPE);
        for (int port : List.of(23, 25, 135, 137, 139, 445, 80, 443)) {
            RouteDefinition raw = new RouteDefinition(
                    "tcp_raw",
                    null,
                    port,
                    RAW.target(),
                    "off",
                    false,
                    List.of(),
                    "off",
                    false,
                    "round_robin",
                    0,
                    false,
                    "api");
            assertThat(refused(RouteDecider.decide(ABSENT, new Create(raw), FACTS)))
                    .as("port " + port)
                    .isEqualTo(ErrorCode.PORT_DENIED);
        }
    }
}
