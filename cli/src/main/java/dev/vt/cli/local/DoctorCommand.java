package dev.vt.cli.local;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code vt doctor}: what could be wrong between this machine and the server, each with one fix (C14). */
@Command(
        name = "doctor",
        description = "check this machine, the server and the sign-in; each problem comes with one fix")
public final class DoctorCommand extends VtCommand {
    /** @param fix one command or change; empty if there is nothing to do */
    record Check(String name, String verdict, String text, String fix) {
        static Check ok(String name, String text) {
            return new Check(name, "ok", text, "");
        }

        static Check warn(String name, String text, String fix) {
            return new Check(name, "warn", text, fix);
        }

        static Check fail(String name, String text, String fix) {
            return new Check(name, "fail", text, fix);
        }

        Map<String, Object> json() {
            return Map.of("name", name, "verdict", verdict, "text", text, "fix", fix);
        }
    }

    @Option(names = "--host", description = "check what a machine that runs VMs or servers needs, too")
    private boolean host;

    @Override
    protected int run(Session session) {
        List<Check> checks = new ArrayList<>();
        checks.add(settings(session));
        checks.addAll(ServerChecks.all(session));
        checks.add(signIn(session));
        checks.add(target(session));
        checks.add(manifest(session));
        checks.add(HostChecks.ipv6());
        if (host) {
            checks.addAll(HostChecks.all());
        }
        if (session.globals().isJson()) {
            session.print(
                    "vt.doctor/v1", "items", checks.stream().map(Check::json).toList());
        } else {
            checks.forEach(check -> {
                session.out().println(pad(check.verdict(), 6) + pad(check.name(), 13) + Text.safe(check.text()));
                if (!check.verdict().equals("ok") && !check.fix().isEmpty()) {
                    session.out().println("      fix          " + check.fix());
                }
            });
        }
        return checks.stream().anyMatch(check -> check.verdict().equals("fail")) ? 1 : 0;
    }

    private static Check settings(Session session) {
        try {
            Map<String, String> context = session.context();
            return Check.ok(
                    "settings",
                    context.isEmpty()
                            ? "no context, defaults in force"
                            : "context " + session.contextName().orElse("") + " " + context);
        } catch (CliException e) {
            return Check.fail(
                    "settings",
                    e.error().message(),
                    "correct " + session.shell().directory("config"));
        }
    }

    /** Reads the credentials too, and with them their mode. */
    private static Check signIn(Session session) {
        try {
            Doc who = session.api().once().get("/v1/auth/whoami", "asking who is signed in");
            String name = who.str("email").isEmpty() ? who.str("actor_id") : who.str("email");
            return Check.ok("sign-in", "as " + name);
        } catch (CliException e) {
            String fix = e.error().fix();
            return Check.fail(
                    "sign-in",
                    e.error().message(),
                    e.error().exitCode() == 3 && fix != null ? fix : "vt auth login --server " + session.server());
        }
    }

    private static Check target(Session session) {
        if (session.target().given().isEmpty()) {
            return Check.ok("target", "nothing is named; commands will ask for --org and more");
        }
        try {
            if (session.target().hasEnv()) {
                session.target().env();
            } else if (session.target().has("app")) {
                session.target().app();
            } else {
                session.target().org();
            }
            return Check.ok("target", session.target().label());
        } catch (CliException e) {
            String fix = e.error().fix();
            return Check.warn("target", e.error().message(), fix == null ? "name another" : fix);
        }
    }

    private static Check manifest(Session session) {
        try {
            ManifestFile file = ManifestFile.read(session, null);
            return Check.ok("manifest", file.path().getFileName() + " is valid");
        } catch (CliException e) {
            return e.error().code().equals("manifest_not_found")
                    ? Check.ok("manifest", "none in this directory")
                    : Check.fail("manifest", e.error().message(), "vt manifest validate");
        } catch (IOException e) {
            return Check.warn("manifest", "cannot read vt.toml: " + e.getMessage(), "check its permissions");
        }
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(Math.max(1, width - text.length()));
    }
}
