package dev.vt.eventlog;

/**
 * Who caused an event.
 *
 * @param type {@code user}, {@code service_principal}, {@code node}, {@code edge} or {@code system}
 * @param id the actor's id; for {@code system} the component
 */
public record Actor(String type, String id) {
    public static Actor system(String component) {
        return new Actor("system", component);
    }
}
