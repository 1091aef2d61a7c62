package dev.vt.control.enrollment;

/** Is told of every renewal that was asked for. Called on the callers' threads: implementations only count. */
@FunctionalInterface
public interface RenewalObserver {
    /**
     * @param kind {@code node}, {@code edge}, or {@code unknown} if the request does not prove it
     * @param result {@code renewed}, {@code repeated}, or the code of the refusal
     */
    void renewed(String kind, String result);
}
