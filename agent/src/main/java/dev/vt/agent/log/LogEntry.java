package dev.vt.agent.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import dev.vt.runtime.channel.LogRecord;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Locale;

/** One stored record. */
sealed interface LogEntry {
    /** When the agent took it, in milliseconds since 1970; never falls within a boot (LG1). */
    long ts();

    /** The record's number, or the last number a gap covers. */
    long seq();

    /**
     * @param stream {@code stdout}, {@code stderr} or {@code system}
     * @param line text, or base64 of what is not UTF-8
     */
    record Line(long ts, long seq, String stream, String line, boolean base64, boolean truncated) implements LogEntry {
        static Line of(LogRecord guest, byte[] bytes, long ts) {
            String stream = guest.stream().name().toLowerCase(Locale.ROOT);
            try {
                String text = StandardCharsets.UTF_8
                        .newDecoder()
                        .onMalformedInput(CodingErrorAction.REPORT)
                        .onUnmappableCharacter(CodingErrorAction.REPORT)
                        .decode(ByteBuffer.wrap(bytes))
                        .toString();
                return new Line(ts, guest.seq(), stream, text, false, guest.truncated());
            } catch (CharacterCodingException e) {
                return new Line(
                        ts, guest.seq(), stream, Base64.getEncoder().encodeToString(bytes), true, guest.truncated());
            }
        }
    }

    /** @param reason {@code ring}, {@code rate} or {@code quota} */
    record Gap(long ts, long fromSeq, long toSeq, String reason) implements LogEntry {
        @Override
        public long seq() {
            return toSeq;
        }
    }

    /** The form in a segment. */
    default byte[] toBytes() {
        ObjectNode json = Json.object();
        json.put("ts", ts());
        switch (this) {
            case Line line -> {
                json.put("seq", line.seq()).put("stream", line.stream()).put("line", line.line());
                if (line.base64()) {
                    json.put("base64", true);
                }
                if (line.truncated()) {
                    json.put("truncated", true);
                }
            }
            case Gap gap ->
                json.put("gap", gap.reason()).put("from", gap.fromSeq()).put("to", gap.toSeq());
        }
        return Json.bytes(json);
    }

    static LogEntry fromBytes(byte[] bytes) {
        JsonNode json = Json.parse(bytes);
        return json.has("gap")
                ? new Gap(
                        json.path("ts").asLong(),
                        json.path("from").asLong(),
                        json.path("to").asLong(),
                        json.path("gap").asText())
                : new Line(
                        json.path("ts").asLong(),
                        json.path("seq").asLong(),
                        json.path("stream").asText(),
                        json.path("line").asText(),
                        json.path("base64").asBoolean(),
                        json.path("truncated").asBoolean());
    }

    /** The form servers and people see (exec-and-logs.md §6). */
    default ObjectNode toRecord(LogOrigin origin, String bootId) {
        ObjectNode json = Json.object();
        json.put("v", 1);
        json.put("type", this instanceof Gap ? "gap" : "log");
        json.put("ts", Instant.ofEpochMilli(ts()).toString());
        if (this instanceof Line line) {
            json.put("seq", line.seq());
        }
        json.put("org_id", origin.orgId());
        json.put("app_id", origin.appId());
        json.put("env_id", origin.envId());
        json.put("process_type", origin.processType());
        json.put("instance_id", origin.instanceId());
        json.put("boot_id", bootId);
        json.put("release_id", origin.releaseId());
        json.put("node_id", origin.nodeId());
        switch (this) {
            case Line line -> {
                json.put("stream", line.stream()).put("line", line.line());
                if (line.truncated()) {
                    json.put("truncated", true);
                }
                if (line.base64()) {
                    json.put("encoding", "base64");
                }
            }
            case Gap gap ->
                json.put("count", gap.toSeq() - gap.fromSeq() + 1)
                        .put("from_seq", gap.fromSeq())
                        .put("to_seq", gap.toSeq())
                        .put("reason", gap.reason());
        }
        return json;
    }
}
