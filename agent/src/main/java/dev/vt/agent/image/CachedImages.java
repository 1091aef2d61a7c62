package dev.vt.agent.image;

import dev.vt.agent.instance.BootException;
import dev.vt.agent.instance.NodeServices;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.rootfs.ImageCache;
import dev.vt.images.rootfs.ImageRequest;
import dev.vt.images.rootfs.RootFilesystem;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Root file systems from the node's cache. Safe for any thread: the cache shares one pull and one build per digest between
 * all that wait, and an interrupted waiter leaves the others alone.
 */
public final class CachedImages implements NodeServices.Images {
    /** What another host may do better: this one is down, or has not heard of the image yet. */
    private static final Set<ImageFailure> ELSEWHERE =
            EnumSet.of(ImageFailure.NETWORK, ImageFailure.TIMEOUT, ImageFailure.NOT_FOUND);

    private final ImageCache cache;
    private final Credentials credentials;

    /** Short-lived rights to pull, from a server. */
    public interface Credentials {
        /** Anonymous and TLS if no server answers: the image may be in the cache, or public. */
        Pull forPull(String repository, String instanceId) throws InterruptedException;
    }

    /**
     * @param plainHttp whether the cluster allows this registry without TLS
     * @param hosts that have the same images, in the order in which to ask; empty: only the one in the image's name
     */
    public record Pull(RegistryCredentials credentials, boolean plainHttp, List<String> hosts) {
        public Pull {
            hosts = List.copyOf(hosts);
        }

        private List<String> repositories(String named) {
            String path = named.substring(named.indexOf('/'));
            return hosts.isEmpty()
                    ? List.of(named)
                    : hosts.stream().map(host -> host + path).toList();
        }
    }

    public CachedImages(ImageCache cache, Credentials credentials) {
        this.cache = cache;
        this.credentials = credentials;
    }

    @Override
    public RootFilesystem rootfs(String instanceId, WorkloadSpec.Image image) throws InterruptedException {
        try {
            cache.pin(instanceId, image.digest());
            Pull pull = credentials.forPull(image.repository(), instanceId);
            return rootfs(image, pull);
        } catch (ImageException e) {
            throw new BootException(e.failure().reason(), e.failure().detail(), e);
        } catch (IllegalArgumentException e) {
            throw new BootException("driver_start_failed", "spec_invalid", e);
        }
    }

    /** From the first host that has it. */
    private RootFilesystem rootfs(WorkloadSpec.Image image, Pull pull) throws InterruptedException {
        ImageException first = null;
        for (String repository : pull.repositories(image.repository())) {
            try {
                return cache.rootfs(
                        new ImageRequest(repository, image.digest(), image.os(), image.arch(), pull.plainHttp()),
                        pull.credentials());
            } catch (ImageException e) {
                if (!ELSEWHERE.contains(e.failure())) {
                    throw e;
                }
                first = first == null ? e : first;
            }
        }
        throw first == null ? new IllegalArgumentException("no host to pull from") : first;
    }

    @Override
    public void unpin(String instanceId) {
        cache.unpin(instanceId);
    }
}
