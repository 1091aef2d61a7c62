package dev.vt.control.device;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.auth.Scopes;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Reply;
import dev.vt.control.session.Client;
import dev.vt.kernel.Json;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** HTTP: the program's side of the flow, and the console's decision. */
final class DeviceHandlers {
    /** Body of {@code device/start}. */
    record Start(@Nullable String clientName, @Nullable List<String> scopes) {}

    /** Body of {@code device/token}. */
    record Poll(@Nullable String deviceCode) {
        @Override
        public String toString() {
            return "Poll[redacted]";
        }
    }

    /** Body of {@code device/decide}. */
    record Decide(@Nullable String userCode, @Nullable String decision) {}

    /** Body of {@code refresh}. */
    record Refresh(@Nullable String refreshToken, @Nullable String nonce) {
        @Override
        public String toString() {
            return "Refresh[redacted]";
        }
    }

    /** Body of {@code revoke}. */
    record Revoke(@Nullable String token) {
        @Override
        public String toString() {
            return "Revoke[redacted]";
        }
    }

    private final DeviceFlow flow;
    private final Families families;
    private final Clock clock;
    private final boolean tls;

    DeviceHandlers(DeviceFlow flow, Families families, Clock clock, boolean tls) {
        this.flow = flow;
        this.families = families;
        this.clock = clock;
        this.tls = tls;
    }

    List<Endpoint> endpoints() {
        Access anyone = Access.anonymous();
        return List.of(
                Endpoint.post("auth.device.start", "/v1/auth/device/start", anyone, this::start)
                        .withoutKey(),
                Endpoint.post("auth.device.token", "/v1/auth/device/token", anyone, this::poll)
                        .withoutKey(),
                Endpoint.post("auth.device.decide", "/v1/auth/device/decide", Access.session(), this::decide)
                        .withoutKey(),
                Endpoint.post("auth.refresh", "/v1/auth/refresh", anyone, this::refresh)
                        .withoutKey(),
                Endpoint.post("auth.revoke", "/v1/auth/revoke", anyone, this::revoke)
                        .withoutKey());
    }

    private Reply start(Call call) {
        Start body = call.body(Start.class);
        String name = Objects.requireNonNullElse(body.clientName(), "vt").strip();
        Set<String> scopes = new TreeSet<>(Objects.requireNonNullElse(body.scopes(), DeviceFlow.allScopes()));
        Checks checks = new Checks()
                .that(!name.isEmpty(), "/client_name", "must not be empty")
                .text("/client_name", name, 64)
                .that(!scopes.isEmpty(), "/scopes", "must name at least one scope");
        scopes.forEach(scope -> checks.that(Scopes.all().contains(scope), "/scopes", "has an unknown scope"));
        checks.done();
        DeviceFlow.Started started = flow.start(name, scopes, Client.of(call));
        String url = (tls ? "https://" : "http://") + call.header("host").orElse("") + ApprovalPage.PATH;
        return Reply.ok(Json.object()
                .put("device_code", started.deviceCode())
                .put("user_code", started.userCode())
                .put("verification_url", url)
                .put("verification_url_complete", url + "?code=" + started.userCode())
                .put("expires_in", DeviceGrants.LIFE.toSeconds())
                .put("interval", PollPace.INTERVAL_SECONDS));
    }

    private Reply poll(Call call) {
        Poll body = call.body(Poll.class);
        new Checks().required("/device_code", body.deviceCode()).done();
        return answer(flow.poll(Objects.requireNonNull(body.deviceCode()), Client.of(call)));
    }

    private Reply answer(Families.Issued issued) {
        ObjectNode out = Json.object()
                .put("access_token", issued.pair().accessToken())
                .put("refresh_token", issued.pair().refreshToken())
                .put("token_type", "Bearer")
                .put(
                        "expires_in",
                        Math.max(
                                0,
                                Duration.between(clock.instant(), issued.accessEnd())
                                        .toSeconds()))
                .put("expires_at", issued.accessEnd().toString())
                .put("refresh_expires_at", issued.refreshEnd().toString());
        ArrayNode list = out.putArray("scopes");
        new TreeSet<>(issued.scopes()).forEach(list::add);
        return Reply.ok(out);
    }

    private Reply decide(Call call) {
        Decide body = call.body(Decide.class);
        new Checks()
                .required("/user_code", body.userCode())
                .oneOf("/decision", body.decision(), Set.of("approve", "deny"))
                .done();
        boolean approve = "approve".equals(body.decision());
        flow.decide(
                Objects.requireNonNull(body.userCode()),
                approve,
                call.caller().actor().id(),
                Client.of(call));
        return Reply.ok(Json.object().put("status", approve ? "approved" : "denied"));
    }

    private Reply refresh(Call call) {
        Refresh body = call.body(Refresh.class);
        String nonce = Objects.requireNonNullElse(body.nonce(), "");
        new Checks()
                .required("/refresh_token", body.refreshToken())
                .that(nonce.matches("[A-Za-z0-9._:-]{16,128}"), "/nonce", "must be 16 to 128 of A-Z a-z 0-9 . _ : -")
                .done();
        return answer(families.refresh(Objects.requireNonNull(body.refreshToken()), nonce, Client.of(call)));
    }

    private Reply revoke(Call call) {
        Revoke body = call.body(Revoke.class);
        new Checks().required("/token", body.token()).done();
        families.revoke(Objects.requireNonNull(body.token()), Client.of(call));
        return Reply.ok(Json.object().put("revoked", true));
    }
}
