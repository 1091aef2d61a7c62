package dev.vt.cli.local;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.NetworkInterface;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;

/** {@code vt doctor}: what could be wrong between this machine and the server, each with one fix (C14). */
@Command(name = "doctor", description = "check this machine, the server and the sign-in")
public final class DoctorCommand extends VtCommand {
    private static final long MAX_SKEW_SECONDS = 2;

    private record Check(String name, String verdict, String text, String fix) {}

    @Override
    protected int run(Session session) {
        List<Check> checks = new ArrayList<>();
        checks.add(settings(session));
        checks.add(server(session));
        checks.add(signIn(session));
        checks.add(clock(session));
        checks.add(ipv6());
        checks.add(
                program("qemu-system-x86_64", "nodes with the qemu driver need it", "apt-get install qemu-system-x86"));
        checks.add(program("tar2sqfs", "nodes build root file systems with it", "apt-get install squashfs-tools-ng"));
        checks.add(kvm());
        if (session.globals().isJson()) {
            session.print(
                    "vt.doctor/v1",
                    "items",
                    checks.stream()
                            .map(check -> Map.of(
                                    "name",
                                    check.name(),
                                    "verdict",
                                    check.verdict(),
                                    "text",
                                    check.text(),
                                    "fix",
                                    check.fix()))
                            .toList());
        } else {
            checks.forEach(check -> {
                session.out().println(pad(check.verdict(), 6) + pad(check.name(), 10) + Text.safe(check.text()));
                if (!check.verdict().equals("ok") && !check.fix().isEmpty()) {
                    session.out().println("                fix: " + check.fix());
                }
            });
        }
        return checks.stream().anyMatch(check -> check.verdict().equals("fail")) ? 1 : 0;
    }

    private static Check settings(Session session) {
        try {
            Map<String, String> context = session.context();
            return new Check(
                    "settings", "ok", context.isEmpty() ? "no context, defaults in force" : context.toString(), "");
        } catch (CliException e) {
            return new Check(
                    "settings",
                    "fail",
                    e.error().message(),
                    "correct " + session.shell().directory("config"));
        }
    }

    private static Check server(Session session) {
        try {
            Doc version = session.publicApi().get("/v1/version", "asking the server for its version");
            return new Check("server", "ok", session.server() + " runs " + version.str("version"), "");
        } catch (CliException e) {
            return new Check("server", "fail", e.error().message(), "start it, or name another with --server");
        }
    }

    private static Check signIn(Session session) {
        try {
            session.api().get("/v1/auth/whoami", "asking who is signed in");
            return new Check("sign-in", "ok", "the token is accepted", "");
        } catch (CliException e) {
            return new Check("sign-in", "fail", e.error().message(), "vt auth login");
        }
    }

    private static Check clock(Session session) {
        try {
            Doc version = session.publicApi().get("/v1/version", "asking the server for its time");
            if (version.str("time").isEmpty()) {
                return new Check("clock", "ok", "not compared: the server sends no time", "");
            }
            long skew = Math.abs(Duration.between(
                            Instant.parse(version.str("time")),
                            session.shell().clock().instant())
                    .toSeconds());
            return new Check(
                    "clock",
                    skew > MAX_SKEW_SECONDS ? "warn" : "ok",
                    skew + " s apart from the server",
                    "turn on time synchronisation");
        } catch (CliException e) {
            return new Check("clock", "warn", "cannot compare: " + e.error().message(), "");
        }
    }

    private static Check ipv6() {
        try {
            boolean any = NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .anyMatch(Inet6Address.class::isInstance);
            return any
                    ? new Check("ipv6", "ok", "this machine has IPv6 addresses", "")
                    : new Check(
                            "ipv6",
                            "fail",
                            "no IPv6 address on any interface",
                            "sysctl net.ipv6.conf.all.disable_ipv6=0");
        } catch (IOException e) {
            return new Check("ipv6", "warn", "cannot list interfaces: " + e.getMessage(), "");
        }
    }

    private static Check program(String name, String why, String fix) {
        boolean found = List.of("/usr/bin", "/usr/sbin", "/usr/local/bin").stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, name)));
        return found
                ? new Check("program", "ok", name, "")
                : new Check("program", "warn", name + " is missing: " + why, fix);
    }

    private static Check kvm() {
        return Files.isWritable(Path.of("/dev/kvm"))
                ? new Check("kvm", "ok", "/dev/kvm opens; the driver proves it by running a guest", "")
                : new Check(
                        "kvm",
                        "warn",
                        "no /dev/kvm: guests are emulated",
                        "run on bare metal or with nested virtualisation");
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
