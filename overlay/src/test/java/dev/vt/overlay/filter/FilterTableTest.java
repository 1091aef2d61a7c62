package dev.vt.overlay.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodeNetwork.Allowance;
import dev.vt.api.node.NodeNetwork.Environment;
import dev.vt.api.node.NodeNetwork.Member;
import dev.vt.api.node.NodeNetwork.RoutedPort;
import dev.vt.overlay.Networks;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The text that nft reads, to be read by people; what it does to packets is {@link FilterPacketsTest}'s. */
class FilterTableTest {
    private static final Path GOLDEN = Path.of("src/test/golden/filter/two-environments.nft");

    @Test
    void theTableOfAPlanIsTheGoldenOne() throws Exception {
        NodeNetwork network = Networks.of(
                List.of(),
                List.of(
                        new Environment(
                                "env_a",
                                "prod.shop.acme",
                                true,
                                true,
                                List.of(
                                        new Member("inst_1", "web", "fd00:0:0:0:101::1", true, List.of(8080)),
                                        new Member("inst_2", "web", "fd00:0:0:0:102::1", true, List.of(8080)))),
                        new Environment(
                                "env_b",
                                "test.shop.acme",
                                false,
                                false,
                                List.of(new Member("inst_3", "db", "fd00:0:0:0:101::2", true, List.of(5432))))),
                List.of(
                        new RoutedPort("fd00:0:0:0:101::1", 8080, false),
                        new RoutedPort("fd00:0:0:0:101::1", 8443, true)),
                List.of(new Allowance("env_a", "env_b", 5432)),
                List.of("192.0.2.1", "fd99::1"));

        String text = FilterTable.text(
                FilterScope.of("node_01k9zj3v8q7h2m4n5p6r7s8t9v"),
                network,
                List.of("fd99::5", "192.0.2.5", "fd99::1"),
                48213);

        if (Boolean.getBoolean("vt.golden.write")) {
            Files.createDirectories(GOLDEN.getParent());
            Files.writeString(GOLDEN, text);
        }
        assertThat(text).isEqualTo(Files.readString(GOLDEN));
    }

    @Test
    void aNodeWithoutInstancesStillDropsByDefault() {
        assertThat(FilterTable.text(
                        FilterScope.of("node_01k9zj3v8q7h2m4n5p6r7s8t9v"),
                        Networks.of(List.of(), List.of()),
                        List.of(),
                        1))
                .contains("ip6 daddr fd00::/64 counter name p2 drop");
    }
}
