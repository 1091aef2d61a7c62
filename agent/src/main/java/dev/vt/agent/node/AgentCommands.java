package dev.vt.agent.node;

import dev.vt.agent.actor.Timeline;
import dev.vt.agent.instance.VmShutdown;
import dev.vt.agent.link.NodeEnrollment;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.network.HostNetwork;
import dev.vt.agent.state.StateFiles;
import dev.vt.identity.CertificateRenewal;
import dev.vt.identity.CurrentIdentity;
import dev.vt.identity.Enrollment;
import dev.vt.identity.EnrollmentException;
import dev.vt.identity.IdentityException;
import dev.vt.identity.MemberFiles;
import dev.vt.identity.ServerAddress;
import dev.vt.identity.ServerChannels;
import dev.vt.images.ImageLimits;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.images.rootfs.CacheLimits;
import dev.vt.images.rootfs.LocalImageCache;
import dev.vt.images.rootfs.SquashfsBuilder;
import dev.vt.images.rootfs.SquashfsOptions;
import dev.vt.kernel.Json;
import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmDriverException;
import dev.vt.runtime.qemu.QemuConfig;
import dev.vt.runtime.qemu.QemuDriver;
import dev.vt.runtime.sim.SimDriver;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The verbs of {@code vt agent}. */
public final class AgentCommands {
    private static final Logger log = LoggerFactory.getLogger(AgentCommands.class);
    private static final int OK = 0;
    private static final int INVALID = 2;
    private static final int FAILED = 7;
    private static final String OVERLAY_DEVICE = "vtwg0";
    private static final String USAGE = """
            Usage: vt agent enroll --data-dir D --server HOST:PORT --ca-file F --token-file F --name N
                                   [--label K=V]... [--address A]...
                   vt agent run --data-dir D --server HOST:PORT... --run-dir R --kernel-bundle DIR [--driver qemu|sim]
                                [--allow-emulation] [--stop-vms-on-exit] [--overlay-device NAME]
                   vt agent status --data-dir D
                   vt agent stop-vms --data-dir D --run-dir R --kernel-bundle DIR [--driver qemu] [--overlay-device NAME]

            The agent runs the VMs of one machine, a node.
              enroll    joins a cluster, once, with a token from: vt tokens create --kind node
              run       does what the control plane plans for this node, until stopped; VMs go on without it
              status    asks the agent that runs with this data directory how it is
              stop-vms  stops every VM of this node

              --data-dir D          what the node is and keeps; lost with it: its identity
              --server HOST:PORT    a server of the control plane (gRPC); repeat for more
              --ca-file F           the cluster's certificate authority, from a server's data directory
              --token-file F        the enrollment token; never on the command line
              --address A           an address that other nodes reach this one by; repeat for more; default: the one
                                    that the server is reached from
              --run-dir R           sockets and secret files, on a tmpfs such as /run/vt
              --kernel-bundle DIR   kernel and init of the guests
              --driver NAME         qemu, or sim for none at all
              --allow-emulation     run guests without KVM, slowly
              --stop-vms-on-exit    stop the VMs, too, when the agent stops
              --overlay-device NAME interface of the network between nodes, default vtwg0
            """;

    private AgentCommands() {}

    public static int run(String command, List<String> args) {
        if (isHelp(command) || args.stream().anyMatch(AgentCommands::isHelp)) {
            out().print(USAGE);
            return OK;
        }
        return switch (command) {
            case "enroll" -> enroll(args);
            case "run" -> runAgent(args);
            case "status" -> status(args);
            case "stop-vms" -> stopVms(args);
            case "" -> refuse(List.of("say what to do: enroll, run, status or stop-vms"));
            default -> refuse(List.of("there is no command '" + command + "'"));
        };
    }

    private static boolean isHelp(String word) {
        return word.equals("--help") || word.equals("-h");
    }

    private static int enroll(List<String> args) {
        Flags flags = new Flags(
                args,
                Set.of("--data-dir", "--server", "--ca-file", "--token-file", "--name", "--label", "--address"),
                Set.of());
        Path dataDir = Path.of(flags.required("--data-dir")).toAbsolutePath();
        Optional<ServerAddress> server = server(flags, flags.required("--server"));
        Path authority = Path.of(flags.required("--ca-file"));
        Path tokenFile = Path.of(flags.required("--token-file"));
        String name = flags.required("--name");
        Map<String, String> labels = new HashMap<>();
        for (String label : flags.all("--label")) {
            int equals = label.indexOf('=');
            if (equals <= 0) {
                flags.problem("--label wants KEY=VALUE");
            } else {
                labels.put(label.substring(0, equals), label.substring(equals + 1));
            }
        }
        if (!flags.problems().isEmpty() || server.isEmpty()) {
            return refuse(flags.problems());
        }
        try {
            Optional<NodeIdentity> already = NodeIdentity.load(dataDir);
            if (already.isPresent() && !isLost(dataDir)) {
                out().println("already enrolled as " + already.get().nodeId());
                return OK;
            }
            StateFiles.makeDirectory(dataDir);
            NodeIdentity identity = NodeEnrollment.enroll(
                    dataDir,
                    server.get(),
                    authority,
                    Files.readString(tokenFile).strip(),
                    name,
                    Json.bytes(Inventories.read(dataDir, List.of())),
                    AgentVersion.TEXT,
                    flags.all("--address"),
                    labels);
            out().println("enrolled as " + identity.nodeId());
            return OK;
        } catch (IOException | EnrollmentException | IdentityException | StateFiles.StateException e) {
            return fail("enroll", e);
        }
    }

    /** A node whose certificate can no longer be renewed is enrolled as another (SC-6). */
    private static boolean isLost(Path dataDir) {
        return CertificateRenewal.isLost(
                NodeIdentity.files(dataDir), Clock.systemUTC().instant());
    }

    private static int runAgent(List<String> args) {
        Flags flags = new Flags(
                args,
                Set.of("--data-dir", "--server", "--run-dir", "--kernel-bundle", "--driver", "--overlay-device"),
                Set.of("--allow-emulation", "--stop-vms-on-exit"));
        flags.required("--server");
        Optional<AgentOptions> options = options(flags);
        if (options.isEmpty()) {
            return refuse(flags.problems());
        }
        Optional<NodeIdentity> identity = NodeIdentity.load(options.get().dataDir());
        if (identity.isEmpty()) {
            err().println("vt agent: this node is not enrolled; run vt agent enroll first");
            return INVALID;
        }
        try {
            return serve(options.get(), identity.get());
        } catch (IOException | RuntimeException e) {
            return fail("run", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OK;
        }
    }

    private static int serve(AgentOptions options, NodeIdentity identity) throws IOException, InterruptedException {
        prepareDirectories(options);
        VmDriver driver = driver(options);
        Path cacheDir = options.dataDir().resolve("images");
        Files.createDirectories(cacheDir);
        LocalImageCache images = new LocalImageCache(
                cacheDir,
                new RegistryClient(RegistryOptions.withPlainHttp(Set.of())),
                SquashfsBuilder.find(SquashfsOptions.standard()),
                ImageLimits.DEFAULT,
                CacheLimits.ofDisk(Files.getFileStore(cacheDir).getTotalSpace()),
                Clock.systemUTC());
        MemberFiles files = NodeIdentity.files(options.dataDir());
        CurrentIdentity certificate = CurrentIdentity.open(files);
        CertificateRenewal renewal = new CertificateRenewal(
                files,
                certificate,
                request -> Enrollment.renew(options.servers(), files.authority(), request),
                Clock.systemUTC(),
                "vt tokens create --kind node; vt agent enroll --data-dir " + options.dataDir());
        Agent agent = new Agent(
                options,
                identity,
                new Agent.Parts(
                        driver,
                        images,
                        Timeline.system(),
                        server -> ServerChannels.asMember(server, files.authority(), certificate),
                        () -> collect(images),
                        renewal::conditions));
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try (renewal) {
            renewal.start();
            agent.start();
            log.info("agent runs node={} driver={}", identity.nodeId(), options.driver());
            stop.await();
            log.info("agent stops node={}", identity.nodeId());
            agent.close();
            if (options.stopVmsOnExit()) {
                try (VmDriver again = driver(options)) {
                    stopVms(again, options, identity);
                }
            }
            return OK;
        } finally {
            stopped.countDown();
        }
    }

    private static void collect(LocalImageCache images) {
        try {
            images.collect();
        } catch (IOException e) {
            log.error("image cache could not be cleaned", e);
        }
    }

    private static int status(List<String> args) {
        Flags flags = new Flags(args, Set.of("--data-dir"), Set.of());
        Path dataDir = Path.of(flags.required("--data-dir")).toAbsolutePath();
        if (!flags.problems().isEmpty()) {
            return refuse(flags.problems());
        }
        return AgentStatus.print(dataDir, out());
    }

    private static int stopVms(List<String> args) {
        Flags flags = new Flags(
                args,
                Set.of("--data-dir", "--run-dir", "--kernel-bundle", "--driver", "--overlay-device"),
                Set.of("--allow-emulation"));
        Optional<AgentOptions> options = options(flags);
        if (options.isEmpty()) {
            return refuse(flags.problems());
        }
        Optional<NodeIdentity> identity = NodeIdentity.load(options.get().dataDir());
        try (VmDriver driver = driver(options.get())) {
            prepareDirectories(options.get());
            stopVms(driver, options.get(), identity.orElse(new NodeIdentity("", "", "", "")));
            return OK;
        } catch (IOException | RuntimeException e) {
            return fail("stop-vms", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private static void stopVms(VmDriver driver, AgentOptions options, NodeIdentity identity)
            throws InterruptedException {
        VmShutdown.stopAll(
                driver,
                options.objectFiles(),
                options.dataDir().resolve("scratch"),
                options.runDir().resolve("secrets"),
                identity);
        HostNetwork.release(identity.nodeId(), identity.overlayIpv6(), options.overlayDevice(), options.runDir());
    }

    private static Optional<AgentOptions> options(Flags flags) {
        Path dataDir = Path.of(flags.required("--data-dir"));
        Path runDir = Path.of(flags.required("--run-dir"));
        Path bundle = Path.of(flags.required("--kernel-bundle"));
        String driver = flags.optional("--driver").orElse("qemu");
        if (!Set.of("qemu", "sim").contains(driver)) {
            flags.problem("--driver wants qemu or sim");
        }
        List<ServerAddress> servers = new ArrayList<>();
        flags.all("--server").forEach(text -> server(flags, text).ifPresent(servers::add));
        return flags.problems().isEmpty()
                ? Optional.of(new AgentOptions(
                        dataDir,
                        runDir,
                        servers,
                        bundle,
                        driver,
                        flags.isSet("--allow-emulation"),
                        flags.isSet("--stop-vms-on-exit"),
                        flags.optional("--overlay-device").orElse(OVERLAY_DEVICE)))
                : Optional.empty();
    }

    private static Optional<ServerAddress> server(Flags flags, String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(ServerAddress.parse(text));
        } catch (IllegalArgumentException e) {
            flags.problem("--server wants HOST:PORT");
            return Optional.empty();
        }
    }

    private static VmDriver driver(AgentOptions options) {
        return options.driver().equals("sim")
                ? SimDriver.standalone()
                : new QemuDriver(QemuConfig.of(
                        options.dataDir().resolve("vm"),
                        options.runDir().resolve("vm"),
                        options.kernelBundle(),
                        options.allowEmulation()));
    }

    private static void prepareDirectories(AgentOptions options) throws IOException {
        StateFiles.makeDirectory(options.dataDir());
        Files.createDirectories(options.runDir());
        Files.setPosixFilePermissions(options.runDir(), PosixFilePermissions.fromString("rwx--x--x"));
    }

    private static int refuse(List<String> problems) {
        problems.forEach(problem -> err().println("vt agent: " + problem));
        err().print(USAGE);
        return INVALID;
    }

    private static int fail(String command, Exception e) {
        String detail = e instanceof VmDriverException driver ? driver.detail() + ": " : "";
        err().println("vt agent " + command + ": " + detail + e.getMessage());
        log.error("command failed command={}", command, e);
        return FAILED;
    }

    @SuppressWarnings("SystemOut")
    private static PrintStream out() {
        return System.out;
    }

    private static PrintStream err() {
        return System.err;
    }
}
