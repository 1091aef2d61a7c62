package dev.vt.control.log;

import static dev.vt.control.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import dev.vt.api.node.LogQuery;
import dev.vt.api.proto.LogsFromNode;
import dev.vt.api.proto.LogsToNode;
import dev.vt.api.proto.OpenLogs;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestNode;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LogReadTest {
    @RegisterExtension
    final TestServer server = new TestServer();

    private Shop shop;
    private TestNode node;
    private String instance;

    @BeforeEach
    void deploy() {
        shop = Shop.on(server);
        node = TestNode.on(server, "worker");
        shop.deployed("one", Shop.MANIFEST);
        await("an instance", () -> node.running().size() == 1);
        instance = node.running().getFirst();
    }

    @AfterEach
    void leave() {
        node.close();
    }

    private LogsFromNode record(int seq) {
        return LogsFromNode.newBuilder()
                .setRecordJson(ByteString.copyFrom(Json.bytes(Json.object()
                        .put("v", 1)
                        .put("type", "log")
                        .put("ts", "2026-01-01T00:00:%02d.000Z".formatted(seq))
                        .put("seq", seq)
                        .put("org_id", server.orgId())
                        .put("env_id", shop.envId())
                        .put("process_type", "web")
                        .put("instance_id", instance)
                        .put("boot_id", "boot_1")
                        .put("node_id", node.id())
                        .put("stream", "stdout")
                        .put("line", "line " + seq))))
                .build();
    }

    /** Answers the next query with these records. */
    private TestStream<LogsFromNode, LogsToNode> answer(int... seqs) {
        OpenLogs asked = node.nextLogs();
        TestStream<LogsFromNode, LogsToNode> stream = node.dialLogs(asked.getQueryId());
        for (int seq : seqs) {
            stream.send(record(seq));
        }
        stream.send(LogsFromNode.newBuilder().setHead(true).build());
        return stream;
    }

    private static List<Integer> seqs(JsonNode page) {
        List<Integer> out = new ArrayList<>();
        page.path("items").forEach(item -> out.add(item.path("seq").asInt()));
        return out;
    }

    @Test
    void theNewestLinesAreAskedOfTheNode() {
        CompletableFuture<JsonNode> reply = CompletableFuture.supplyAsync(() -> shop.client()
                .get(shop.env() + "/logs?tail_lines=2&contains=line")
                .json());
        OpenLogs asked = node.nextLogs();
        LogQuery query = TestNode.query(asked);
        TestStream<LogsFromNode, LogsToNode> stream = node.dialLogs(asked.getQueryId());
        stream.send(record(1));
        stream.send(record(2));
        stream.send(LogsFromNode.newBuilder().setHead(true).build());

        assertThat(query.instances()).containsExactly(instance);
        assertThat(query.tailLines()).isEqualTo(2);
        assertThat(query.contains()).isEqualTo("line");
        assertThat(query.follow()).isFalse();
        assertThat(seqs(reply.join())).containsExactly(1, 2);
        // The server lets the node go.
        assertThat(stream.next().getCancel()).isTrue();
    }

    @Test
    void aSilentNodeIsAHoleThatIsSaidLg11() {
        JsonNode page = shop.client().get(shop.env() + "/logs").json();
        assertThat(page.at("/items/0/type").asText()).isEqualTo("partial");
        assertThat(page.at("/items/0/node_id").asText()).isEqualTo(node.id());
    }

    @Test
    void pagesFollowTheCursorAndACursorOfAnotherQueryIsRefusedLg9() {
        String path = shop.env() + "/logs?since=2026-01-01T00:00:00Z&limit=2";
        CompletableFuture<JsonNode> first =
                CompletableFuture.supplyAsync(() -> shop.client().get(path).json());
        answer(1, 2, 3);
        assertThat(seqs(first.join())).containsExactly(1, 2);
        String cursor = first.join().path("next_cursor").asText();

        CompletableFuture<JsonNode> second = CompletableFuture.supplyAsync(
                () -> shop.client().get(path + "&cursor=" + cursor).json());
        OpenLogs asked = node.nextLogs();
        assertThat(TestNode.query(asked).after()).containsEntry(instance, "boot_1:2");
        TestStream<LogsFromNode, LogsToNode> stream = node.dialLogs(asked.getQueryId());
        stream.send(record(3));
        stream.send(LogsFromNode.newBuilder().setHead(true).build());
        assertThat(seqs(second.join())).containsExactly(3);
        assertThat(second.join().path("next_cursor").isNull()).isTrue();
        assertThat(shop.client()
                        .get(shop.env() + "/logs?stream=stderr&cursor=" + cursor)
                        .code())
                .isEqualTo("cursor_invalid");
    }

    @Test
    void aFollowerGoesOnAfterTheNodeWasCutWithoutLossOrRepeatLg9() throws IOException {
        try (InputStream body = shop.client().stream(shop.env() + "/logs/stream", "application/x-ndjson")
                        .body();
                BufferedReader lines = new BufferedReader(new InputStreamReader(body, StandardCharsets.UTF_8))) {
            TestStream<LogsFromNode, LogsToNode> before = answer(1, 2);
            before.finish();
            OpenLogs again = node.nextLogs();
            assertThat(TestNode.query(again).follow()).isTrue();
            assertThat(TestNode.query(again).after()).containsEntry(instance, "boot_1:2");
            TestStream<LogsFromNode, LogsToNode> after = node.dialLogs(again.getQueryId());
            after.send(record(3));

            List<Integer> seen = new ArrayList<>();
            while (seen.size() < 3) {
                JsonNode line = Json.parse(lines.readLine());
                if (line.path("type").asText().equals("log")) {
                    seen.add(line.path("seq").asInt());
                }
            }
            assertThat(seen).containsExactly(1, 2, 3);
        }
    }
}
