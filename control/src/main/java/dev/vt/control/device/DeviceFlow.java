package dev.vt.control.device;

import dev.vt.control.audit.Audit;
import dev.vt.control.audit.AuditEntry;
import dev.vt.control.auth.Scopes;
import dev.vt.control.auth.TokenSecrets;
import dev.vt.control.session.AuthWrites;
import dev.vt.control.session.Client;
import dev.vt.control.user.User;
import dev.vt.control.user.Users;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/** The device flow (A18): start, look, decide, poll. Thread-safe. */
final class DeviceFlow {
    /** What a program shows and keeps. */
    record Started(String deviceCode, String userCode) {
        @Override
        public String toString() {
            return "Started[redacted]";
        }
    }

    private final DeviceGrants grants;
    private final Families families;
    private final Users users;
    private final AuthWrites writes;
    private final PollPace pace;
    private final Clock clock;
    private final SecureRandom random;

    DeviceFlow(
            DeviceGrants grants, Families families, Users users, AuthWrites writes, Clock clock, SecureRandom random) {
        this.grants = grants;
        this.families = families;
        this.users = users;
        this.writes = writes;
        this.pace = new PollPace(clock);
        this.clock = clock;
        this.random = random;
    }

    Started start(String clientName, Set<String> scopes, Client client) {
        AtomicReference<Started> started = new AtomicReference<>();
        writes.run(Actor.system("auth"), draft -> {
            Started codes = new Started(TokenSecrets.next(TokenSecrets.DEVICE, random), grants.newUserCode());
            grants.keep(
                    draft,
                    codes.deviceCode(),
                    new DeviceGrant(
                            codes.userCode(),
                            clientName,
                            client.address(),
                            scopes.stream().sorted().toList(),
                            DeviceGrant.Status.PENDING,
                            null,
                            draft.now().plus(DeviceGrants.LIFE).toString()));
            started.set(codes);
        });
        return Objects.requireNonNull(started.get());
    }

    /** What is asked for under a code, while it can be decided. */
    Optional<DeviceGrant> pending(String userCode) {
        return pendingKept(userCode).map(DeviceGrants.Kept::grant);
    }

    private Optional<DeviceGrants.Kept> pendingKept(String userCode) {
        return grants.byUserCode(userCode)
                .filter(kept -> kept.grant().status() == DeviceGrant.Status.PENDING)
                .filter(kept -> !kept.grant().expired(clock.instant()));
    }

    /** @throws ProblemException {@code not_found} if nothing waits under this code */
    void decide(String userCode, boolean approve, String userId, Client client) {
        writes.run(new Actor("user", userId), draft -> {
            DeviceGrants.Kept kept = pendingKept(userCode)
                    .orElseThrow(() -> new ProblemException(
                            Problem.of(ErrorCode.NOT_FOUND, "nothing waits for an approval under this code")));
            DeviceGrant.Status decision = approve ? DeviceGrant.Status.APPROVED : DeviceGrant.Status.DENIED;
            DeviceGrants.replace(draft, kept, kept.grant().decided(decision, userId));
            Set<String> scopes = Set.copyOf(kept.grant().scopes());
            String agent = client.userAgent();
            AuditEntry entry = approve
                    ? AuditEntry.allowed("device.decide", userId, scopes, client.address(), agent)
                    : AuditEntry.denied(
                            "device.decide", userId, ErrorCode.ACCESS_DENIED, scopes, client.address(), agent);
            Audit.allowed(draft, Owner.NONE, entry);
        });
    }

    /**
     * One poll of the program.
     *
     * @throws ProblemException {@code authorization_pending}, {@code slow_down}, {@code access_denied},
     *     {@code expired_token} or {@code user_disabled}
     */
    Families.Issued poll(String deviceCode, Client client) {
        DeviceGrants.Kept kept = grants.byDeviceCode(deviceCode)
                .filter(found -> !found.grant().expired(clock.instant()))
                .orElseThrow(() -> new ProblemException(
                        Problem.of(ErrorCode.EXPIRED_TOKEN, "the device code is unknown, used or too old")
                                .withHint("start again")));
        long wait = pace.poll(kept.key());
        if (wait > 0) {
            throw new ProblemException(Problem.of(ErrorCode.SLOW_DOWN, "poll every " + wait + " seconds")
                    .withDetails(Map.of("interval", wait, "retry_after_seconds", wait)));
        }
        return switch (kept.grant().status()) {
            case PENDING ->
                throw new ProblemException(Problem.of(ErrorCode.AUTHORIZATION_PENDING, "nobody has decided yet")
                        .withDetails(Map.of("retry_after_seconds", pace.interval(kept.key()))));
            case DENIED -> {
                writes.run(
                        Actor.system("auth"),
                        draft -> grants.byDeviceCode(deviceCode).ifPresent(found -> DeviceGrants.remove(draft, found)));
                throw new ProblemException(Problem.of(ErrorCode.ACCESS_DENIED, "the person said no"));
            }
            case APPROVED -> issue(deviceCode, kept.grant(), client);
        };
    }

    private Families.Issued issue(String deviceCode, DeviceGrant grant, Client client) {
        String userId = Objects.requireNonNull(grant.userId());
        if (users.find(userId).map(User::disabled).orElse(true)) {
            throw new ProblemException(Problem.of(ErrorCode.USER_DISABLED, "the user is disabled"));
        }
        AtomicReference<Families.Issued> issued = new AtomicReference<>();
        writes.run(new Actor("user", userId), draft -> {
            DeviceGrants.Kept kept = grants.byDeviceCode(deviceCode)
                    .orElseThrow(() -> new ProblemException(
                            Problem.of(ErrorCode.EXPIRED_TOKEN, "the device code was used meanwhile")));
            DeviceGrants.remove(draft, kept);
            Set<String> scopes = Set.copyOf(grant.scopes());
            String nonce = draft.newId("non");
            issued.set(families.begin(draft, grant.clientName(), scopes, nonce));
            Audit.allowed(
                    draft,
                    Owner.NONE,
                    AuditEntry.allowed("token.create", userId, scopes, client.address(), client.userAgent()));
        });
        return Objects.requireNonNull(issued.get());
    }

    /** What a program gets if it asks for nothing in particular. */
    static List<String> allScopes() {
        return Scopes.all().stream().sorted().toList();
    }
}
