package dev.vt.overlay.name;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Member;
import dev.vt.overlay.Networks;
import dev.vt.overlay.address.Ipv6Prefix;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** network.md §6. */
class NameServerTest {
    private static final Ipv6Prefix WEB = Ipv6Prefix.parse("fd00:0:0:0:101::1");
    private static final Ipv6Prefix JOBS = Ipv6Prefix.parse("fd00:0:0:0:102::1");
    private static final Ipv6Prefix STRANGER = Ipv6Prefix.parse("fd00:0:0:0:103::9");
    private static final InetAddress LOOPBACK = InetAddress.ofLiteral("::1");

    private final Zone zone = Zone.of(Networks.of(
            List.of(
                    new Environment(
                            "env_a",
                            "prod.shop.acme",
                            true,
                            true,
                            List.of(
                                    new Member("inst_01a", "web", WEB.address(), true, List.of(8080)),
                                    new Member("inst_01b", "web", "fd00:0:0:0:102::2", true, List.of(8080)),
                                    new Member("inst_01c", "web", "fd00:0:0:0:102::3", false, List.of(8080)))),
                    new Environment(
                            "env_b",
                            "test.shop.acme",
                            true,
                            true,
                            List.of(new Member("inst_02a", "jobs", JOBS.address(), true, List.of(9000))))),
            List.of()));

    @Test
    void aProcessIsItsReadyInstancesRotated() {
        Set<List<String>> orders = new HashSet<>();
        for (int rotation = 0; rotation < 4; rotation++) {
            Message answer = ask(zone, WEB, "web.prod.shop.acme.vt.internal.", Type.AAAA, rotation);
            assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
            assertThat(answer.getHeader().getFlag(Flags.AA)).isTrue();
            assertThat(answer.getSection(Section.ANSWER))
                    .allSatisfy(record -> assertThat(record.getTTL()).isEqualTo(5));
            orders.add(addresses(answer));
        }
        assertThat(orders)
                .containsExactlyInAnyOrder(
                        List.of(WEB.address(), "fd00::102:0:0:2"), List.of("fd00::102:0:0:2", WEB.address()));
    }

    @Test
    void caseDoesNotMatterAndTheAnswerKeepsIt() {
        Message answer = ask(zone, WEB, "Web.PROD.shop.acme.VT.internal.", Type.AAAA, 0);

        assertThat(addresses(answer)).hasSize(2);
        assertThat(answer.getSection(Section.ANSWER).getFirst().getName().toString())
                .startsWith("Web.PROD");
    }

    @Test
    void anInstanceHasANameOfItsOwnWhetherReadyOrNot() {
        assertThat(addresses(ask(zone, WEB, "inst-01c.i.vt.internal.", Type.AAAA, 0)))
                .containsExactly("fd00::102:0:0:3");
    }

    @Test
    void atMostEightAddressesAreGiven() {
        List<Member> members = IntStream.range(1, 20)
                .mapToObj(i -> new Member("inst_" + i, "web", "fd00:0:0:0:101::" + i, true, List.of()))
                .toList();
        Zone large = Zone.of(Networks.of(List.of(new Environment("env_a", "e.a.o", true, true, members)), List.of()));

        assertThat(addresses(ask(large, WEB, "web.e.a.o.vt.internal.", Type.AAAA, 3)))
                .hasSize(8);
    }

    @Test
    void aServiceIsFoundByItsPort() {
        Message answer = ask(zone, WEB, "_8080._tcp.web.prod.shop.acme.vt.internal.", Type.SRV, 0);

        assertThat(answer.getSection(Section.ANSWER))
                .singleElement()
                .satisfies(record ->
                        assertThat(record.rdataToString()).isEqualTo("0 0 8080 web.prod.shop.acme.vt.internal."));
        assertThat(answer.getSection(Section.ADDITIONAL)).hasSize(2);
        assertThat(ask(zone, WEB, "_8081._tcp.web.prod.shop.acme.vt.internal.", Type.SRV, 0)
                        .getRcode())
                .isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void aNameThatPolicyDoesNotLetTheAskerReachIsNoName() {
        for (String name : List.of("web.prod.shop.acme.vt.internal.", "inst-01a.i.vt.internal.", "none.vt.internal.")) {
            for (Ipv6Prefix asker : List.of(JOBS, STRANGER)) {
                Message answer = ask(zone, asker, name, Type.AAAA, 0);
                assertThat(answer.getRcode()).as("%s for %s", name, asker).isEqualTo(Rcode.NXDOMAIN);
                assertThat(answer.getSection(Section.AUTHORITY).getFirst().getTTL())
                        .isEqualTo(2);
            }
        }
    }

    @Test
    void anAllowanceMakesItVisibleOneWay() {
        Zone allowed = Zone.of(Networks.of(
                List.of(
                        new Environment(
                                "env_a",
                                "a.app.org",
                                true,
                                true,
                                List.of(new Member("inst_a", "web", WEB.address(), true, List.of()))),
                        new Environment(
                                "env_b",
                                "b.app.org",
                                false,
                                true,
                                List.of(new Member("inst_b", "jobs", JOBS.address(), true, List.of())))),
                List.of(new Allowance("env_b", "env_a", 8080))));

        assertThat(addresses(ask(allowed, JOBS, "web.a.app.org.vt.internal.", Type.AAAA, 0)))
                .hasSize(1);
        assertThat(ask(allowed, WEB, "jobs.b.app.org.vt.internal.", Type.AAAA, 0)
                        .getRcode())
                .isEqualTo(Rcode.NXDOMAIN);
        assertThat(ask(allowed, JOBS, "jobs.b.app.org.vt.internal.", Type.AAAA, 0)
                        .getRcode())
                .as("P1 is closed there")
                .isEqualTo(Rcode.NXDOMAIN);
    }

    @Test
    void ofTwoEnvironmentsWithOneNameEachAskerSeesItsOwn() {
        Zone both = Zone.of(Networks.of(
                List.of(
                        new Environment(
                                "env_a",
                                "prod.app.org",
                                true,
                                true,
                                List.of(new Member("inst_a", "web", WEB.address(), true, List.of()))),
                        new Environment(
                                "env_b",
                                "prod.app.org",
                                true,
                                true,
                                List.of(new Member("inst_b", "web", JOBS.address(), true, List.of())))),
                List.of(new Allowance("env_b", "env_a", 8080))));

        assertThat(addresses(ask(both, WEB, "web.prod.app.org.vt.internal.", Type.AAAA, 0)))
                .containsExactly(WEB.address());
        assertThat(addresses(ask(both, JOBS, "web.prod.app.org.vt.internal.", Type.AAAA, 0)))
                .containsExactly(JOBS.address());
    }

    @Test
    void anExistingNameWithoutSuchRecordsIsNoError() {
        Message answer = ask(zone, WEB, "web.prod.shop.acme.vt.internal.", Type.A, 0);

        assertThat(answer.getRcode()).isEqualTo(Rcode.NOERROR);
        assertThat(answer.getSection(Section.ANSWER)).isEmpty();
        assertThat(answer.getSection(Section.AUTHORITY)).hasSize(1);
    }

    @Test
    void itAnswersOverUdpAndTcpAndTakesNewNames() throws Exception {
        try (NameServer server = NameServer.open(LOOPBACK, 0, List.of())) {
            assertThat(udp(server, query("web.e.a.o.vt.internal.")).getRcode()).isEqualTo(Rcode.NXDOMAIN);

            server.use(Zone.of(Networks.of(
                    List.of(new Environment(
                            "env_a",
                            "e.a.o",
                            true,
                            true,
                            List.of(
                                    new Member("inst_me", "me", "::1", true, List.of()),
                                    new Member("inst_w", "web", WEB.address(), true, List.of())))),
                    List.of())));

            assertThat(addresses(udp(server, query("web.e.a.o.vt.internal.")))).containsExactly(WEB.address());
            assertThat(addresses(tcp(server, query("web.e.a.o.vt.internal.")))).containsExactly(WEB.address());
            assertThat(udp(server, query("example.org.")).getRcode())
                    .as("no upstream")
                    .isEqualTo(Rcode.REFUSED);
        }
    }

    @Test
    void otherNamesGoUpstream() throws Exception {
        try (DatagramSocket upstream = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0));
                NameServer server = NameServer.open(
                        LOOPBACK, 0, List.of(new InetSocketAddress(LOOPBACK, upstream.getLocalPort())))) {
            Thread.ofVirtual().start(() -> answerOnce(upstream));

            Message answer = udp(server, query("example.org."));

            assertThat(answer.getRcode()).isEqualTo(Rcode.NOTAUTH);
            assertThat(answer.getQuestion().getName()).hasToString("example.org.");
        }
    }

    @Test
    void withoutAnAnswerFromUpstreamTheServerSaysSo() throws Exception {
        int closed;
        try (DatagramSocket socket = new DatagramSocket(new InetSocketAddress(LOOPBACK, 0))) {
            closed = socket.getLocalPort();
        }
        try (NameServer server = NameServer.open(LOOPBACK, 0, List.of(new InetSocketAddress(LOOPBACK, closed)))) {
            assertThat(udp(server, query("example.org.")).getRcode()).isEqualTo(Rcode.SERVFAIL);
        }
    }

    @Test
    void moreThanTwoHundredQueriesInASecondAreRefused() {
        QueryRate rate = new QueryRate();
        int taken = 0;
        for (int i = 0; i < 300; i++) {
            taken += rate.take(WEB, 1_000) ? 1 : 0;
        }

        assertThat(taken).isEqualTo(200);
        assertThat(rate.take(JOBS, 1_000)).as("another asker").isTrue();
        assertThat(rate.take(WEB, 1_000_000_000L)).as("a second later").isTrue();
    }

    @Property(tries = 200)
    void whateverArrivesTheServerGoesOn(@ForAll @Size(max = 200) byte[] bytes) throws Exception {
        try (NameServer server = NameServer.open(LOOPBACK, 0, List.of());
                DatagramSocket socket = new DatagramSocket()) {
            socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(LOOPBACK, server.port())));

            assertThatCode(() -> udp(server, query("web.e.a.o.vt.internal."))).doesNotThrowAnyException();
        }
    }

    private static void answerOnce(DatagramSocket upstream) {
        try {
            DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
            upstream.receive(packet);
            Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
            byte[] answer = QueryAnswers.reply(query, Rcode.NOTAUTH).toWire();
            upstream.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        } catch (IOException e) {
            throw new IllegalStateException("the upstream of the test failed", e);
        }
    }

    private static Message ask(Zone zone, Ipv6Prefix asker, String name, int type, int rotation) {
        return QueryAnswers.answer(zone, asker, query(name, type), rotation);
    }

    private static Message query(String name) {
        return query(name, Type.AAAA);
    }

    private static Message query(String name, int type) {
        return Message.newQuery(Record.newRecord(Name.fromConstantString(name), type, DClass.IN));
    }

    private static List<String> addresses(Message answer) {
        return answer.getSection(Section.ANSWER).stream()
                .map(record -> Ipv6Prefix.parse(record.rdataToString()).address())
                .toList();
    }

    private static Message udp(NameServer server, Message query) throws IOException {
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(10_000);
            byte[] bytes = query.toWire();
            socket.send(new DatagramPacket(bytes, bytes.length, new InetSocketAddress(LOOPBACK, server.port())));
            DatagramPacket answer = new DatagramPacket(new byte[1500], 1500);
            socket.receive(answer);
            return new Message(Arrays.copyOf(answer.getData(), answer.getLength()));
        }
    }

    private static Message tcp(NameServer server, Message query) throws IOException {
        try (Socket socket = new Socket(LOOPBACK, server.port())) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            byte[] bytes = query.toWire();
            out.writeShort(bytes.length);
            out.write(bytes);
            DataInputStream in = new DataInputStream(socket.getInputStream());
            return new Message(in.readNBytes(in.readUnsignedShort()));
        }
    }
}
