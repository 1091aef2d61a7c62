package dev.vt.scheduler;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Digests;
import dev.vt.kernel.Json;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The {@code group_spec_hash}: what an instance is, as one word (scheduler.md §1). Routes, placement, scaling and deploy
 * knobs are not part of it, so changing them restarts nothing.
 */
public final class GroupSpecHash {
    private static final List<String> PROCESS_KEYS = List.of(
            "command",
            "workdir",
            "user",
            "vars",
            "prestart",
            "prestart_timeout_seconds",
            "resources",
            "ports",
            "health",
            "stop",
            "restart");

    private GroupSpecHash() {}

    /** A volume mounted by the process. */
    public record Attachment(String volumeId, String path, boolean readOnly) {}

    /**
     * @param process the process's section of the effective manifest; other keys are ignored
     * @param attachments in any order
     * @param restartId of the newest {@code env.restart_requested} for the process
     * @param driver null: left to the node
     * @return {@code sha256:} and 64 hexadecimal digits
     */
    public static String compute(
            String releaseId,
            JsonNode process,
            List<Attachment> attachments,
            @Nullable String secretsVersionId,
            @Nullable String restartId,
            @Nullable String driver) {
        ObjectNode document = Json.object();
        document.put("release_id", releaseId);
        ObjectNode kept = document.putObject("process");
        for (String key : PROCESS_KEYS) {
            JsonNode value = process.get(key);
            if (value != null && !value.isNull()) {
                kept.set(key, value);
            }
        }
        ArrayNode mounts = document.putArray("attachments");
        attachments.stream()
                .sorted(Comparator.comparing(Attachment::volumeId).thenComparing(Attachment::path))
                .forEach(attachment -> mounts.addObject()
                        .put("volume_id", attachment.volumeId())
                        .put("path", attachment.path())
                        .put("read_only", attachment.readOnly()));
        document.put("secrets_version_id", secretsVersionId == null ? "none" : secretsVersionId);
        document.put("restart_id", restartId);
        document.put("driver", driver);
        return Digests.ofJson(document);
    }
}
