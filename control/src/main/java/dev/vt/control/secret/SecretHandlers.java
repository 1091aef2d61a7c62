package dev.vt.control.secret;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.desired.DesiredReleases;
import dev.vt.control.env.Env;
import dev.vt.control.env.Envs;
import dev.vt.control.env.Protection;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Draft;
import dev.vt.control.feature.ListQuery;
import dev.vt.control.feature.Mutations;
import dev.vt.control.feature.ResourceReader;
import dev.vt.control.feature.StateReader;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Checks;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.Handler;
import dev.vt.control.http.OrgScope;
import dev.vt.control.http.Refusals;
import dev.vt.control.http.Reply;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.secrets.SecretBundle;
import dev.vt.manifest.secrets.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** HTTP: parse, dispatch, view. Bodies of these routes hold values: they are never logged or quoted. */
final class SecretHandlers {
    /** Body of a rollback. */
    record Rollback(@Nullable Integer number) {}

    /** Body of a confirmation: none. */
    record ConfirmNone() {}

    private static final Logger log = LoggerFactory.getLogger(SecretHandlers.class);
    private static final String PATH = "/v1/orgs/{org_id}/envs/{env_id}/secrets";

    /** 256 KiB of content grow by a third in base64, and names and braces come on top. */
    private static final int MAX_BODY = 512 << 10;

    private static final int MAX_GENERATED = 1024;

    private final Mutations mutations;
    private final StateReader state;
    private final Envs envs;
    private final Secrets secrets;
    private final SecretVault vault;
    private final OrgFingerprints fingerprints;
    private final SecureRandom random;
    private final DesiredReleases desired;

    SecretHandlers(
            Mutations mutations,
            StateReader state,
            Envs envs,
            Secrets secrets,
            SecretVault vault,
            OrgFingerprints fingerprints,
            SecureRandom random,
            DesiredReleases desired) {
        this.mutations = mutations;
        this.state = state;
        this.envs = envs;
        this.secrets = secrets;
        this.vault = vault;
        this.fingerprints = fingerprints;
        this.random = random;
        this.desired = desired;
    }

    List<Endpoint> endpoints() {
        Access read = Access.org("secrets:read-metadata");
        Access write = Access.org("secrets:write");
        return List.of(
                Endpoint.get("secrets.get", PATH, read, this::get),
                Endpoint.put("secrets.import", PATH, write, guarded(this::replace))
                        .withMaxBody(MAX_BODY),
                Endpoint.patch("secrets.set", PATH, write, guarded(this::patch)).withMaxBody(MAX_BODY),
                Endpoint.list("secrets.versions", PATH + "/versions", read, Set.of(), this::versions),
                Endpoint.post("secrets.preview", PATH + "/preview", write, guarded(this::preview))
                        .withoutKey()
                        .withMaxBody(MAX_BODY),
                Endpoint.post("secrets.rotate", PATH + "/rotate", write, guarded(this::rotate)),
                Endpoint.post("secrets.rollback", PATH + "/rollback", write, guarded(this::rollback)),
                Endpoint.post("secrets.confirm_none", PATH + "/confirm-none", write, guarded(this::confirmNone)));
    }

    /** SE8: without the master key everything but secrets is served. */
    private static Handler guarded(Handler handler) {
        return call -> {
            try {
                return handler.handle(call);
            } catch (MasterKeyUnavailableException e) {
                log.warn("secrets cannot be opened reason=master_key_unavailable", e);
                throw new ProblemException(
                        Problem.of(ErrorCode.MASTER_KEY_UNAVAILABLE, "this server has not the key that seals secrets"));
            }
        };
    }

    private Reply get(Call call) {
        return Reply.resource(json(call.org(), env(call)));
    }

    private Reply versions(Call call) {
        Env env = env(call);
        return state.read(handle -> ListQuery.of("secret_versions")
                .in(call.org())
                .equal("env_id", env.id())
                .page(call, handle, (row, context) -> SecretVersion.of(row).json()));
    }

    private Reply replace(Call call) {
        try (SecretBody body = SecretBody.parse(call.bodyBytes(), Set.of("values", "if_version"))) {
            new Checks()
                    .that(
                            !body.values().isEmpty(),
                            "/values",
                            "has no variables; to state that none are needed, confirm-none")
                    .that(body.values().values().stream().noneMatch(Objects::isNull), "/values", "must not hold null")
                    .done();
            return write(call, "import", body.ifVersion(), old -> SecretEdit.replaced(body.values()));
        }
    }

    private Reply patch(Call call) {
        try (SecretBody body = SecretBody.parse(call.bodyBytes(), Set.of("set", "if_version"))) {
            new Checks()
                    .that(!body.values().isEmpty(), "/set", "has no variables")
                    .done();
            boolean unset = body.values().values().stream().allMatch(Objects::isNull);
            return write(
                    call, unset ? "unset" : "set", body.ifVersion(), old -> SecretEdit.patched(old, body.values()));
        }
    }

    private Reply rotate(Call call) {
        Set<String> known = Set.of("key", "value", "generate", "show_once", "if_version");
        try (SecretBody body = SecretBody.parse(call.bodyBytes(), known);
                SecretBytes generated = generate(body)) {
            String key = Objects.requireNonNull(body.key());
            SecretBytes value = Objects.requireNonNullElse(body.value(), generated);
            return write(
                    call,
                    "set",
                    body.ifVersion(),
                    old -> {
                        if (!old.values().containsKey(key)) {
                            throw new ProblemException(
                                    Problem.of(ErrorCode.INVALID_STATE, "the environment has no such variable")
                                            .withHint("vt secrets set KEY"));
                        }
                        return SecretEdit.patched(old, Map.of(key, value));
                    },
                    body.showOnce() && body.generate() != null
                            ? new String(generated.reveal(), StandardCharsets.US_ASCII)
                            : null);
        }
    }

    /** As many random bytes as asked for, as base64url text; empty if none were asked for. */
    private SecretBytes generate(SecretBody body) {
        Integer size = body.generate();
        new Checks()
                .required("/key", body.key())
                .that((size == null) != (body.value() == null), "/value", "give exactly one of value and generate")
                .that(
                        size == null || (size >= 16 && size <= MAX_GENERATED),
                        "/generate",
                        "must be from 16 to " + MAX_GENERATED)
                .done();
        byte[] drawn = new byte[size == null ? 0 : size];
        random.nextBytes(drawn);
        SecretBytes text =
                SecretBytes.owning(Base64.getUrlEncoder().withoutPadding().encode(drawn));
        Arrays.fill(drawn, (byte) 0);
        return text;
    }

    private Reply rollback(Call call) {
        Rollback body = call.body(Rollback.class);
        new Checks()
                .between("/number", body.number() == null ? null : body.number().longValue(), 1, Integer.MAX_VALUE)
                .done();
        int number = Objects.requireNonNull(body.number());
        return mutations.run(
                call,
                draft -> {
                    Env env = writable(call);
                    SecretVersion wanted = secrets.version(env.id(), number).orElseThrow(Refusals::notFound);
                    if (wanted.shredded()) {
                        draft.refuse(Problem.of(
                                ErrorCode.INVALID_STATE, "the values of version " + number + " are shredded"));
                        return;
                    }
                    try (SecretBundle bundle = vault.openBundle(wanted)) {
                        if (wanted.cause().equals(SecretDecider.CONFIRM_NONE)) {
                            attempt(
                                    draft,
                                    call,
                                    env,
                                    bundle,
                                    fingerprint -> new SecretCommand.ConfirmNone(fingerprint));
                        } else {
                            attempt(draft, call, env, bundle, written(wanted.cause(), bundle));
                        }
                    }
                },
                reader(call));
    }

    private Reply confirmNone(Call call) {
        if (call.bodyBytes().length > 0) {
            call.body(ConfirmNone.class);
        }
        return mutations.run(
                call,
                draft -> {
                    try (SecretBundle none = SecretBundle.empty()) {
                        attempt(draft, call, writable(call), none, SecretCommand.ConfirmNone::new);
                    }
                },
                reader(call));
    }

    private Reply preview(Call call) {
        Env env = env(call);
        try (SecretBody body = SecretBody.parse(call.bodyBytes(), Set.of("values"));
                SecretBundle before = content(env);
                SecretBundle after = SecretEdit.replaced(body.values())) {
            SecretEdit.Comparison difference = SecretEdit.compare(before, after);
            ObjectNode out = Json.object();
            strings(out, "added", difference.added());
            strings(out, "removed", difference.removed());
            strings(out, "changed", difference.changed());
            strings(out, "same", difference.same());
            boolean nothing = difference.added().isEmpty()
                    && difference.removed().isEmpty()
                    && difference.changed().isEmpty();
            strings(out, "restarts", nothing ? List.of() : desired.processTypes(env.id()));
            return Reply.ok(out);
        }
    }

    private Reply write(
            Call call, String cause, @Nullable Integer ifVersion, Function<SecretBundle, SecretBundle> edit) {
        return write(call, cause, ifVersion, edit, null);
    }

    /** @param showOnce a generated value for the answer, or null */
    private Reply write(
            Call call,
            String cause,
            @Nullable Integer ifVersion,
            Function<SecretBundle, SecretBundle> edit,
            @Nullable String showOnce) {
        return mutations.run(
                call,
                draft -> {
                    Env env = writable(call);
                    int number =
                            secrets.current(env.id()).map(SecretVersion::number).orElse(0);
                    if (ifVersion != null && ifVersion != number) {
                        draft.refuse(Problem.of(
                                        ErrorCode.VERSION_CONFLICT,
                                        "the current version is " + number + ", not " + ifVersion)
                                .withDetails(Map.of("current_version", number)));
                        return;
                    }
                    try (SecretBundle before = content(env);
                            SecretBundle after = edit.apply(before)) {
                        attempt(draft, call, env, after, written(cause, after));
                    }
                    if (showOnce != null) {
                        draft.secret(showOnce);
                    }
                },
                reader(call));
    }

    private static Function<String, SecretCommand> written(String cause, SecretBundle bundle) {
        return fingerprint -> new SecretCommand.Write(cause, fingerprint, bundle.keys());
    }

    private void attempt(
            Draft draft, Call call, Env env, SecretBundle content, Function<String, SecretCommand> command) {
        Optional<SecretBundleRow> bundle = secrets.bundle(env.id());
        SecretState before =
                secrets.current(env.id()).<SecretState>map(SecretVersion::state).orElse(new SecretState.Absent());
        String bundleId = bundle.map(b -> b.row().id()).orElseGet(() -> draft.newId("sb"));
        AggregateKey key = SecretBundleRow.key(bundleId);
        draft.target(key, bundle.map(b -> b.row().resourceVersion()).orElse(0))
                .id("env", env.id())
                .id("secret_bundle", bundleId)
                .resource(bundleId);
        try (OrgFingerprints.OrgKey orgKey = fingerprints.key(draft, call.org().orgId());
                SecretBytes canonical = content.canonical()) {
            String fingerprint = orgKey.fingerprint(canonical);
            String versionId = draft.newId("sv");
            boolean changed = draft.decided(
                    SecretDecider.decide(before, command.apply(fingerprint), versionId),
                    event -> new NewEvent(
                            key, SecretEventCodec.type(event), env.owner(), SecretEventCodec.payload(event)));
            if (changed) {
                vault.put(
                        draft,
                        canonical,
                        new SealedMaterial.Place(call.org().orgId(), env.id(), bundleId, versionId, fingerprint),
                        random);
                draft.require(new Precondition.Alive(env.key()), ErrorCode.NOT_FOUND, "the environment is gone")
                        .race(new Precondition.Claim("secret_bundle_env", env.id(), key))
                        .id("secret_version", versionId)
                        .change(Change.update(
                                "secret_bundle",
                                bundleId,
                                env.name(),
                                content.keys().size() + " variables"));
                Audit.allowed(draft, call, call.endpoint().operation(), bundleId);
            }
        }
    }

    /** The current values, to be closed; none before the first version. */
    private SecretBundle content(Env env) {
        return secrets.current(env.id()).map(vault::openBundle).orElseGet(SecretBundle::empty);
    }

    private Env env(Call call) {
        return envs.require(call.org(), call.pathParameter("env_id"));
    }

    private Env writable(Call call) {
        Env env = env(call);
        Protection.requireAdmin(call, env, "changing secrets");
        return env;
    }

    private ResourceReader reader(Call call) {
        return id -> Optional.of(json(call.org(), env(call)));
    }

    private ObjectNode json(OrgScope org, Env env) {
        Optional<SecretBundleRow> bundle = secrets.bundle(env.id());
        Optional<SecretVersion> current = secrets.current(env.id());
        ObjectNode out = bundle.map(found -> found.row().json())
                .orElseGet(() -> Json.object()
                        .putNull("id")
                        .put("org_id", org.orgId())
                        .put("env_id", env.id())
                        .put("resource_version", 0));
        out.put("version_id", current.map(SecretVersion::id).orElse(null));
        out.put("number", current.map(SecretVersion::number).orElse(0));
        out.put("cause", current.map(SecretVersion::cause).orElse(null));
        out.put("data_fingerprint", current.map(SecretVersion::fingerprint).orElse(null));
        ArrayNode keys = out.putArray("keys");
        Map<String, Integer> sizes = current.map(this::sizes).orElse(Map.of());
        current.ifPresent(version -> version.keys()
                .forEach(name -> keys.addObject().put("name", name).put("size_bytes", sizes.get(name))));
        return out;
    }

    /** Empty if the master key is not here: names are known without it. */
    private Map<String, Integer> sizes(SecretVersion version) {
        try (SecretBundle bundle = vault.openBundle(version)) {
            Map<String, Integer> sizes = new TreeMap<>();
            bundle.values().forEach((name, value) -> sizes.put(name, value.size()));
            return sizes;
        } catch (MasterKeyUnavailableException e) {
            log.warn("sizes of secrets are unknown reason=master_key_unavailable env={}", version.envId(), e);
            return Map.of();
        }
    }

    private static void strings(ObjectNode out, String name, List<String> values) {
        ArrayNode array = out.putArray(name);
        values.forEach(array::add);
    }
}
