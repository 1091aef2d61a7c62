package dev.vt.control.http;

/** Answers one call; runs on the connection's virtual thread and may block. Refuses with {@code ProblemException}. */
@FunctionalInterface
public interface Handler {
    Reply handle(Call call);
}
