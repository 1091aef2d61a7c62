package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.ControlPlane;
import dev.vt.control.auth.RateLimiter;
import dev.vt.control.cluster.LeaderTerm;
import dev.vt.control.deploy.DeployStatus;
import dev.vt.control.deploy.Deploys;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.OrgScope;
import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.registry.PullTokens;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.Ids;
import dev.vt.kernel.Json;
import dev.vt.testkit.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A control plane with real HTTP on a free port and a real PostgreSQL. Every answer is checked against the OpenAPI document;
 * before the server goes the log is replayed and compared with the views (S19).
 *
 * <p>In a static field one server is shared by the tests of the class, and each test gets an org of its own; in an instance
 * field each test has its own server, which takes about half a second.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final TestServer server = new TestServer();
 *
 * @Test
 * void namesAreUniqueInTheProject() {
 *     TestReply reply = server.operator().post("/v1/orgs/" + server.orgId() + "/projects", …);
 * }
 * }</pre>
 */
public final class TestServer implements BeforeAllCallback, AfterAllCallback, BeforeEachCallback, AfterEachCallback {
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private @Nullable TestDatabase database;
    private @Nullable ControlPlane server;
    private @Nullable Path dataDir;
    private @Nullable Contract contract;
    private @Nullable Bootstrapped bootstrapped;
    private @Nullable String orgId;
    private boolean shared;
    private int orgs;
    private boolean verified = true;
    private boolean failed;
    private final boolean reconciles;
    private final TestImages images = new TestImages();
    private final Map<String, List<String>> dns = new ConcurrentHashMap<>();
    private final ShiftedClock clock = new ShiftedClock();
    private RateLimiter.Limits limits = RateLimiter.Limits.DEVELOPMENT;

    /** A server that counts calls as told. */
    public static TestServer limitedTo(RateLimiter.Limits limits) {
        TestServer server = new TestServer();
        server.limits = limits;
        return server;
    }

    /** Moves the server's clock on, for what takes minutes in life. */
    public void advance(Duration by) {
        clock.advance(by);
    }

    /** What the DNS answers the server: TXT records of a name. */
    public void publish(String name, String text) {
        dns.put(name, List.of(text));
    }

    /** The server's time. */
    public Instant now() {
        return clock.instant();
    }

    /** A server that also acts by itself: schedules, follows deploys, watches nodes. */
    public TestServer() {
        this(true);
    }

    private TestServer(boolean reconciles) {
        this.reconciles = reconciles;
    }

    /** A server that does only what it is asked, so that a test may compare what one command left behind. */
    public static TestServer still() {
        return new TestServer(false);
    }

    /** What the bootstrap of the test's cluster answered. */
    public record Bootstrapped(String orgId, String userId, String token) {
        @Override
        public String toString() {
            return "Bootstrapped[" + orgId + "]";
        }
    }

    @Override
    public void beforeAll(ExtensionContext context) throws IOException {
        shared = true;
        open();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws IOException {
        if (!shared) {
            open();
            return;
        }
        TestReply made = operator().post("/v1/orgs", Json.object().put("name", "org-" + ++orgs));
        orgId = made.id();
    }

    @Override
    public void afterEach(ExtensionContext context) throws InterruptedException {
        failed |= context.getExecutionException().isPresent();
        if (!shared) {
            end();
        }
    }

    @Override
    public void afterAll(ExtensionContext context) throws InterruptedException {
        end();
    }

    private void end() throws InterruptedException {
        try {
            if (verified && !failed) {
                verify();
            }
        } finally {
            close();
        }
    }

    private void open() throws IOException {
        database = TestDatabase.create();
        dataDir = Files.createTempDirectory("vt-control-test-");
        bootstrapped = null;
        orgId = null;
        verified = true;
        failed = false;
        start();
    }

    private void close() {
        stop();
        if (database != null) {
            database.close();
            database = null;
        }
        Path directory = dataDir;
        if (directory != null) {
            dataDir = null;
            deleteRecursively(directory);
        }
    }

    private static void deleteRecursively(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(file -> {
                try {
                    Files.delete(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void start() {
        IdSource ids = Ids.uuidV7(Clock.systemUTC(), new SecureRandom());
        String serverId = ids.next("srv");
        InetSocketAddress anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        MasterKeyFile keys = MasterKeyFile.createIfAbsent(dataDir().resolve("master.key"), ids, new SecureRandom());
        server = ControlPlane.start(new ControlPlane.Options(
                dataDir(),
                new LeaderTerm.Self(serverId, "test", List.of("[::1]:0"), "0"),
                database().address(),
                keys,
                anyPort,
                true,
                anyPort,
                images,
                name -> dns.getOrDefault(name, List.of()),
                new PullTokens(keys, clock),
                Set.of(),
                null,
                clock,
                limits,
                reconciles));
        contract = new Contract(server.openApi(), server.endpoints());
    }

    private void stop() {
        if (server != null) {
            server.close();
            server = null;
        }
    }

    /** As after a crash and a new start: another server on the same database. */
    public void restart() {
        stop();
        start();
    }

    /** For a test that breaks the log on purpose. */
    public void skipVerification() {
        verified = false;
    }

    /** S19: replaying the log gives the views. */
    public void verify() throws InterruptedException {
        var store = control().store().store();
        assertThat(store.halted()).isEmpty();
        assertThat(store.awaitDerived(store.events().head(), Duration.ofSeconds(20)))
                .isTrue();
        assertThat(store.verify().differences()).isEmpty();
    }

    /** Every row of every table as text, and the raw bytes of binary columns. */
    public String everyColumn() {
        StringBuilder out = new StringBuilder();
        control().store().<Integer>read(handle -> {
            handle.createQuery("""
                            SELECT table_schema || '.' || table_name FROM information_schema.tables
                            WHERE table_schema IN ('live', 'log')""")
                    .mapTo(String.class)
                    .list()
                    .forEach(table -> handle.createQuery("SELECT t::text FROM " + table + " t")
                            .mapTo(String.class)
                            .list()
                            .forEach(out::append));
            handle.createQuery("SELECT content FROM log.side_records")
                    .mapTo(byte[].class)
                    .list()
                    .forEach(bytes -> out.append(new String(bytes, StandardCharsets.ISO_8859_1)));
            return 0;
        });
        return out.toString();
    }

    /** What the server finds in registries. */
    public TestImages images() {
        return images;
    }

    /** As the deploy controller does it once all groups are as wanted. */
    public void succeed(String deployId) {
        end(deployId, DeployStatus.SUCCEEDED, null);
    }

    /** As the deploy controller does it when it gives up. */
    public void fail(String deployId, String reason) {
        end(deployId, DeployStatus.FAILED, reason);
    }

    private void end(String deployId, DeployStatus status, @Nullable String reason) {
        Deploys deploys = new Deploys(control().store());
        SystemMutations.Outcome outcome = control()
                .system()
                .asSystem(
                        "deploy-controller",
                        draft -> deploys.changeStatus(
                                draft, deploys.require(new OrgScope(orgId()), deployId), status, reason, null));
        assertThat(outcome).isInstanceOf(SystemMutations.Outcome.Applied.class);
    }

    public ControlPlane control() {
        return required(server);
    }

    public Contract contract() {
        return required(contract);
    }

    public Path dataDir() {
        return required(dataDir);
    }

    public TestDatabase database() {
        return required(database);
    }

    /** Of pages this server would serve. */
    public String origin() {
        return "http://127.0.0.1:" + control().httpPort();
    }

    /** Without a token. */
    public TestClient anonymous() {
        return new TestClient(http, control().httpPort(), contract(), null);
    }

    public TestClient with(String token) {
        return new TestClient(http, control().httpPort(), contract(), token);
    }

    /** The first operator, owner of the first org; made at the first call. */
    public TestClient operator() {
        return with(bootstrapped().token());
    }

    /** An org of this test alone, owned by the operator. */
    public String orgId() {
        String own = orgId;
        return own != null ? own : bootstrapped().orgId();
    }

    public Bootstrapped bootstrapped() {
        Bootstrapped done = bootstrapped;
        if (done == null) {
            TestReply reply = anonymous()
                    .post(
                            "/v1/bootstrap",
                            Json.object()
                                    .put("code", bootstrapCode())
                                    .put("email", "owner@example.com")
                                    .put("org_name", "acme"));
            assertThat(reply.status()).as(reply.toString()).isEqualTo(201);
            done = new Bootstrapped(
                    reply.json().at("/receipt/ids/org").asText(),
                    reply.json().at("/receipt/ids/user").asText(),
                    reply.json().path("secret").asText());
            bootstrapped = done;
        }
        return done;
    }

    public String bootstrapCode() {
        try {
            return Files.readString(dataDir().resolve("bootstrap-code")).trim();
        } catch (IOException e) {
            throw new AssertionError("no bootstrap code", e);
        }
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the server is there during a test only");
        }
        return value;
    }
}
