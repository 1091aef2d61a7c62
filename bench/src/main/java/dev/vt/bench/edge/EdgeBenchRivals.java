package dev.vt.bench.edge;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts the proxies in their namespace, each with one thread on core 0. */
final class EdgeBenchRivals {
    private static final double TICKS_PER_SECOND = 100;

    private final String namespace;
    private final String address;
    private final String backend;
    private final Path work;
    private final int connections;

    /**
     * @param namespace of ip-netns(8)
     * @param connections that each proxy must be able to hold
     */
    EdgeBenchRivals(String namespace, String address, String backend, Path work, int connections) {
        this.namespace = namespace;
        this.address = address;
        this.backend = backend;
        this.work = work;
        this.connections = connections;
    }

    /** A proxy in a process of its own. */
    record Proxy(String name, Process process, int port) {
        /** User and system time, from proc(5). */
        double cpuSeconds() throws IOException {
            String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
        }

        long residentBytes() throws IOException {
            try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
                String line = lines.filter(each -> each.startsWith("VmRSS:"))
                        .findFirst()
                        .orElseThrow();
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }

        /** A command to the vt process, and its answer. */
        void tell(String line) throws IOException {
            process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.US_ASCII));
            process.getOutputStream().flush();
            String answer = readLine(process);
            if (!"ok".equals(answer)) {
                throw new IOException("vt answers " + answer + " to " + line);
            }
        }
    }

    Proxy haproxy(int port) throws IOException, InterruptedException {
        StringBuilder rules = new StringBuilder();
        StringBuilder backends = new StringBuilder();
        for (Map.Entry<String, Integer> host : EdgeBench.PORTS.entrySet()) {
            rules.append("  use_backend b_%s if { req.ssl_sni -i %s }%n".formatted(host.getValue(), host.getKey()));
            backends.append("backend b_%1$s%n  server one [%2$s]:%1$s%n".formatted(host.getValue(), backend));
        }
        Path config = Files.writeString(
                work.resolve("haproxy.cfg"), """
                global
                  nbthread 1
                  maxconn %d
                defaults
                  mode tcp
                  timeout connect 2s
                  timeout client 3600s
                  timeout server 3600s
                frontend tls
                  bind %s:%d backlog 4096
                  tcp-request inspect-delay 200ms
                  tcp-request content accept if { req.ssl_hello_type 1 }
                """.formatted(connections, address, port) + rules + backends);
        return started("haproxy", List.of("haproxy", "-db", "-f", config.toString()), port);
    }

    Proxy nginx(int port) throws IOException, InterruptedException {
        String names = EdgeBench.PORTS.entrySet().stream()
                .map(host -> "    %s [%s]:%s;".formatted(host.getKey(), backend, host.getValue()))
                .collect(Collectors.joining("\n"));
        Path config = Files.writeString(
                work.resolve("nginx.conf"), """
                load_module /usr/lib/nginx/modules/ngx_stream_module.so;
                daemon off;
                master_process off;
                pid %1$s/nginx.pid;
                error_log stderr crit;
                events { worker_connections %5$d; }
                stream {
                  map $ssl_preread_server_name $to {
                %4$s
                  }
                  server {
                    listen [%2$s]:%3$d backlog=4096;
                    ssl_preread on;
                    preread_timeout 200ms;
                    proxy_connect_timeout 2s;
                    proxy_timeout 3600s;
                    proxy_pass $to;
                  }
                }
                """.formatted(work, address, port, names, 2 * connections));
        return started("nginx", List.of("nginx", "-c", config.toString()), port);
    }

    /** @param log whether connections are logged, which no rival does here */
    Proxy vt(String name, int port, boolean log) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElse("java"));
        command.addAll(EdgeBenchProxy.options());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), EdgeBenchProxy.class.getName()));
        Path data = Files.createDirectories(work.resolve(name));
        command.addAll(EdgeBenchProxy.arguments(address, port, backend, data, log));
        Process process = pinned(command).start();
        if (!"ready".equals(readLine(process))) {
            throw new IOException("vt did not start");
        }
        return new Proxy(name, process, port);
    }

    private Proxy started(String name, List<String> command, int port) throws IOException, InterruptedException {
        Process process = pinned(command)
                .redirectOutput(work.resolve(name + ".log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (process.isAlive() && System.nanoTime() < deadline) {
            if (EdgeBench.accepts(address, port)) {
                return new Proxy(name, process, port);
            }
            process.waitFor(50, TimeUnit.MILLISECONDS);
        }
        process.destroyForcibly();
        throw new IOException(name + " did not start");
    }

    private ProcessBuilder pinned(List<String> command) {
        List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace, "taskset", "-c", "0"));
        all.addAll(command);
        return new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.INHERIT);
    }

    /** Unbuffered, so that the next line is found by the next call. */
    private static String readLine(Process process) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = process.getInputStream().read();
                c >= 0 && c != '\n';
                c = process.getInputStream().read()) {
            line.append((char) c);
        }
        return line.toString();
    }

    static String version(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            return String.valueOf(lines.readLine()).replaceAll(" 20\\d\\d/.*", "");
        }
    }
}
