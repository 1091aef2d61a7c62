package dev.vt.control.exec;

import static dev.vt.control.testing.TestNode.await;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.proto.ExecFromNode;
import dev.vt.api.proto.ExecToNode;
import dev.vt.api.proto.OpenExec;
import dev.vt.control.testing.Shop;
import dev.vt.control.testing.TestNode;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.control.testing.TestSocket;
import dev.vt.control.testing.TestStream;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Client ⇄ WebSocket ⇄ server ⇄ gRPC ⇄ agent in memory. */
class ExecSessionTest {
    private static final int STDIN = 0x01;
    private static final int STDOUT = 0x02;
    private static final int STDERR = 0x03;
    private static final int CONTROL = 0x10;
    private static final int EXIT = 0x11;

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
        await(
                "it is ready",
                () -> shop.client()
                        .get(shop.org() + "/instances/" + instance)
                        .json()
                        .path("status")
                        .asText()
                        .equals("ready"));
    }

    @AfterEach
    void leave() {
        node.close();
    }

    private static ObjectNode command(String... words) {
        ObjectNode body = Json.object();
        Arrays.asList(words).forEach(body.putArray("command")::add);
        return body;
    }

    private TestReply grant(ObjectNode body) {
        return shop.client().post(shop.org() + "/instances/" + instance + "/exec", body);
    }

    private static String token(TestReply grant) {
        return grant.json().path("secret").asText();
    }

    private TestSocket connect(TestReply grant) {
        return TestSocket.open(server, grant.resource().path("connect_url").asText());
    }

    private static String hello(String token) {
        return Json.object()
                .put("type", "hello")
                .put("v", 1)
                .put("token", token)
                .put("cols", 100)
                .put("rows", 30)
                .toString();
    }

    private JsonNode session(TestReply grant) {
        return shop.client().get(shop.org() + "/exec-sessions/" + grant.id()).json();
    }

    private static String text(ExecToNode message) {
        byte[] frame = message.getFrame().toByteArray();
        return frame[0] + ":" + new String(frame, 1, frame.length - 1, StandardCharsets.UTF_8);
    }

    @Test
    void bytesAndTheExitCodeGoThroughUnchangedEx6() {
        TestReply grant = grant(command("cat", "--password", "hunter2"));
        assertThat(grant.status()).as(grant.toString()).isEqualTo(201);
        try (TestSocket socket = connect(grant)) {
            socket.send(CONTROL, hello(token(grant)));
            OpenExec asked = node.nextExec();
            TestStream<ExecFromNode, ExecToNode> agent = node.dialExec(asked.getExecId());

            assertThat(asked.getArgvList()).containsExactly("cat", "--password", "hunter2");
            assertThat(asked.getCols()).isEqualTo(100);
            assertThat(socket.next(CONTROL)).contains("welcome");
            socket.send(STDIN, "in");
            socket.send(CONTROL, "{\"type\":\"eof\"}");
            assertThat(text(agent.next())).isEqualTo("1:in");
            assertThat(text(agent.next())).isEqualTo("16:{\"type\":\"eof\"}");
            agent.send(TestNode.frame(STDOUT, new byte[] {0, -1, 7}));
            agent.send(TestNode.frame(STDERR, "err".getBytes(StandardCharsets.UTF_8)));
            agent.send(
                    TestNode.frame(EXIT, "{\"exit_code\":3,\"reason\":\"exited\"}".getBytes(StandardCharsets.UTF_8)));
            agent.finish();

            assertThat(socket.next()).containsExactly(STDOUT, 0, -1, 7);
            assertThat(socket.next(STDERR)).isEqualTo("err");
            assertThat(Json.parse(socket.next(EXIT)).path("exit_code").asInt()).isEqualTo(3);
            assertThat(socket.closeCode()).isEqualTo(1000);
            assertThat(agent.end().isOk()).isTrue();
        }
        assertThat(session(grant).path("status").asText()).isEqualTo("ended");
        assertThat(session(grant).path("exit_code").asInt()).isEqualTo(3);
        assertThat(shop.client().get(shop.org() + "/events?limit=1000").json().toString())
                .doesNotContain("hunter2")
                .doesNotContain(token(grant));
    }

    @Test
    void aGrantWorksOnceAndOnlyWithItsTokenEx2() {
        TestReply grant = grant(command("true"));
        try (TestSocket wrong = connect(grant)) {
            wrong.send(CONTROL, hello("vt_xg_" + "A".repeat(43)));
            assertThat(wrong.closeCode()).isEqualTo(4401);
        }
        try (TestSocket first = connect(grant)) {
            first.send(CONTROL, hello(token(grant)));
            node.nextExec();
            try (TestSocket replay = connect(grant)) {
                replay.send(CONTROL, hello(token(grant)));
                assertThat(replay.closeCode()).isEqualTo(4401);
            }
        }
    }

    @Test
    void framesThatBreakTheProtocolCloseTheSocketEx5() {
        TestReply grant = grant(command("true"));
        try (TestSocket text = connect(grant);
                TestSocket early = connect(grant);
                TestSocket version = connect(grant)) {
            text.sendText("hello");
            early.send(STDIN, "x");
            version.send(CONTROL, hello(token(grant)).replace("\"v\":1", "\"v\":2"));
            assertThat(text.closeCode()).isEqualTo(4400);
            assertThat(early.closeCode()).isEqualTo(4400);
            assertThat(version.closeCode()).isEqualTo(4406);
        }
        try (TestSocket large = connect(grant)) {
            large.send(CONTROL, hello(token(grant)));
            node.dialExec(node.nextExec().getExecId());
            assertThat(large.next(CONTROL)).contains("welcome");
            large.send(STDIN, new byte[64 * 1024 + 1]);
            assertThat(large.closeCode()).isEqualTo(1009);
        }
    }

    @Test
    void aClientThatGoesAwayEndsTheCommandEx11() {
        TestReply grant = grant(command("sleep", "9"));
        try (TestSocket socket = connect(grant)) {
            socket.send(CONTROL, hello(token(grant)));
            TestStream<ExecFromNode, ExecToNode> agent =
                    node.dialExec(node.nextExec().getExecId());
            assertThat(socket.next(CONTROL)).contains("welcome");
            socket.abort();
            assertThat(agent.end().isOk()).isTrue();
        }
        await("ended", () -> session(grant).path("end_reason").asText().equals("client_disconnect"));
    }

    @Test
    void revokingTellsTheAgentAndEndsTheSessionEx12() {
        TestReply grant = grant(command("sleep", "9"));
        try (TestSocket socket = connect(grant)) {
            socket.send(CONTROL, hello(token(grant)));
            node.dialExec(node.nextExec().getExecId());
            assertThat(socket.next(CONTROL)).contains("welcome");
            shop.client().delete(shop.org() + "/exec-sessions/" + grant.id());
            assertThat(node.nextRevoke().getExecId()).isEqualTo(grant.id());
        }
        assertThat(session(grant).path("end_reason").asText()).isEqualTo("operator_revoked");
    }

    @Test
    void whatCannotBeGrantedIsRefused() {
        assertThat(grant(command()).code()).isEqualTo("invalid_argument");
        assertThat(grant(command("true").put("resume_grace_s", 60)).code()).isEqualTo("not_supported");
        assertThat(shop.client()
                        .post(shop.org() + "/instances/inst_00000000000000000000000000/exec", command("true"))
                        .code())
                .isEqualTo("not_found");
        grant(command("one"));
        grant(command("two"));
        assertThat(grant(command("three")).code()).isEqualTo("exec_limit");
        node.disconnect();
        await("no link", () -> !server.control().nodeLinks().isConnected(node.id()));
        assertThat(grant(command("true")).code()).isEqualTo("node_unreachable");
        node = node.restarted();
    }
}
