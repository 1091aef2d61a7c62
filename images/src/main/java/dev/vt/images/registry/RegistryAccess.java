package dev.vt.images.registry;

/** What one authenticated caller may do. */
@FunctionalInterface
public interface RegistryAccess {
    enum Action {
        PULL,
        PUSH,
        DELETE
    }

    /** @param repository path below the host, for example {@code acme/web} */
    boolean allows(String repository, Action action);
}
