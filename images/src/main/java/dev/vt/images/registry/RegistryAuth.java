package dev.vt.images.registry;

import java.util.Optional;

/** Decides who may use the registry. Called on every request, by many threads. */
@FunctionalInterface
public interface RegistryAuth {
    /**
     * @param token the password of Basic credentials (any user name) or the Bearer token
     * @return what the caller may do; empty if the token is not valid
     */
    Optional<RegistryAccess> authenticate(byte[] token);
}
