package dev.vt.images.registry;

/** What one authenticated caller may do. */
public interface RegistryAccess {
    enum Action {
        PULL,
        PUSH,
        DELETE
    }

    /**
     * Who writes.
     *
     * @param type for example {@code user}
     */
    record Author(String type, String id) {}

    /** @param repository path below the host, for example {@code acme/web} */
    boolean allows(String repository, Action action);

    Author author();

    /** Whether it may pull by digest what was deleted and is still kept: nodes may, because releases go on naming it. */
    boolean pullsDeleted();
}
