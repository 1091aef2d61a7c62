package dev.vt.control.openapi;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.control.http.Access;
import dev.vt.control.http.Endpoint;
import dev.vt.control.testing.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Routes and contract are the same set, both ways; what every answer must fit is held by {@code testing.Contract}. */
class RoutesAndContractTest {
    @RegisterExtension
    static final TestServer server = TestServer.still();

    @Test
    void everyRouteIsInTheContractAndTheOtherWayRound() {
        Set<String> routes = new TreeSet<>();
        for (Endpoint endpoint : server.control().endpoints()) {
            routes.add(endpoint.method().name().toLowerCase(Locale.ROOT) + " "
                    + endpoint.path().text());
        }
        Set<String> described = new TreeSet<>();
        JsonNode document = server.anonymous().get("/v1/openapi.json").json();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .fieldNames()
                        .forEachRemaining(method -> described.add(method + " " + path.getKey())));
        assertThat(described).isEqualTo(routes);
    }

    @Test
    void everyFragmentIsUsed() throws IOException {
        Set<String> files = new TreeSet<>();
        try (Stream<Path> list = Files.list(Path.of("../api/openapi"))) {
            list.forEach(file -> files.add(file.getFileName().toString()));
        }
        JsonNode paths = server.control().openApi().path("paths");
        for (String file : files) {
            String text = Files.readString(Path.of("../api/openapi", file));
            text.lines()
                    .filter(line -> line.matches("  /\\S+:"))
                    .map(line -> line.strip().replaceFirst(":$", ""))
                    .forEach(path ->
                            assertThat(paths.has(path)).as(file + " " + path).isTrue());
        }
    }

    /** An answer without a declared success, or without the problem, would not be a contract. */
    @Test
    void everyOperationDeclaresASuccessAndTheProblem() {
        server.control()
                .openApi()
                .path("paths")
                .forEach(path -> path.forEach(operation -> {
                    Set<String> statuses = new TreeSet<>();
                    operation.path("responses").fieldNames().forEachRemaining(statuses::add);
                    assertThat(statuses)
                            .as(operation.path("operationId").asText())
                            .contains("default");
                    assertThat(statuses)
                            .as(operation.path("operationId").asText())
                            .anyMatch(status -> status.startsWith("2") || status.equals("101"));
                    assertThat(operation
                                    .at("/responses/default/content/application~1problem+json/schema/$ref")
                                    .asText())
                            .endsWith("/Problem");
                }));
        assertThat(server.control().endpoints())
                .filteredOn(endpoint -> !(endpoint.access() instanceof Access.Anonymous))
                .allMatch(endpoint -> server.control()
                                .openApi()
                                .path("paths")
                                .path(endpoint.path().text())
                                .path(endpoint.method().name().toLowerCase(Locale.ROOT))
                                .path("security")
                                .size()
                        > 0);
    }
}
