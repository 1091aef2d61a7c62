package dev.vt.edge.observe;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.edge.relay.ConnectionObserver;
import dev.vt.edge.relay.ConnectionRecord;
import dev.vt.edge.relay.EndReason;
import dev.vt.kernel.Json;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
    @TempDir
    Path directory;

    @Test
    void eachConnectionIsOneJsonLineWhateverItsNameHolds() throws Exception {
        Path file = directory.resolve("access.log");
        String hostile = "a\"\\\n\u0000\u00ff.example";
        try (AccessLog log = new AccessLog(file, "edge_1", false, ConnectionObserver.none())) {
            log.ended(record("rt_1", hostile, "inst_1", 1_234_567));
            log.ended(record("", "", "", -1));
        }
        List<JsonNode> lines =
                Files.readAllLines(file).stream().map(Json::parse).toList();
        assertThat(lines).hasSize(2);
        JsonNode line = lines.getFirst();
        assertThat(line.path("sni").asText()).isEqualTo(hostile);
        assertThat(line.path("connection_id").asText()).isEqualTo("0000000000000001000000000000000f");
        assertThat(line.path("client").asText()).isEqualTo("2001:db8:0:0:0:0:0:1");
        assertThat(line.path("connect_ms").asDouble()).isEqualTo(1.234);
        assertThat(line.path("end").asText()).isEqualTo("client_fin");
        assertThat(lines.getLast().has("sni")).isFalse();
        assertThat(lines.getLast().has("connect_ms")).isFalse();
    }

    @Test
    void clientsMayBeCutToTheirNetwork() throws Exception {
        Path file = directory.resolve("access.log");
        try (AccessLog log = new AccessLog(file, "edge_1", true, ConnectionObserver.none())) {
            log.ended(record("rt_1", "a.example", "inst_1", 1));
        }
        assertThat(Json.parse(Files.readAllBytes(file)).path("client").asText()).isEqualTo("2001:db8:0:0:0:0:0:0");
        assertThat(Json.parse(Files.readAllBytes(file)).path("ts").asText())
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z");
    }

    private static ConnectionRecord record(String route, String name, String backend, long connectNanos) {
        return new ConnectionRecord(
                1,
                15,
                443,
                route,
                name,
                new InetSocketAddress(InetAddress.ofLiteral("2001:db8::1"), 4000),
                backend,
                0,
                1000,
                connectNanos,
                5_000_000,
                10,
                20,
                7,
                EndReason.CLIENT_FIN);
    }
}
