package dev.vt.control.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.control.metric.Families.Family;
import dev.vt.control.testing.TestClient;
import dev.vt.control.testing.TestReply;
import dev.vt.control.testing.TestServer;
import dev.vt.kernel.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class MetricsTest {
    private static final Pattern SERIES = Pattern.compile("([a-z_0-9]+)(?:\\{(.*)})? [0-9.eE+-]+.*");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

    @RegisterExtension
    static final TestServer server = new TestServer();

    private static String busyScrape() {
        TestClient operator = server.operator();
        String org = "/v1/orgs/" + server.orgId();
        for (int i = 0; i < 5; i++) {
            operator.post(org + "/projects", Json.object().put("name", "m-" + i));
            operator.post(org + "/projects", Json.object().put("name", "m-" + i));
            operator.get(org + "/projects/prj_00000000000000000000000000");
        }
        server.control().endpoints().forEach(endpoint -> {
            String path = endpoint.path().text().replaceAll("\\{[^}]*}", "org_00000000000000000000000000");
            server.anonymous().send(endpoint.method().name(), path, null);
        });
        TestReply reply = operator.get("/metrics");
        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.header("Content-Type")).startsWith("application/openmetrics-text");
        return new String(reply.body(), StandardCharsets.UTF_8);
    }

    /** The registry against the scrape of a busy server. */
    @Test
    void everyFamilyIsDeclaredWithItsLabelsAndHasFewSeries_OB1() {
        String scrape = busyScrape();
        Map<String, Integer> series = new TreeMap<>();
        Set<String> families = new TreeSet<>();
        for (String line : scrape.split("\n")) {
            if (line.startsWith("#") || !line.startsWith("vt_")) {
                continue;
            }
            Matcher parsed = SERIES.matcher(line);
            assertThat(parsed.matches()).as(line).isTrue();
            String name = parsed.group(1).replaceFirst("_(bucket|count|sum|max|created)$", "");
            assertThat(Families.exposed()).as("undeclared family: " + line).containsKey(name);
            Family family = Objects.requireNonNull(Families.exposed().get(name));
            families.add(name);
            Matcher labels = LABEL.matcher(parsed.group(2) == null ? "" : parsed.group(2));
            while (labels.find()) {
                if (!labels.group(1).equals("le")) {
                    assertThat(family.labels()).as(line).contains(labels.group(1));
                }
                assertThat(labels.group(2))
                        .as("a label holds no id, address or sentence: " + line)
                        .doesNotContainPattern("[a-z]{2,6}_[0-9a-hjkmnp-tv-z]{26}|@|://|[^ ]* [^ ]* ");
            }
            if (!line.contains("_bucket{")) {
                series.merge(parsed.group(1), 1, Integer::sum);
            }
        }
        assertThat(series.values()).allMatch(count -> count <= Families.MAX_SERIES);
        assertThat(families)
                .contains(
                        "vt_http_requests_total",
                        "vt_http_request_seconds",
                        "vt_log_append_seconds",
                        "vt_apply_seconds",
                        "vt_log_last_event_id",
                        "vt_log_bytes",
                        "vt_apply_lag_entries",
                        "vt_consumer_lag_events",
                        "vt_side_records",
                        "vt_reconcile_runs_total",
                        "vt_build_info");
        assertThat(scrape)
                .contains("jvm_memory_used_bytes", "process_cpu_usage")
                .endsWith("# EOF\n");
    }

    @Test
    void onlyOperatorsScrape() {
        assertThat(server.anonymous().get("/metrics").status()).isEqualTo(401);
        var body = Json.object().put("name", "no-scrape");
        body.putArray("scopes").add("events:read");
        String token = server.operator()
                .post("/v1/auth/tokens", body)
                .json()
                .path("secret")
                .asText();
        assertThat(server.with(token).get("/metrics").code()).isEqualTo("insufficient_scope");
    }

    @Test
    void whatHasTooManySeriesIsCutAndNothingUndeclaredIsWritten_OB1() {
        try (ServerMetrics metrics = new ServerMetrics()) {
            for (int i = 0; i < 500; i++) {
                metrics.answered("GET", "/v1/" + i, 200);
            }
            assertThat(metrics.scrape().lines().filter(line -> line.startsWith("vt_http_requests_total{")))
                    .hasSizeLessThanOrEqualTo(Families.MAX_SERIES)
                    .anyMatch(line -> line.contains("route_template=\"other\""));
            assertThatThrownBy(() -> metrics.count(Families.LOG_REJECTED, "seq", "more"))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> metrics.set(Families.LOG_REJECTED, List.of()))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> new Family("vt_x", Families.Kind.COUNTER, List.of("org_id"), "no"))
                    .isInstanceOf(IllegalArgumentException.class);
            metrics.time(Families.APPLY, Duration.ofMillis(3));
            assertThat(metrics.scrape()).contains("vt_apply_seconds_count 1");
        }
    }
}
