package dev.vt.control.http;

import java.time.Duration;

/**
 * How long a client may take.
 *
 * @param read silence within a request
 * @param request for the headers, and again for the body
 * @param write a client that takes nothing for so long is cut off; it resumes its stream by cursor (S28)
 * @param idle between requests, and for a request line
 */
public record Patience(Duration read, Duration request, Duration write, Duration idle) {
    public static final Patience DEFAULT =
            new Patience(Duration.ofSeconds(30), Duration.ofSeconds(60), Duration.ofSeconds(30), Duration.ofMinutes(2));
}
