package dev.vt.runtime.sim;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a simulated guest behaves.
 *
 * @param hello from power-on to the first HELLO; empty: never says it
 * @param configError refuses the config with this message; empty: accepts
 * @param start from the config to {@code started}
 * @param failure reason and detail of a boot that fails instead of starting
 * @param exit the workload ends by itself so long after its start
 * @param exitCode of that end
 * @param stop from the stop message to the end of the workload; empty: ignores it
 * @param openPorts what listens, for forwards
 * @param takesIdentity whether it becomes who it is told to be after a restore
 */
public record GuestScript(
        Optional<Duration> hello,
        Optional<String> configError,
        Duration start,
        Optional<Failure> failure,
        Optional<Duration> exit,
        int exitCode,
        Optional<Duration> stop,
        Set<Integer> openPorts,
        boolean takesIdentity) {

    /** Codes of runtime.md §4. */
    public record Failure(String reason, String detail) {}

    public GuestScript {
        openPorts = Set.copyOf(openPorts);
    }

    /** Boots at once, listens on 8080, stops when asked. */
    public static GuestScript healthy() {
        return new GuestScript(
                Optional.of(Duration.ZERO),
                Optional.empty(),
                Duration.ZERO,
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.of(Duration.ZERO),
                Set.of(8080),
                true);
    }

    public GuestScript silent() {
        return new GuestScript(
                Optional.empty(), configError, start, failure, exit, exitCode, stop, openPorts, takesIdentity);
    }

    public GuestScript refusingConfig(String message) {
        return new GuestScript(
                hello, Optional.of(message), start, failure, exit, exitCode, stop, openPorts, takesIdentity);
    }

    public GuestScript startingAfter(Duration delay) {
        return new GuestScript(hello, configError, delay, failure, exit, exitCode, stop, openPorts, takesIdentity);
    }

    public GuestScript failing(String reason, String detail) {
        return new GuestScript(
                hello,
                configError,
                start,
                Optional.of(new Failure(reason, detail)),
                exit,
                exitCode,
                stop,
                openPorts,
                takesIdentity);
    }

    public GuestScript exitingAfter(Duration delay, int code) {
        return new GuestScript(
                hello, configError, start, failure, Optional.of(delay), code, stop, openPorts, takesIdentity);
    }

    public GuestScript ignoringStop() {
        return new GuestScript(
                hello, configError, start, failure, exit, exitCode, Optional.empty(), openPorts, takesIdentity);
    }

    public GuestScript listening(Set<Integer> ports) {
        return new GuestScript(hello, configError, start, failure, exit, exitCode, stop, ports, takesIdentity);
    }

    public GuestScript refusingIdentity() {
        return new GuestScript(hello, configError, start, failure, exit, exitCode, stop, openPorts, false);
    }
}
