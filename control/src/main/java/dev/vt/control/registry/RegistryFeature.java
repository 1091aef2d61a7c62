package dev.vt.control.registry;

import dev.vt.control.blob.BlobShelf;
import dev.vt.control.blob.BlobTransport;
import dev.vt.control.blob.BlobUpkeep;
import dev.vt.control.blob.ReplicatedBlobs;
import dev.vt.control.feature.Feature;
import dev.vt.control.feature.Leadership;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.http.Authenticator;
import dev.vt.control.http.Dispatcher;
import dev.vt.control.org.Orgs;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Projection;
import dev.vt.images.registry.BlobPeers;
import dev.vt.images.registry.RegistryLimits;
import dev.vt.images.registry.RegistryService;
import dev.vt.images.registry.RegistryStore;
import dev.vt.kernel.IdSource;
import io.helidon.webserver.http.HttpService;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Mounts the registry on the HTTP port, and keeps its content. */
public final class RegistryFeature implements Feature {
    /**
     * What the registry is made of.
     *
     * @param directory where content is kept
     * @param dispatcher there once the HTTP port is open
     * @param others null in direct mode, where a server's content is its own
     */
    public record Wiring(
            Path directory,
            StateReader state,
            SystemMutations mutations,
            Leadership leadership,
            Authenticator authenticator,
            Orgs orgs,
            PullTokens pullTokens,
            Supplier<Dispatcher> dispatcher,
            @Nullable Others others,
            IdSource ids,
            Clock clock) {}

    /** Servers that hold the same content. */
    public record Others(ReplicatedBlobs.Group group, BlobTransport transport, BlobUpkeep.Confirmation newest) {}

    private final RegistryService service;
    private final BlobUpkeep upkeep;
    private final RegistryStore store;
    private final @Nullable ReplicatedBlobs blobs;

    /** @throws UncheckedIOException if the directory cannot be made */
    public RegistryFeature(Wiring wiring) {
        try {
            this.store = new RegistryStore(wiring.directory(), RegistryLimits.DEFAULT, wiring.clock());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open the registry in " + wiring.directory(), e);
        }
        Others others = wiring.others();
        this.blobs = others == null
                ? null
                : new ReplicatedBlobs(store, others.group(), others.transport(), ReplicatedBlobs.Patience.DEFAULT);
        Repositories repositories = new Repositories(wiring.state(), wiring.mutations(), wiring.leadership());
        this.service = new RegistryService(
                store,
                repositories,
                blobs == null ? BlobPeers.NONE : blobs,
                new LeaderWrites(wiring.dispatcher(), wiring.ids()),
                new PlatformRegistryAuth(
                        wiring.authenticator(),
                        wiring.orgs(),
                        wiring.pullTokens(),
                        repositories,
                        () -> wiring.dispatcher().get().mayBeStale()));
        this.upkeep = new BlobUpkeep(
                wiring.state(), store, blobs, others == null ? limit -> true : others.newest(), wiring.clock());
    }

    @Override
    public String name() {
        return "registry";
    }

    @Override
    public Map<String, HttpService> httpServices() {
        return Map.of("/v2", service);
    }

    @Override
    public void registerEvents(EventSchemas.Builder schemas) {
        schemas.resource(RegistryFeature.class, "repository.events.json");
    }

    @Override
    public List<Projection> coreProjections() {
        return List.of(new RepositoryProjection());
    }

    /** What other servers may ask for; with {@link Wiring#others} only. */
    public BlobShelf shelf() {
        if (blobs == null) {
            throw new IllegalStateException("this server has no others");
        }
        return new BlobShelf(store, blobs);
    }

    /** Begins to keep the content as the log says; the store is open. The caller closes what is returned. */
    public AutoCloseable start() {
        upkeep.start();
        return () -> {
            if (blobs != null) {
                blobs.close();
            }
            upkeep.close();
        };
    }
}
