package dev.vt.control.registry;

import dev.vt.control.feature.Feature;
import dev.vt.control.http.Authenticator;
import dev.vt.control.org.Orgs;
import dev.vt.images.registry.RegistryLimits;
import dev.vt.images.registry.RegistryService;
import dev.vt.images.registry.RegistryStore;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;

/** Mounts the registry on the HTTP port. */
public final class RegistryFeature implements Feature {
    private final RegistryService service;

    /**
     * @param directory where blobs and manifests are kept
     * @throws UncheckedIOException if the directory cannot be made
     */
    public RegistryFeature(Path directory, Authenticator authenticator, Orgs orgs, PullTokens pullTokens, Clock clock) {
        try {
            this.service = new RegistryService(
                    new RegistryStore(directory, RegistryLimits.DEFAULT, clock),
                    new PlatformRegistryAuth(authenticator, orgs, pullTokens));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the registry in " + directory, e);
        }
    }

    @Override
    public String name() {
        return "registry";
    }

    @Override
    public Map<String, HttpService> httpServices() {
        return Map.of("/v2", service);
    }
}
