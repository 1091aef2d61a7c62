package dev.vt.runtime.channel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.runtime.ByteChannelPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The channel against the real init, running as a plain process. */
final class GuestInitTest {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private InitProcess init;
    private RecordingEvents events;

    @BeforeEach
    void startInit() throws Exception {
        init = InitProcess.start();
        events = new RecordingEvents();
    }

    @AfterEach
    void endInit() {
        init.close();
    }

    private GuestChannel configured(GuestConfig config) throws Exception {
        GuestChannel channel = init.open(events);
        channel.configure(config, TIMEOUT);
        return channel;
    }

    private GuestChannel running(String script) throws Exception {
        GuestChannel channel = configured(Configs.shell(script));
        events.await(GuestStatus.Started.class);
        return channel;
    }

    // ---- handshake and config

    @Test
    void helloNamesInstanceAndBoot() throws Exception {
        try (GuestChannel channel = init.open(events)) {
            assertThat(channel.hello().instanceId()).isEqualTo(InitProcess.INSTANCE);
            assertThat(channel.hello().bootId()).isEqualTo(InitProcess.BOOT);
            assertThat(channel.hello().configured()).isFalse();
        }
    }

    @Test
    void helloOfAnotherBootIsRefused() {
        assertThatThrownBy(
                        () -> GuestChannel.open(init.connect(), InitProcess.INSTANCE, "boot_other", 1, TIMEOUT, events))
                .isInstanceOfSatisfying(
                        ChannelException.class, e -> assertThat(e.kind()).isEqualTo(ChannelException.Kind.HANDSHAKE));
    }

    @Test
    void anUnknownConfigKeyIsRefusedByNameRT22() throws Exception {
        try (GuestChannel channel = init.open(events)) {
            GuestConfig config = Configs.with(List.of("true"), Map.of("A=B", "x"), List.of(), false);
            assertThatThrownBy(() -> channel.configure(config, TIMEOUT))
                    .isInstanceOfSatisfying(ChannelException.class, e -> {
                        assertThat(e.kind()).isEqualTo(ChannelException.Kind.CONFIG_INVALID);
                        assertThat(e).hasMessageContaining("process.vars");
                    });
            GuestStatus.Failed failed = events.await(GuestStatus.Failed.class);
            assertThat(failed.reason()).isEqualTo("driver_start_failed");
            assertThat(failed.detail()).isEqualTo("config_invalid");
            assertThat(init.awaitExit(TIMEOUT)).isTrue();
        }
    }

    @Test
    void aConfigLargerThanAFrameArrivesWhole() throws Exception {
        String large = "x".repeat(100_000);
        try (GuestChannel channel = configured(Configs.with(
                List.of("sh", "-c", "echo ${#BIG}"),
                Map.of("PATH", "/usr/bin:/bin", "BIG", large),
                List.of(),
                false))) {
            assertThat(channel.hello().configured()).isFalse();
            events.awaitLine("100000");
        }
    }

    @Test
    void theSameConfigAgainIsFineAndAnotherIsRefused() throws Exception {
        try (GuestChannel channel = running("sleep 60")) {
            channel.configure(Configs.shell("sleep 60"), TIMEOUT);
            assertThatThrownBy(() -> channel.configure(Configs.shell("sleep 61"), TIMEOUT))
                    .isInstanceOf(ChannelException.class);
        }
    }

    // ---- the workload

    @Test
    void exitCodeAndOutputArrive() throws Exception {
        try (GuestChannel channel = configured(Configs.shell("echo out; echo err >&2; exit 7"))) {
            GuestStatus.Exited exited = events.await(GuestStatus.Exited.class);
            assertThat(exited.code()).isEqualTo(7);
            assertThat(exited.signal()).isEmpty();
            assertThat(init.awaitExit(TIMEOUT)).isTrue();
            assertThat(events.awaitLost().kind()).isEqualTo(ChannelException.Kind.LOST);
            assertThat(events.lines(LogRecord.Stream.STDOUT)).containsExactly("out");
            assertThat(events.lines(LogRecord.Stream.STDERR)).containsExactly("err");
            assertThat(events.lines(LogRecord.Stream.SYSTEM)).containsExactly("started", "exited code=7");
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void aSignalledWorkloadIsReportedWithItsSignal() throws Exception {
        try (GuestChannel channel = configured(Configs.shell("kill -KILL $$"))) {
            GuestStatus.Exited exited = events.await(GuestStatus.Exited.class);
            assertThat(exited.code()).isEqualTo(137);
            assertThat(exited.signal()).contains(9);
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    @Test
    void aProgramThatIsNotThereExitsWith127() throws Exception {
        try (GuestChannel channel = configured(Configs.of(List.of("no-such-program")))) {
            GuestStatus.Exited exited = events.await(GuestStatus.Exited.class);
            assertThat(exited.code()).isEqualTo(127);
            assertThat(exited.detail()).isEqualTo("exec_failed");
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    @Test
    void stopSendsTheSignalAndWaits() throws Exception {
        try (GuestChannel channel = running("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done")) {
            events.awaitLine("ready");
            channel.stop(Duration.ofSeconds(10));
            assertThat(events.await(GuestStatus.Exited.class).code()).isEqualTo(3);
            events.awaitLine("bye");
            assertThat(init.awaitExit(TIMEOUT)).isTrue();
        }
    }

    @Test
    void stopKillsWhatIgnoresTheSignal() throws Exception {
        try (GuestChannel channel = running("trap '' TERM; echo ready; while :; do sleep 0.05; done")) {
            events.awaitLine("ready");
            channel.stop(Duration.ofMillis(200));
            assertThat(events.await(GuestStatus.Exited.class).code()).isEqualTo(137);
            assertThat(init.awaitExit(TIMEOUT)).isTrue();
        }
    }

    @Test
    void signalsReachTheWorkload() throws Exception {
        try (GuestChannel channel = running("trap 'echo hup' HUP; echo ready; while :; do sleep 0.05; done")) {
            events.awaitLine("ready");
            channel.signal("HUP");
            events.awaitLine("hup");
        }
    }

    @Test
    void prestartRunsFirstInOrder() throws Exception {
        GuestConfig config = Configs.with(
                List.of("echo", "three"),
                Map.of("PATH", "/usr/bin:/bin"),
                List.of(
                        new GuestConfig.Prestart(List.of("echo", "one"), 5),
                        new GuestConfig.Prestart(List.of("echo", "two"), 5)),
                false);
        try (GuestChannel channel = configured(config)) {
            events.await(GuestStatus.Exited.class);
            events.awaitLine("three");
            assertThat(events.lines(LogRecord.Stream.STDOUT)).containsExactly("one", "two", "three");
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    @Test
    void aFailingPrestartEndsTheBoot() throws Exception {
        GuestConfig config = Configs.with(
                List.of("echo", "never"),
                Map.of("PATH", "/usr/bin:/bin"),
                List.of(new GuestConfig.Prestart(List.of("sh", "-c", "exit 4"), 5)),
                false);
        try (GuestChannel channel = configured(config)) {
            GuestStatus.Failed failed = events.await(GuestStatus.Failed.class);
            assertThat(failed.reason()).isEqualTo("prestart_failed");
            assertThat(failed.detail()).isEqualTo("exit_4");
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    @Test
    void aPrestartThatHangsIsKilled() throws Exception {
        GuestConfig config = Configs.with(
                List.of("echo", "never"),
                Map.of("PATH", "/usr/bin:/bin"),
                List.of(new GuestConfig.Prestart(List.of("sleep", "60"), 1)),
                false);
        try (GuestChannel channel = configured(config)) {
            assertThat(events.await(GuestStatus.Failed.class).detail()).isEqualTo("timeout");
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    // ---- secrets

    @Test
    void theSecretsFileIsWrittenForTheWorkloadOnly() throws Exception {
        byte[] content = ("# VT_SECRETS_V1\nTOKEN=" + "s".repeat(200_000) + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] given = content.clone();
        events = new RecordingEvents() {
            @Override
            public byte[] secrets() {
                return given;
            }
        };
        GuestConfig config = Configs.with(List.of("sleep", "60"), Map.of("PATH", "/usr/bin:/bin"), List.of(), true);
        try (GuestChannel channel = configured(config)) {
            events.await(GuestStatus.Started.class);
            Path file = init.run().resolve("secrets/platform.env");
            assertThat(Files.readAllBytes(file)).isEqualTo(content);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("r--------");
            assertThat(given).containsOnly(0);
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    @Test
    void missingSecretsFailTheBootWithTheHostsDetail() throws Exception {
        GuestConfig config = Configs.with(List.of("sleep", "60"), Map.of(), List.of(), true);
        try (GuestChannel channel = configured(config)) {
            GuestStatus.Failed failed = events.await(GuestStatus.Failed.class);
            assertThat(failed.reason()).isEqualTo("secrets_injection_failed");
            assertThat(failed.detail()).isEqualTo("servers_unreachable");
            assertThat(channel.hello().initVersion()).isNotEmpty();
        }
    }

    // ---- logs

    @Test
    void longLinesAreCutAt16KiB_LG2() throws Exception {
        try (GuestChannel channel = configured(
                Configs.shell(
                        "head -c 16384 /dev/zero | tr '\\0' a; echo; head -c 16385 /dev/zero | tr '\\0' b; echo; printf 'crlf\\r\\n'"))) {
            events.await(GuestStatus.Exited.class);
            events.awaitLost();
            List<LogRecord> out = events.records().stream()
                    .filter(r -> r.stream() == LogRecord.Stream.STDOUT)
                    .toList();
            assertThat(out).extracting(r -> r.line().length).containsExactly(16384, 16384, 1, 4);
            assertThat(out).extracting(LogRecord::truncated).containsExactly(false, true, false, false);
            assertThat(channel.isOpen()).isFalse();
        }
    }

    @Test
    void aPartialLineComesAfterASecondLG2() throws Exception {
        try (GuestChannel channel = running("printf prompt; sleep 60")) {
            events.awaitLine("prompt");
            LogRecord prompt = events.records().stream()
                    .filter(r -> r.stream() == LogRecord.Stream.STDOUT)
                    .findFirst()
                    .orElseThrow();
            assertThat(prompt.partial()).isTrue();
            assertThat(channel.isOpen()).isTrue();
        }
    }

    @Test
    void logsWaitForAHostAndNothingIsSentTwice() throws Exception {
        GuestChannel first =
                running("echo one; while [ ! -e " + init.run() + "/go ]; do sleep 0.02; done; echo two; sleep 60");
        events.awaitLine("one");
        first.close();
        events.awaitLost();
        Files.createFile(init.run().resolve("go"));
        long stored = events.logStoredUpTo();
        RecordingEvents next = new RecordingEvents();
        next.logStored(stored);
        try (GuestChannel second = init.open(next)) {
            assertThat(second.hello().configured()).isTrue();
            next.await(GuestStatus.Started.class);
            next.awaitLine("two");
            assertThat(next.lines(LogRecord.Stream.STDOUT)).containsExactly("two");
            assertThat(next.records().getFirst().seq()).isEqualTo(stored + 1);
        }
    }

    @Test
    void withoutAHostTheOldestRecordsGoAndTheHoleShowsLG6() throws Exception {
        GuestChannel first =
                running("while [ ! -e " + init.run() + "/go ]; do sleep 0.02; done; seq 1 300000; echo done; sleep 60");
        events.awaitLine("started");
        first.close();
        events.awaitLost();
        long stored = events.logStoredUpTo();
        Files.createFile(init.run().resolve("go"));
        RecordingEvents next = new RecordingEvents();
        next.logStored(stored);
        // The workload never waits: it finishes all its lines while nobody reads.
        Await.until(TIMEOUT, () -> childSleeps("60"));
        try (GuestChannel second = init.open(next)) {
            next.awaitLine("done");
            List<LogRecord> records = next.records();
            assertThat(records.getFirst().seq()).isGreaterThan(stored + 1);
            assertThat(records.getLast().seq()).isEqualTo(stored + 300_001);
            for (int i = 1; i < records.size(); i++) {
                assertThat(records.get(i).seq()).isEqualTo(records.get(i - 1).seq() + 1);
            }
            assertThat(second.isOpen()).isTrue();
        }
    }

    private boolean childSleeps(String argument) throws IOException {
        return ProcessHandle.of(init.pid())
                .map(p -> p.descendants()
                        .anyMatch(d -> d.info().commandLine().orElse("").matches("(.*/)?sleep " + argument)))
                .orElse(false);
    }

    @Test
    void aLogFloodArrivesWholeWhenTheHostReads() throws Exception {
        try (GuestChannel channel = configured(Configs.shell("seq 1 20000; sleep 1"))) {
            events.awaitLine("20000");
            assertThat(events.lines(LogRecord.Stream.STDOUT)).hasSize(20_000);
            assertThat(channel.isOpen()).isTrue();
        }
    }

    // ---- exec

    private record ExecResult(String out, String err, String exit) {}

    private static ExecResult drain(ExecSession session) throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        String exit = "";
        for (Optional<byte[]> f = session.receive(); f.isPresent(); f = session.receive()) {
            byte[] frame = f.get();
            switch (frame[0]) {
                case 0x02 -> out.write(frame, 1, frame.length - 1);
                case 0x03 -> err.write(frame, 1, frame.length - 1);
                default -> exit = new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8);
            }
        }
        return new ExecResult(out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), exit);
    }

    private static ExecRequest pipes(String script) {
        return new ExecRequest(List.of("sh", "-c", script), false, 0, 0, Map.of("EXTRA", "e"), true);
    }

    private static ExecRequest terminal(String script) {
        return new ExecRequest(List.of("sh", "-c", script), true, 80, 24, Map.of("TERM", "dumb"), true);
    }

    private static byte[] stdin(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[bytes.length + 1];
        frame[0] = 1;
        System.arraycopy(bytes, 0, frame, 1, bytes.length);
        return frame;
    }

    private static byte[] control(String json) {
        byte[] frame = stdin(json);
        frame[0] = 0x10;
        return frame;
    }

    @Test
    void execKeepsStreamsApartAndReportsTheCodeEX6() throws Exception {
        try (GuestChannel channel = running("sleep 60");
                ExecSession session = channel.openExec(pipes("cat; echo $EXTRA >&2; exit 5"), TIMEOUT)) {
            session.send(stdin("hello"));
            session.send(control("{\"type\":\"eof\"}"));
            ExecResult result = drain(session);
            assertThat(result.out()).isEqualTo("hello");
            assertThat(result.err()).isEqualTo("e\n");
            assertThat(result.exit()).isEqualTo("{\"exit_code\":5,\"reason\":\"exited\"}");
        }
    }

    @Test
    void execOfAMissingProgramExitsWith127() throws Exception {
        try (GuestChannel channel = running("sleep 60");
                ExecSession session =
                        channel.openExec(new ExecRequest(List.of("no-such"), false, 0, 0, Map.of(), false), TIMEOUT)) {
            ExecResult result = drain(session);
            assertThat(result.exit()).contains("\"exit_code\":127");
            assertThat(result.err()).contains("no-such");
        }
    }

    @Test
    void execOnATerminalSeesItsSizeAndResizesEX7() throws Exception {
        try (GuestChannel channel = running("sleep 60");
                ExecSession session = channel.openExec(
                        terminal(
                                "trap 'stty size; exit 0' WINCH; tty >/dev/null && stty size; while :; do sleep 0.05; done"),
                        TIMEOUT)) {
            String first = new String(session.receive().orElseThrow(), StandardCharsets.UTF_8);
            assertThat(first).contains("24 80");
            session.send(control("{\"type\":\"resize\",\"cols\":132,\"rows\":50}"));
            ExecResult result = drain(session);
            assertThat(result.out()).contains("50 132");
            assertThat(result.exit()).contains("\"exit_code\":0");
        }
    }

    @Test
    void signalsReachTheForegroundOfATerminal() throws Exception {
        try (GuestChannel channel = running("sleep 60");
                ExecSession session = channel.openExec(terminal("echo up; sleep 100"), TIMEOUT)) {
            assertThat(new String(session.receive().orElseThrow(), StandardCharsets.UTF_8))
                    .contains("up");
            session.send(control("{\"type\":\"signal\",\"signal\":\"KILL\"}"));
            assertThat(drain(session).exit())
                    .isEqualTo("{\"exit_code\":137,\"signal\":\"KILL\",\"reason\":\"killed\"}");
        }
    }

    @Test
    void largeOutputIsByteExactWithASlowReaderEX8() throws Exception {
        try (GuestChannel channel = running("sleep 60");
                ExecSession session = channel.openExec(pipes("seq 1 400000"), TIMEOUT)) {
            String out = drain(session).out();
            String[] lines = out.split("\n");
            assertThat(lines).hasSize(400_000);
            assertThat(lines[399_999]).isEqualTo("400000");
        }
    }

    @Test
    void largeInputIsByteExact() throws Exception {
        byte[] frame = new byte[65536];
        frame[0] = 1;
        try (GuestChannel channel = running("sleep 60");
                ExecSession session = channel.openExec(pipes("wc -c"), TIMEOUT)) {
            for (int i = 0; i < 64; i++) {
                session.send(frame);
            }
            session.send(control("{\"type\":\"eof\"}"));
            assertThat(drain(session).out().strip()).isEqualTo(Integer.toString(64 * 65535));
        }
    }

    @Test
    void aClosedSessionLeavesNoProcessEX11() throws Exception {
        try (GuestChannel channel = running("sleep 60")) {
            ExecSession session = channel.openExec(pipes("sleep 611 & sleep 612 & echo up; wait"), TIMEOUT);
            assertThat(new String(session.receive().orElseThrow(), StandardCharsets.UTF_8))
                    .contains("up");
            Await.until(TIMEOUT, () -> childSleeps("611") && childSleeps("612"));
            session.close();
            Await.until(TIMEOUT, () -> !childSleeps("611") && !childSleeps("612"));
        }
    }

    @Test
    void aLostChannelEndsExecAndLeavesTheWorkloadRT25() throws Exception {
        GuestChannel channel = running("sleep 613");
        ExecSession session = channel.openExec(pipes("sleep 614 & echo up; wait"), TIMEOUT);
        assertThat(new String(session.receive().orElseThrow(), StandardCharsets.UTF_8))
                .contains("up");
        Await.until(TIMEOUT, () -> childSleeps("613") && childSleeps("614"));
        channel.close();
        assertThatThrownBy(session::receive).isInstanceOf(ChannelException.class);
        Await.until(TIMEOUT, () -> !childSleeps("614"));
        assertThat(childSleeps("613")).isTrue();
    }

    @Test
    void stopEndsSessionsWithTheirReasonEX12() throws Exception {
        try (GuestChannel channel = running("trap '' TERM; while :; do sleep 0.1; done")) {
            ExecSession session =
                    channel.openExec(pipes("trap '' HUP TERM; echo up; while :; do sleep 0.1; done"), TIMEOUT);
            assertThat(new String(session.receive().orElseThrow(), StandardCharsets.UTF_8))
                    .contains("up");
            channel.stop(Duration.ofSeconds(5));
            assertThat(drain(session).exit()).contains("\"reason\":\"instance_stopped\"");
        }
    }

    @Test
    void theSeventeenthSessionIsBusy() throws Exception {
        List<ExecSession> sessions = new ArrayList<>();
        try (GuestChannel channel = running("sleep 60")) {
            for (int i = 0; i < 16; i++) {
                sessions.add(channel.openExec(pipes("sleep 60"), TIMEOUT));
            }
            assertThatThrownBy(() -> channel.openExec(pipes("sleep 60"), TIMEOUT))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.detail()).isEqualTo("busy"));
            sessions.forEach(ExecSession::close);
        }
    }

    @Test
    void execBeforeStartIsRefused() throws Exception {
        try (GuestChannel channel = init.open(events)) {
            assertThatThrownBy(() -> channel.openExec(pipes("true"), TIMEOUT))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.detail()).isEqualTo("not_running"));
        }
    }

    @Test
    void aKeystrokeIsEchoedWhileLogsFloodRT23() throws Exception {
        try (GuestChannel channel = running("yes flood");
                ExecSession session = channel.openExec(pipes("cat"), TIMEOUT)) {
            events.awaitLine("flood");
            List<Long> millis = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                long begin = System.nanoTime();
                session.send(stdin("k"));
                assertThat(session.receive().orElseThrow()).containsExactly(2, 'k');
                millis.add((System.nanoTime() - begin) / 1_000_000);
            }
            millis.sort(null);
            assertThat(millis.get(10)).isLessThan(100);
        }
    }

    // ---- forward and diagnosis

    @Test
    void forwardReachesAPortOfTheGuest() throws Exception {
        try (GuestChannel channel = running("sleep 60");
                ServerSocket server = new ServerSocket(0, 4, InetAddress.getLoopbackAddress())) {
            Thread.ofVirtual().start(() -> {
                try (var socket = server.accept()) {
                    socket.getInputStream().transferTo(socket.getOutputStream());
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
            });
            try (ByteChannelPair pair = channel.openForward(server.getLocalPort(), TIMEOUT)) {
                byte[] sent = new byte[300_000];
                new java.util.Random(1).nextBytes(sent);
                Thread.ofVirtual().start(() -> {
                    try {
                        pair.output().write(sent);
                        pair.output().close();
                    } catch (IOException e) {
                        throw new java.io.UncheckedIOException(e);
                    }
                });
                assertThat(pair.input().readAllBytes()).isEqualTo(sent);
            }
        }
    }

    @Test
    void forwardToAClosedPortIsRefused() throws Exception {
        int port;
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = server.getLocalPort();
        }
        try (GuestChannel channel = running("sleep 60")) {
            assertThatThrownBy(() -> channel.openForward(port, TIMEOUT))
                    .isInstanceOfSatisfying(
                            ChannelException.class, e -> assertThat(e.detail()).isEqualTo("refused"));
        }
    }

    @Test
    void initsOwnLogCanBeFetched() throws Exception {
        try (GuestChannel channel = running("sleep 60")) {
            String log = new String(channel.initLog(TIMEOUT), StandardCharsets.UTF_8);
            assertThat(log).contains("\"mark\"").contains("started");
        }
    }
}
