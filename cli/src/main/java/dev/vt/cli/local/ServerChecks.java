package dev.vt.cli.local;

import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.json.Doc;
import dev.vt.cli.local.DoctorCommand.Check;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;

/** The way to the server: its name, the connection, what it speaks, its clock. */
final class ServerChecks {
    private static final Duration MAX_SKEW = Duration.ofSeconds(2);

    private ServerChecks() {}

    /** Ends at the first that fails: the others could only repeat it. */
    static List<Check> all(Session session) {
        List<Check> checks = new ArrayList<>();
        checks.add(dns(session.server()));
        if (checks.getFirst().verdict().equals("fail")) {
            return checks;
        }
        try {
            Doc version = session.publicApi().once().get("/v1/version", "asking the server for its version");
            if (session.server().startsWith("https:")) {
                checks.add(Check.ok("tls", "the certificate is trusted"));
            }
            checks.add(Check.ok(
                    "server", session.server() + " runs " + version.str("version") + ", API " + version.str("api")));
            Doc capabilities = session.publicApi().once().get("/v1/capabilities", "asking what the server can");
            checks.add(Check.ok(
                    "capabilities",
                    capabilities.list("features").isEmpty()
                            ? "none named"
                            : String.join(
                                    ", ",
                                    capabilities.list("features").stream()
                                            .map(feature -> feature.text().orElse(""))
                                            .toList())));
            checks.add(clock(session));
        } catch (CliException e) {
            boolean tls = e.error().code().equals("tls_untrusted");
            String fix = e.error().fix();
            checks.add(Check.fail(
                    tls ? "tls" : "server",
                    e.error().message(),
                    tls && fix != null ? fix : "start it, or name another with --server"));
        }
        return checks;
    }

    private static Check dns(String server) {
        String host;
        try {
            host = URI.create(server).getHost();
        } catch (IllegalArgumentException e) {
            host = null;
        }
        if (host == null) {
            return Check.fail("dns", "'" + server + "' is not an address", "--server https://vt.example.com");
        }
        try {
            InetAddress[] found = InetAddress.getAllByName(host.replaceAll("[\\[\\]]", ""));
            return Check.ok("dns", host + " is " + found[0].getHostAddress());
        } catch (UnknownHostException e) {
            return Check.fail("dns", host + " has no address", "check the name, or the resolver of this machine");
        }
    }

    /** Compared by the Date header, which is exact to the second. */
    private static Check clock(Session session) {
        try {
            String date = session.publicApi().headers("/v1/version").getOrDefault("date", "");
            if (date.isEmpty()) {
                return Check.ok("clock", "not compared: the server sends no time");
            }
            Duration skew = Duration.between(
                            ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME)
                                    .toInstant(),
                            session.shell().clock().instant())
                    .abs();
            String text = skew.toSeconds() + " s apart from the server";
            return skew.compareTo(MAX_SKEW.plusSeconds(1)) > 0
                    ? Check.warn("clock", text, "turn on time synchronisation here or there")
                    : Check.ok("clock", text);
        } catch (IOException | DateTimeException e) {
            return Check.warn("clock", "cannot compare: " + e.getMessage(), "vt doctor");
        }
    }
}
