package dev.vt.cli.local;

import dev.vt.cli.config.Credentials;
import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.SignIn;
import dev.vt.cli.json.Doc;
import dev.vt.cli.output.Text;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Sign-in by the device flow (C12): a person approves in a browser, this program waits. */
final class DeviceLogin {
    private static final long MAX_INTERVAL_SECONDS = 60;

    private DeviceLogin() {}

    /** @return the access token; the pair is in the credential store */
    static String run(Session session, boolean browser) {
        Doc started = session.publicApi()
                .post(
                        "/v1/auth/device/start",
                        Map.of("client_name", "vt on " + host(session)),
                        "starting to sign in to " + session.server());
        String url = started.str("verification_url_complete");
        session.err().println("Open " + Text.safe(url));
        session.err().println("and compare the code: " + Text.safe(started.str("user_code")));
        if (browser) {
            open(session, url);
        }
        Doc pair = poll(session, started);
        Credentials.locked(session.shell().directory("data"), () -> {
            Credentials.load(session.shell().directory("data")).set(session.server(), SignIn.pair(pair));
            return null;
        });
        return pair.str("access_token");
    }

    private static Doc poll(Session session, Doc started) {
        long interval = started.number("interval");
        long waited = 0;
        while (waited <= started.number("expires_in")) {
            pause(session, interval);
            waited += Math.max(1, interval);
            try {
                return session.publicApi()
                        .post(
                                "/v1/auth/device/token",
                                Map.of("device_code", started.str("device_code")),
                                "waiting for the approval");
            } catch (CliException e) {
                CliError error = e.error();
                switch (error.code()) {
                    case "authorization_pending" -> {}
                    case "slow_down" -> interval = Math.min(MAX_INTERVAL_SECONDS, interval + 5);
                    default -> {
                        if (!"network".equals(error.code()) && !error.retryable()) {
                            throw e;
                        }
                    }
                }
            }
        }
        throw new CliException(CliError.of("auth", 3, "expired_token", "nobody approved in time", "vt auth login"));
    }

    private static void pause(Session session, long seconds) {
        if (!session.shell().interrupts().pause(Duration.ofSeconds(seconds))) {
            throw new CliException(CliError.interrupted().during("waiting for the approval"));
        }
    }

    private static String host(Session session) {
        String name = session.shell().env().getOrDefault("HOSTNAME", "");
        return name.isEmpty() ? "a terminal" : name.substring(0, Math.min(50, name.length()));
    }

    /** Only on a desktop; the address is printed in any case, so that a failure costs nothing. */
    private static void open(Session session, String url) {
        Map<String, String> env = session.shell().env();
        boolean desktop = env.containsKey("DISPLAY") || env.containsKey("WAYLAND_DISPLAY");
        if (!desktop || !session.interactive()) {
            return;
        }
        try {
            new ProcessBuilder(List.of("xdg-open", url))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            session.err().println("warning: no browser could be opened");
        }
    }
}
