package dev.vt.control.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * {@code raft.json} of the data directory: that this server keeps its log by Raft, and how it came to it.
 *
 * @param seed the gRPC address of the server through which it joined; empty on the first server of a cluster
 */
public record RaftFile(Optional<URI> seed) {
    private static final String NAME = "raft.json";

    /** Empty in direct mode. */
    public static Optional<RaftFile> load(Path dataDir) {
        Path file = dataDir.resolve(NAME);
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            JsonNode json = Json.parse(Files.readAllBytes(file));
            return Optional.of(new RaftFile(
                    Optional.ofNullable(json.path("seed").textValue()).map(URI::create)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    public void save(Path dataDir) {
        ObjectNode json = Json.object().put("mode", "raft");
        seed.ifPresent(uri -> json.put("seed", uri.toString()));
        DataDir.publish(dataDir.resolve(NAME), json + "\n");
    }
}
