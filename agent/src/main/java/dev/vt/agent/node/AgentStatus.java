package dev.vt.agent.node;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.agent.link.NodeIdentity;
import dev.vt.agent.state.StateFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** {@code vt agent status}: what the state files say, whether an agent runs or not. Changes nothing. */
final class AgentStatus {
    private AgentStatus() {}

    static int print(Path dataDir, PrintStream out) {
        Optional<NodeIdentity> identity = NodeIdentity.load(dataDir);
        if (identity.isEmpty()) {
            out.println("not enrolled");
            return 4;
        }
        out.println("node      " + identity.get().nodeId());
        out.println("cluster   " + identity.get().clusterId());
        out.println("overlay   " + identity.get().overlayIpv6());
        readQuietly(dataDir.resolve("plan.json"))
                .ifPresent(
                        plan -> out.println("plan      " + plan.path("plan_id").asText() + " at event "
                                + plan.path("cursor_event_id").asLong()));
        Path objects = dataDir.resolve("objects").resolve("instance");
        if (!Files.isDirectory(objects)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(objects)) {
            files.filter(file -> file.getFileName().toString().endsWith(".json"))
                    .sorted()
                    .flatMap(file -> readQuietly(file).stream())
                    .forEach(record -> out.println("instance  "
                            + record.path("desired").path("instance_id").asText() + " "
                            + record.path("phase").asText() + " "
                            + record.path("boot").path("boot_id").asText() + " "
                            + (record.path("boot").path("marks").has("restored") ? "snapshot" : "cold") + " "
                            + record.path("history").path("reason").asText()));
        } catch (IOException e) {
            throw new UncheckedIOException("could not list the instances", e);
        }
        return 0;
    }

    /** An agent may be writing: what cannot be read is left out, never set aside. */
    private static Optional<JsonNode> readQuietly(Path file) {
        try {
            return Optional.of(StateFiles.LENIENT.readTree(Files.readAllBytes(file)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
