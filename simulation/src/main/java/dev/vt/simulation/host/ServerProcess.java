package dev.vt.simulation.host;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The real program, run as a server of a host. One thread. */
public final class ServerProcess implements AutoCloseable {
    /** V7 promises 30 s. */
    private static final int STOP_SECONDS = 40;

    private final Host host;
    private final Path program;
    private final Path log;
    private final DataDisk disk;
    private final FaultControl control;
    private @Nullable Process process;

    private ServerProcess(Host host, Path program, Path log, DataDisk disk, FaultControl control) {
        this.host = host;
        this.program = program;
        this.log = log;
        this.disk = disk;
        this.control = control;
    }

    /**
     * On a new, empty disk; nothing runs yet.
     *
     * @param program {@code vt}
     * @param home of the run, with the library of faults: others may enter it, because the database runs as another user
     */
    public static ServerProcess on(Host host, Path program, Path home) throws IOException, InterruptedException {
        return new ServerProcess(
                host,
                program,
                home.resolve("server-" + host.number() + ".log"),
                DataDisk.mount(home.resolve(Integer.toString(host.number()))),
                FaultControl.make(home.resolve("etc-" + host.number()), home.resolve(FaultControl.LIBRARY)));
    }

    public int number() {
        return host.number();
    }

    public Host host() {
        return host;
    }

    public Path log() {
        return log;
    }

    /** A file of its data directory. */
    public Path file(String name) {
        return disk.directory().resolve("data").resolve(name);
    }

    public URI api() {
        return URI.create("https://[" + host.address() + "]:8440");
    }

    public String grpc() {
        return "[" + host.address() + "]:8441";
    }

    private List<String> command(String... verb) {
        List<String> all = new ArrayList<>(List.of("sh", "-c", "mount --bind \"$0\" /etc && exec \"$@\""));
        all.addAll(List.of(control.etc().toString(), program.toString(), "server"));
        all.addAll(Arrays.asList(verb));
        all.addAll(List.of("--data-dir", disk.directory().resolve("data").toString()));
        all.addAll(List.of("--listen", "[" + host.address() + "]:8440"));
        all.addAll(List.of("--grpc-listen", grpc()));
        all.addAll(List.of("--raft-listen", "[" + host.address() + "]:8442"));
        return host.on(all.toArray(String[]::new));
    }

    private Process launch(List<String> command) throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    /** Returns at once. */
    public void start() throws IOException {
        process = launch(command("run", "--mode", "raft"));
    }

    /** {@code vt server join}. */
    public void join(ServerProcess member, String token) throws IOException, InterruptedException {
        Path secret = Files.writeString(disk.directory().resolve("token"), token);
        Process joining = launch(command(
                "join",
                "--server",
                member.grpc(),
                "--token-file",
                secret.toString(),
                "--ca",
                member.file("ca.pem").toString(),
                "--master-key",
                member.file("master.key").toString(),
                "--name",
                "server-" + number()));
        if (!joining.waitFor(2, TimeUnit.MINUTES) || joining.exitValue() != 0) {
            joining.destroyForcibly();
            throw new HostException("server " + number() + " could not join; see " + log);
        }
    }

    private Process running() {
        if (process == null) {
            throw new IllegalStateException("server " + number() + " was not started");
        }
        return process;
    }

    public boolean alive() {
        return process != null && process.isAlive();
    }

    private List<Long> hit(boolean withDatabase) throws InterruptedException {
        return withDatabase ? host.processes() : List.of(running().pid());
    }

    public void kill9(boolean withDatabase) throws InterruptedException {
        Signal.KILL.send(hit(withDatabase));
        running().waitFor();
    }

    public void pause(boolean withDatabase) throws InterruptedException {
        Signal.STOP.send(hit(withDatabase));
    }

    public void resume() throws InterruptedException {
        Signal.CONT.send(hit(true));
    }

    public void fillDisk() throws IOException, InterruptedException {
        disk.fill();
    }

    public void freeDisk() throws IOException {
        disk.free();
    }

    /**
     * Faults that do not happen would prove nothing.
     *
     * @throws HostException if a process of this host, the database's too, is without the library of faults
     */
    public void requireFaultsInAll() throws InterruptedException {
        for (long pid : host.processes()) {
            String maps = maps(pid);
            if (!maps.isEmpty() && !maps.contains(FaultControl.LIBRARY)) {
                throw new HostException("process " + pid + " of host " + number() + " has no " + FaultControl.LIBRARY);
            }
        }
    }

    /** Empty if it has ended. */
    private static String maps(long pid) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), "maps"));
        } catch (IOException e) {
            return "";
        }
    }

    public void slowSync(Duration delay) throws IOException {
        control.syncDelay(delay);
    }

    public void skewClock(Duration offset) throws IOException {
        control.clockOffset(offset);
    }

    /** SIGTERM; the program's exit code (V7). */
    public int stop() throws InterruptedException {
        Process running = running();
        running.destroy();
        if (!running.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            throw new HostException("server " + number() + " did not stop within " + STOP_SECONDS + " s; see " + log);
        }
        return running.exitValue();
    }

    /** If it still runs, it is killed; the rest of its namespace is for whoever made that. */
    @Override
    public void close() {
        if (alive()) {
            running().destroyForcibly();
        }
    }
}
