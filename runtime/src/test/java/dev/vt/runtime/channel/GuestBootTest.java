package dev.vt.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.Digests;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Init as the first process of a real guest (runtime.md §7, §9). */
@Tag("slow")
final class GuestBootTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private GuestVm vm;
    private RecordingEvents events;

    @BeforeEach
    void startVm() throws Exception {
        vm = GuestVm.start();
        events = new RecordingEvents() {
            @Override
            public byte[] secrets() {
                return "# VT_SECRETS_V1\nTOKEN=s3\n".getBytes(StandardCharsets.UTF_8);
            }
        };
    }

    @AfterEach
    void endVm() {
        vm.close();
    }

    private static GuestConfig config(String script) {
        return new GuestConfig(
                GuestConfig.VERSION,
                InitProcess.INSTANCE,
                "web-1",
                new GuestConfig.Process(
                        List.of("sh", "-c", script), "/srv/app", Map.of("PATH", "/bin"), 1000, 1000, List.of(5L)),
                List.of(new GuestConfig.Prestart(List.of("echo", "prestart"), 10)),
                new GuestConfig.Network("fd00:1::5", "fe80::1", 1420, List.of("fd00::53"), List.of("a.internal")),
                true,
                GuestConfig.Scratch.DISK,
                List.of(),
                "TERM",
                5000);
    }

    private GuestChannel configured(String script) throws Exception {
        GuestChannel channel = vm.open(events);
        channel.configure(config(script), TIMEOUT);
        return channel;
    }

    @Test
    void aWorkloadRunsAndTheRootImageStaysAsItIs() throws Exception {
        String before = Digests.sha256Hex(Files.readAllBytes(vm.image()));
        try (GuestChannel channel = configured(
                "id; hostname; cat /run/secrets/platform.env /etc/resolv.conf;"
                        + " ls -l /run/secrets/platform.env; ls -d /run/app/sub; ip -6 route; echo $PWD; echo x > /tmp/w; exit 7")) {
            GuestStatus.Exited exited = events.await(GuestStatus.Exited.class);
            assertThat(exited.code()).isEqualTo(7);
            assertThat(exited.oom()).isFalse();
            assertThat(events.await(GuestStatus.Started.class).marks())
                    .containsKeys("kernel", "channel", "config", "root", "network", "secrets", "prestart", "started");
            assertThat(vm.awaitExit()).isTrue();
            events.awaitLost();
            List<String> out = events.lines(LogRecord.Stream.STDOUT);
            assertThat(out)
                    .contains(
                            "prestart",
                            "uid=1000 gid=1000 groups=5",
                            "web-1",
                            "TOKEN=s3",
                            "nameserver fd00::53",
                            "search a.internal",
                            "/run/app/sub",
                            "/srv/app")
                    .anyMatch(line -> line.startsWith("-r--------    1 1000     1000"))
                    .anyMatch(line -> line.startsWith("default via fe80::1 dev eth0"));
            assertThat(channel.isOpen()).isFalse();
        }
        assertThat(Digests.sha256Hex(Files.readAllBytes(vm.image()))).isEqualTo(before);
    }

    @Test
    void anOutOfMemoryKillIsToldApart() throws Exception {
        try (GuestChannel channel = configured("exec awk 'BEGIN { for (;;) a[i++] = sprintf(\"%4000d\", i) }'")) {
            events.await(GuestStatus.Started.class);
            Await.until(TIMEOUT, () -> events.statuses().stream().anyMatch(GuestStatus.Exited.class::isInstance));
            GuestStatus.Exited exited = events.await(GuestStatus.Exited.class);
            assertThat(exited.oom()).isTrue();
            assertThat(exited.signal()).contains(9);
            assertThat(events.lines(LogRecord.Stream.SYSTEM)).contains("oom_killed");
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    @Test
    void execRunsAsTheUserAndLeavesNoProcessWhenItEnds() throws Exception {
        try (GuestChannel channel = configured("trap 'exit 0' TERM; while :; do sleep 0.1; done")) {
            events.await(GuestStatus.Started.class);
            // A child that left the session with a double fork dies with the session's cgroup (EX11).
            ExecRequest request = new ExecRequest(
                    List.of("sh", "-c", "id; stty size; cat /proc/self/cgroup; (trap '' HUP; sleep 777) & exit 5"),
                    true,
                    100,
                    30,
                    Map.of(),
                    true);
            String out = "";
            List<String> exits = new ArrayList<>();
            try (ExecSession session = channel.openExec(request, TIMEOUT)) {
                for (Optional<byte[]> f = session.receive(); f.isPresent(); f = session.receive()) {
                    String text = new String(f.get(), 1, f.get().length - 1, StandardCharsets.UTF_8);
                    if (f.get()[0] == 0x11) {
                        exits.add(text);
                    } else {
                        out += text;
                    }
                }
            }
            assertThat(out).contains("uid=1000").contains("30 100").contains("/exec-1");
            assertThat(exits).containsExactly("{\"exit_code\":5,\"reason\":\"exited\"}");
            ExecRequest look = new ExecRequest(
                    List.of("sh", "-c", "ls -d /sys/fs/cgroup/exec-1 2>/dev/null || echo gone"),
                    false,
                    0,
                    0,
                    Map.of(),
                    false);
            Await.until(TIMEOUT, () -> {
                try (ExecSession session = channel.openExec(look, TIMEOUT)) {
                    byte[] first = session.receive().orElseThrow();
                    session.receive();
                    return new String(first, StandardCharsets.UTF_8).contains("gone");
                }
            });
            channel.stop(Duration.ofSeconds(5));
            assertThat(events.await(GuestStatus.Exited.class).code()).isZero();
            assertThat(vm.awaitExit()).isTrue();
        }
    }
}
