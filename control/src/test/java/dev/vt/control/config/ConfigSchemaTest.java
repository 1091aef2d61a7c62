package dev.vt.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.config.ConfigSchema.Reading;
import dev.vt.control.config.ConfigSchema.Violation;
import dev.vt.kernel.Json;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class ConfigSchemaTest {
    private static List<Violation> violations(String document) {
        return ConfigSchema.read(ConfigDocuments.parse(document)) instanceof Reading.Invalid(List<Violation> found)
                ? found
                : List.of();
    }

    @Test
    void theDefaultsAreValidAndComplete() {
        Reading reading = ConfigSchema.read(Json.object());

        assertThat(reading).isInstanceOf(Reading.Valid.class);
        Reading.Valid valid = (Reading.Valid) reading;
        assertThat(valid.config()).isEqualTo(ClusterConfig.DEFAULT);
        assertThat(ConfigSchema.flat(valid.document()).keySet())
                .containsExactlyInAnyOrderElementsOf(
                        ConfigSchema.keys().stream().map(ConfigKey::path).toList());
        assertThat(ConfigSchema.read(valid.document())).isEqualTo(valid);
        assertThat(valid.document().fieldNames())
                .toIterable()
                .containsExactly(
                        "raft",
                        "gossip",
                        "detection",
                        "scheduler",
                        "ha",
                        "network",
                        "edge",
                        "storage",
                        "backup",
                        "retention",
                        "limits",
                        "sites");
    }

    @Test
    void keysHaveTheirUnitInTheirName() {
        ClusterConfig config = ConfigDocuments.of("""
                {"detection": {"suspect_after_seconds": 20}, "scheduler": {"edge_drain_delay_ms": 250,
                 "reserved_memory_bytes": 1024}, "network": {"address_cooldown_hours": 2}}""");

        assertThat(config.detection().suspectAfter()).isEqualTo(Duration.ofSeconds(20));
        assertThat(config.scheduler().edgeDrainDelay()).isEqualTo(Duration.ofMillis(250));
        assertThat(config.scheduler().reservedMemory().bytes()).isEqualTo(1024);
        assertThat(config.network().addressCooldown()).isEqualTo(Duration.ofHours(2));
    }

    @Test
    void everythingIsReportedAtOnce_C1() {
        List<Violation> found = violations("""
                {"raft": {"desired_voter": 3, "desired_voters": 8}, "detektion": {}, "limits": 7,
                 "scheduler": {"strategy": "random", "driver_order": ["qemu", "qemu"], "rebalance": 1,
                               "max_replacements": "3"}}""");

        assertThat(found)
                .extracting(Violation::path, Violation::code)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("detektion", "unknown_key"),
                        org.assertj.core.groups.Tuple.tuple("limits", "invalid_type"),
                        org.assertj.core.groups.Tuple.tuple("raft.desired_voter", "unknown_key"),
                        org.assertj.core.groups.Tuple.tuple("raft.desired_voters", "out_of_range"),
                        org.assertj.core.groups.Tuple.tuple("scheduler.driver_order", "not_allowed"),
                        org.assertj.core.groups.Tuple.tuple("scheduler.max_replacements", "invalid_type"),
                        org.assertj.core.groups.Tuple.tuple("scheduler.rebalance", "invalid_type"),
                        org.assertj.core.groups.Tuple.tuple("scheduler.strategy", "not_allowed"));
        assertThat(found.get(0).nearest()).isEqualTo("detection");
        assertThat(found.get(2).nearest()).isEqualTo("raft.desired_voters");
    }

    @Test
    void rulesBetweenKeysAreReportedTogether_C1() {
        List<Violation> found = violations("""
                {"detection": {"suspect_after_seconds": 90}, "ha": {"guard_kill_after_seconds": 70}}""");

        assertThat(found)
                .extracting(Violation::path)
                .containsExactly(
                        "detection.suspect_after_seconds",
                        "ha.guard_kill_after_seconds",
                        "ha.guard_kill_after_seconds");
        assertThat(found).extracting(Violation::code).containsOnly("conflict");
    }

    @Test
    void everyRangeIsHeldAtBothEnds() {
        for (ConfigKey key : ConfigSchema.keys()) {
            if (!key.byDefault().isIntegralNumber()) {
                continue;
            }
            for (long outside : new long[] {key.rules().min() - 1, key.rules().max() + 1}) {
                ObjectNode document = Json.object();
                document.putObject(key.section()).put(key.name(), outside);
                assertThat(ConfigSchema.read(document))
                        .as(key.path() + " = " + outside)
                        .isInstanceOf(Reading.Invalid.class);
            }
            assertThat(key.wrong(Json.toTree(key.rules().min()))).as(key.path()).isEmpty();
            assertThat(key.wrong(Json.toTree(key.rules().max()))).as(key.path()).isEmpty();
        }
    }

    @Test
    void evenVotersAreAdviceAndNoViolation_C1() {
        ClusterConfig four = ConfigDocuments.of("{\"raft\": {\"desired_voters\": 4}}");

        assertThat(ConfigRules.advice(four, true))
                .extracting(ConfigRules.Advice::code)
                .containsExactly("even_voters");
        assertThat(ConfigRules.advice(four, false))
                .extracting(ConfigRules.Advice::code)
                .containsExactly("even_voters", "not_raft");
        assertThat(ConfigRules.advice(ClusterConfig.DEFAULT, false)).isEmpty();
    }

    @Test
    void whatAnotherProgramFoundValidIsReadAsFarAsItIsUnderstood() {
        ClusterConfig config = ConfigSchema.lenient(ConfigDocuments.parse("""
                {"raft": {"desired_voters": 5, "brand_new": true}, "future": {"x": 1}, "limits": {"page_items": 100000}}"""));

        assertThat(config.raft().desiredVoters()).isEqualTo(5);
        assertThat(config.limits().pageItems()).isEqualTo(200);
    }

    @Property(tries = 500)
    void noDocumentIsTooOdd_C1(@ForAll("documents") ObjectNode document) {
        switch (ConfigSchema.read(document)) {
            case Reading.Invalid(List<Violation> found) -> assertThat(found).isNotEmpty();
            case Reading.Valid(ObjectNode complete, ClusterConfig config) -> {
                assertThat(ConfigSchema.read(complete)).isEqualTo(new Reading.Valid(complete, config));
                assertThat(ConfigSchema.lenient(document)).isEqualTo(config);
            }
        }
        ConfigSchema.lenient(document);
    }

    @Provide
    Arbitrary<ObjectNode> documents() {
        List<ConfigKey> keys = ConfigSchema.keys();
        Arbitrary<String> path = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(8, Arbitraries.of(keys).map(ConfigKey::path)),
                net.jqwik.api.Tuple.of(1, Arbitraries.strings().ofMaxLength(12).map(s -> s + "." + s)));
        Arbitrary<JsonNode> value = Arbitraries.oneOf(
                Arbitraries.longs().map(Json::toTree),
                Arbitraries.longs().between(0, 5000).map(Json::toTree),
                Arbitraries.doubles().map(Json::toTree),
                Arbitraries.of(true, false).map(Json::toTree),
                Arbitraries.strings().ofMaxLength(20).map(Json::toTree),
                Arbitraries.of("{}", "[]", "null", "[1]", "{\"a\":[]}", "99999999999999999999", "\"spread\"")
                        .map(Json::parse));
        return Combinators.combine(path, value)
                .as((where, what) -> java.util.Map.entry(where, what))
                .list()
                .ofMaxSize(6)
                .map(entries -> {
                    ObjectNode out = Json.object();
                    entries.forEach(entry -> {
                        int dot = entry.getKey().indexOf('.');
                        out.withObjectProperty(entry.getKey().substring(0, dot))
                                .set(entry.getKey().substring(dot + 1), entry.getValue());
                    });
                    return out;
                });
    }
}
