package dev.vt.control.device;

import dev.vt.control.auth.RateLimiter;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Endpoint;
import dev.vt.control.key.KeyWrapper;
import dev.vt.control.session.AuthWrites;
import dev.vt.control.session.SignIns;
import dev.vt.control.token.Tokens;
import dev.vt.control.user.Users;
import io.helidon.webserver.http.HttpService;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Registers the flow and its pages; it has no events of its own. */
public final class DeviceFeature implements Feature {
    private final DeviceHandlers handlers;
    private final ApprovalPage page;

    /** What the flow needs of the server. */
    public record Wiring(
            StateReader state,
            KeyWrapper keys,
            Tokens tokens,
            Users users,
            SignIns signIns,
            AuthWrites writes,
            Authenticator authenticator,
            RateLimiter limiter,
            Supplier<RateLimiter.Limits> limits,
            boolean tls,
            Clock clock,
            SecureRandom random) {}

    public DeviceFeature(Wiring w) {
        Families families = new Families(
                w.state(),
                new FamilyKey(w.state(), w.keys(), w.random()),
                w.tokens(),
                w.users(),
                w.writes(),
                w.clock());
        DeviceFlow flow = new DeviceFlow(
                new DeviceGrants(w.state(), w.random()), families, w.users(), w.writes(), w.clock(), w.random());
        this.handlers = new DeviceHandlers(flow, families, w.clock(), w.tls());
        this.page = new ApprovalPage(
                flow, w.signIns(), w.authenticator(), w.users(), w.limiter(), w.limits(), w.clock(), w.tls());
    }

    @Override
    public List<SealedRecords> sealedRecords() {
        return List.of(FamilyKey.RECORDS);
    }

    @Override
    public String name() {
        return "device";
    }

    @Override
    public List<Endpoint> endpoints() {
        return handlers.endpoints();
    }

    @Override
    public Map<String, HttpService> httpServices() {
        return Map.of(ApprovalPage.PATH, page);
    }
}
