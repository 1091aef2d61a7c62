package dev.vt.overlay.filter;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** TCP listeners and connections in other network namespaces, by a few lines of Python each. */
final class TcpProbe implements AutoCloseable {
    private static final String LISTEN = """
            import socket, sys
            sockets = []
            for port in sys.argv[1:]:
                s = socket.socket(socket.AF_INET6)
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                s.bind(('::', int(port)))
                s.listen(64)
                sockets.append(s)
            print('listening', flush=True)
            sys.stdin.read()
            """;
    private static final String CONNECT = """
            import select, socket, sys, time
            waiting = {}
            for target in sys.argv[2:]:
                address, port = target.split('|')
                s = socket.socket(socket.AF_INET6)
                s.setblocking(False)
                s.connect_ex((address, int(port)))
                waiting[s] = target
            end = time.monotonic() + float(sys.argv[1])
            while waiting and time.monotonic() < end:
                _, ready, _ = select.select([], list(waiting), [], 0.02)
                for s in ready:
                    target = waiting.pop(s)
                    if s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0:
                        print(target)
                    s.close()
            """;
    private final List<Process> listeners = new ArrayList<>();

    /** @param inside what to execute so that its arguments run in there */
    void listen(List<String> inside, Integer... ports) throws IOException {
        List<String> argv = new ArrayList<>(inside);
        argv.addAll(List.of("python3", "-c", LISTEN));
        for (Integer port : ports) {
            argv.add(port.toString());
        }
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        listeners.add(process);
        BufferedReader reader =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        String line = reader.readLine();
        if (!"listening".equals(line)) {
            throw new IOException("no listener: " + line);
        }
    }

    /**
     * @param targets {@code address|port}
     * @return those that accept within the limit
     */
    static Set<String> connect(List<String> inside, String limitSeconds, List<String> targets)
            throws IOException, InterruptedException {
        List<String> argv = new ArrayList<>(inside);
        argv.addAll(List.of("python3", "-c", CONNECT, limitSeconds));
        argv.addAll(targets);
        Process process = new ProcessBuilder(argv).redirectErrorStream(true).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(10, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException("probe failed: " + out);
        }
        return new TreeSet<>(out.lines().toList());
    }

    @Override
    public void close() {
        for (Process process : listeners) {
            process.destroyForcibly().onExit().join();
        }
    }
}
