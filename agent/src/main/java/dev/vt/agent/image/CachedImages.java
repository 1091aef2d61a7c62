package dev.vt.agent.image;

import dev.vt.agent.instance.BootException;
import dev.vt.agent.instance.NodeServices;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageException;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.rootfs.ImageCache;
import dev.vt.images.rootfs.ImageRequest;
import dev.vt.images.rootfs.RootFilesystem;

/**
 * Root file systems from the node's cache. Safe for any thread: the cache shares one pull and one build per digest between
 * all that wait, and an interrupted waiter leaves the others alone.
 */
public final class CachedImages implements NodeServices.Images {
    private final ImageCache cache;
    private final Credentials credentials;

    /** Short-lived rights to pull, from a server. */
    public interface Credentials {
        /** Anonymous and TLS if no server answers: the image may be in the cache, or public. */
        Pull forPull(String repository, String instanceId) throws InterruptedException;
    }

    /** @param plainHttp whether the cluster allows this registry without TLS */
    public record Pull(RegistryCredentials credentials, boolean plainHttp) {}

    public CachedImages(ImageCache cache, Credentials credentials) {
        this.cache = cache;
        this.credentials = credentials;
    }

    @Override
    public RootFilesystem rootfs(String instanceId, WorkloadSpec.Image image) throws InterruptedException {
        try {
            cache.pin(instanceId, image.digest());
            Pull pull = credentials.forPull(image.repository(), instanceId);
            return cache.rootfs(
                    new ImageRequest(image.repository(), image.digest(), image.os(), image.arch(), pull.plainHttp()),
                    pull.credentials());
        } catch (ImageException e) {
            throw new BootException(e.failure().reason(), e.failure().detail(), e);
        } catch (IllegalArgumentException e) {
            throw new BootException("driver_start_failed", "spec_invalid", e);
        }
    }

    @Override
    public void unpin(String instanceId) {
        cache.unpin(instanceId);
    }
}
