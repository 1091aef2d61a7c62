package dev.vt.images;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parts of an OCI image configuration that decide how the image runs.
 *
 * @param os as the image says
 * @param architecture as the image says
 * @param entrypoint comes before {@code cmd} when a process has no command of its own
 * @param cmd arguments of the entry point, or the whole command
 * @param env {@code NAME=value}, in the image's order
 * @param workingDir absent: {@code /}
 * @param user absent: root; name or number, optionally {@code :group}
 * @param stopSignal absent: the platform's default
 * @param exposedPorts as written, for example {@code 8080/tcp}, sorted
 */
@JsonNaming(SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ImageConfig(
        String os,
        String architecture,
        List<String> entrypoint,
        List<String> cmd,
        List<String> env,
        @Nullable String workingDir,
        @Nullable String user,
        @Nullable String stopSignal,
        List<String> exposedPorts) {
    public ImageConfig {
        entrypoint = List.copyOf(entrypoint);
        cmd = List.copyOf(cmd);
        env = List.copyOf(env);
        exposedPorts = List.copyOf(exposedPorts);
    }

    /** Reads {@code application/vnd.oci.image.config.v1+json} and Docker's form of it; unknown fields are ignored. */
    public static ImageConfig ofOci(JsonNode document) {
        JsonNode config = document.path("config");
        List<String> ports = new ArrayList<>();
        config.path("ExposedPorts").fieldNames().forEachRemaining(ports::add);
        ports.sort(null);
        return new ImageConfig(
                document.path("os").asText(""),
                document.path("architecture").asText(""),
                texts(config.path("Entrypoint")),
                texts(config.path("Cmd")),
                texts(config.path("Env")),
                textOrNull(config.path("WorkingDir")),
                textOrNull(config.path("User")),
                textOrNull(config.path("StopSignal")),
                ports);
    }

    public Platform platform() {
        return new Platform(os, architecture);
    }

    private static List<String> texts(JsonNode array) {
        List<String> result = new ArrayList<>();
        array.forEach(element -> result.add(element.asText()));
        return result;
    }

    private static @Nullable String textOrNull(JsonNode node) {
        return node.isTextual() && !node.asText().isEmpty() ? node.asText() : null;
    }
}
