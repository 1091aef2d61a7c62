package dev.vt.images.registry;

import java.util.Map;
import java.util.Optional;

/** Who decides what changes the catalogue. Thread-safe. */
@FunctionalInterface
public interface RegistryLeader {
    /** This server, always. */
    RegistryLeader HERE = (method, target, headers, body) -> Optional.empty();

    /** @param headers names in lower case */
    record Answer(int status, Map<String, String> headers, byte[] body) {}

    /**
     * The answer of the server that decides, asked as its caller asked this one; empty if that is this server.
     *
     * @param target path and query
     * @param headers names in lower case
     * @throws RegistryException {@code UNAVAILABLE} if none is found in time, or it was lost before it answered
     */
    Optional<Answer> ask(String method, String target, Map<String, String> headers, byte[] body);
}
