package dev.vt.edge;

import com.google.protobuf.ByteString;
import dev.vt.api.proto.EnrollRequest;
import dev.vt.edge.plane.EdgeIdentity;
import dev.vt.edge.proxy.AddressBlock;
import dev.vt.identity.CertificateRenewal;
import dev.vt.identity.Enrollment;
import dev.vt.identity.EnrollmentException;
import dev.vt.identity.IdentityException;
import dev.vt.identity.ServerAddress;
import dev.vt.kernel.Json;
import dev.vt.os.ThisProcess;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Entry of the role: {@code enroll}, {@code run}, {@code status}. */
public final class EdgeMain {
    private static final Logger log = LoggerFactory.getLogger(EdgeMain.class);
    /** Both sockets of as many connections as an edge takes (F5), and some. */
    private static final long DESCRIPTORS = 2 * 100_000 + 1000;

    private static final int OK = 0;
    private static final int INVALID = 2;
    private static final int UNAVAILABLE = 6;
    private static final int FAILED = 7;
    private static final String USAGE = """
            Usage: vt edge enroll --data-dir D --server HOST:PORT --ca-file F --token-file F --name N [--address A]...
                   vt edge run --data-dir D --server HOST:PORT... [--listen-address A] [--admin-listen HOST:PORT]
                               [--accept-proxy-from A[/BITS]]... [--probe] [--unready-seconds 5] [--drain-seconds N]
                               [--no-client-limits] [--no-access-log] [--cut-addresses]
                   vt edge status --data-dir D

            An edge takes connections from outside and hands them to instances.
              enroll    joins a cluster, once, with a token from: vt tokens create --kind edge
              run       serves the routes that the control plane gives it, until stopped
              status    asks the edge that runs with this data directory how it is

              --data-dir D            what the edge is and keeps; lost with it: its identity
              --server HOST:PORT      a server of the control plane (gRPC); repeat for more
              --ca-file F             the cluster's certificate authority, from a server's data directory
              --token-file F          the enrollment token; never on the command line
              --address A             an address that clients reach this edge by; repeat for more
              --listen-address A      where to listen, default all addresses
              --admin-listen H:P      where status and metrics are asked, default a free port of 127.0.0.1
              --accept-proxy-from A   a proxy, or a block of them, whose connections begin with a PROXY v2 header
              --probe                 connect to backends every 5 seconds, not only while no server is there
              --unready-seconds N     how long to say "not ready" before draining, default 5
              --drain-seconds N       how long open connections may go on, default as configured
              --no-client-limits      do not limit connections by client
              --no-access-log         do not log connections
              --cut-addresses         log the /48 or /24 of a client instead of its address
            """;

    private EdgeMain() {}

    /**
     * @param args what follows {@code vt edge}
     * @return exit code (cli.md §7)
     */
    public static int run(String[] args) {
        List<String> all = List.of(args);
        String verb = all.isEmpty() ? "" : all.getFirst();
        List<String> rest = all.isEmpty() ? List.of() : all.subList(1, all.size());
        if (all.contains("--help") || all.contains("-h")) {
            out().print(USAGE);
            return OK;
        }
        try {
            return switch (verb) {
                case "enroll" -> enroll(rest);
                case "run" -> serve(rest);
                case "status" -> status(rest);
                case "" -> refuse(List.of("say what to do: enroll, run or status"));
                default -> refuse(List.of("there is no command '" + verb + "'"));
            };
        } catch (IOException | EnrollmentException | IdentityException e) {
            log.debug("command failed", e);
            err().println("vt edge " + verb + ": " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OK;
        }
    }

    private static int enroll(List<String> args) throws IOException {
        Flags flags = new Flags(
                args, List.of("--data-dir", "--server", "--ca-file", "--token-file", "--name", "--address"), List.of());
        Path dataDir = Path.of(flags.required("--data-dir"));
        Optional<ServerAddress> server = flags.server("--server");
        Path authority = Path.of(flags.required("--ca-file"));
        Path token = Path.of(flags.required("--token-file"));
        String name = flags.required("--name");
        if (!flags.problems().isEmpty() || server.isEmpty()) {
            return refuse(flags.problems());
        }
        Optional<EdgeIdentity> already = EdgeIdentity.load(dataDir);
        boolean lost = already.isPresent()
                && CertificateRenewal.isLost(
                        EdgeIdentity.files(dataDir), Clock.systemUTC().instant());
        if (already.isPresent() && !lost) {
            out().println("already enrolled as " + already.get().edgeId());
            return OK;
        }
        Enrollment.Enrolled enrolled = Enrollment.enroll(
                server.get(),
                authority,
                EnrollRequest.newBuilder()
                        .setKind("edge")
                        .setToken(Files.readString(token).strip())
                        .setName(name)
                        .setInventoryJson(ByteString.copyFromUtf8("{}"))
                        .setAgentVersion(Edge.VERSION)
                        .addAllAddresses(flags.all("--address")));
        Files.createDirectories(dataDir);
        EdgeIdentity identity =
                new EdgeIdentity(enrolled.answer().getId(), enrolled.answer().getClusterId());
        identity.save(dataDir, enrolled.key(), enrolled.certificate(), enrolled.authorities());
        out().println("enrolled as " + identity.edgeId());
        return OK;
    }

    private static int serve(List<String> args) throws IOException, InterruptedException {
        Flags flags = new Flags(
                args,
                List.of(
                        "--data-dir",
                        "--server",
                        "--listen-address",
                        "--admin-listen",
                        "--accept-proxy-from",
                        "--unready-seconds",
                        "--drain-seconds"),
                List.of("--no-client-limits", "--no-access-log", "--cut-addresses", "--probe"));
        Path dataDir = Path.of(flags.required("--data-dir"));
        List<ServerAddress> servers = flags.servers("--server");
        InetAddress listen = flags.address("--listen-address", "::");
        Optional<InetSocketAddress> admin = flags.socketAddress("--admin-listen", "127.0.0.1:0");
        Duration unready = Duration.ofSeconds(flags.number("--unready-seconds", 5));
        Optional<Duration> drain = flags.all("--drain-seconds").isEmpty()
                ? Optional.empty()
                : Optional.of(Duration.ofSeconds(flags.number("--drain-seconds", 0)));
        List<AddressBlock> proxies = flags.blocks("--accept-proxy-from");
        if (!flags.problems().isEmpty() || admin.isEmpty()) {
            return refuse(flags.problems());
        }
        Optional<EdgeIdentity> identity = EdgeIdentity.load(dataDir);
        if (identity.isEmpty()) {
            err().println("vt edge run: this edge is not enrolled; run vt edge enroll first");
            return INVALID;
        }
        EdgeOptions options = new EdgeOptions(
                dataDir,
                servers,
                listen,
                admin.get(),
                unready,
                drain,
                !flags.isSet("--no-client-limits"),
                !flags.isSet("--no-access-log"),
                flags.isSet("--cut-addresses"),
                proxies,
                flags.isSet("--probe"));
        long descriptors = ThisProcess.raiseOpenFiles(DESCRIPTORS);
        if (descriptors < DESCRIPTORS) {
            log.warn("few descriptors: connections are two each allowed={} wanted={}", descriptors, DESCRIPTORS);
        }
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("edge-stop").unstarted(() -> {
                    stop.countDown();
                    awaitQuietly(stopped);
                }));
        try (Edge edge = new Edge(options, identity.get())) {
            stop.await();
            edge.drain();
        } finally {
            stopped.countDown();
        }
        return OK;
    }

    /** The process is ending; being interrupted changes nothing about that. */
    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static int status(List<String> args) throws IOException, InterruptedException {
        Flags flags = new Flags(args, List.of("--data-dir"), List.of());
        Path adminFile = Path.of(flags.required("--data-dir")).resolve(Edge.ADMIN_FILE);
        if (!flags.problems().isEmpty()) {
            return refuse(flags.problems());
        }
        if (!Files.exists(adminFile)) {
            err().println("vt edge status: no edge has run with this data directory");
            return UNAVAILABLE;
        }
        int port = Json.parse(Files.readAllBytes(adminFile)).path("port").asInt();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/status"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<byte[]> answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
            out().println(Json.parse(answer.body()).toPrettyString());
            return OK;
        } catch (IOException e) {
            log.debug("edge does not answer", e);
            err().println("vt edge status: the edge does not run");
            return UNAVAILABLE;
        }
    }

    private static int refuse(List<String> problems) {
        problems.forEach(problem -> err().println("vt edge: " + problem));
        err().print(USAGE);
        return INVALID;
    }

    @SuppressWarnings("SystemOut")
    private static PrintStream out() {
        return System.out;
    }

    @SuppressWarnings("SystemOut")
    private static PrintStream err() {
        return System.err;
    }
}
