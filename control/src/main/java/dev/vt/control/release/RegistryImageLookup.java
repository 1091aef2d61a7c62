package dev.vt.control.release;

import dev.vt.control.http.OrgScope;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.ImageReference;
import dev.vt.images.Platform;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.ImageResolver;
import dev.vt.images.client.ResolvedImage;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Json;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.List;
import java.util.function.BiFunction;

/** Resolves with the registry client. Thread-safe. */
public final class RegistryImageLookup implements ImageLookup {
    private final ImageResolver resolver;
    private final List<Platform> platforms;
    private final BiFunction<OrgScope, ImageReference, RegistryCredentials> credentials;

    /** @param platforms the nodes' platforms, the preferred one first; not empty */
    public RegistryImageLookup(
            ImageResolver resolver,
            List<Platform> platforms,
            BiFunction<OrgScope, ImageReference, RegistryCredentials> credentials) {
        this.resolver = resolver;
        this.platforms = List.copyOf(platforms);
        this.credentials = credentials;
    }

    @Override
    public ReleaseImage resolve(OrgScope org, String reference) {
        ImageReference parsed = parse(reference);
        RegistryCredentials with = credentials.apply(org, parsed);
        ImageException first = null;
        for (Platform platform : platforms) {
            try {
                return image(resolver.resolve(parsed, platform, with));
            } catch (ImageException e) {
                if (e.failure() != ImageFailure.UNSUPPORTED) {
                    throw new ProblemException(problem(e));
                }
                first = first == null ? e : first;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new ProblemException(Problem.of(ErrorCode.UNAVAILABLE, "the server is stopping"));
            }
        }
        if (first == null) {
            throw new IllegalStateException("no platform to resolve for");
        }
        throw new ProblemException(problem(first));
    }

    private static ImageReference parse(String reference) {
        try {
            return ImageReference.parse(reference);
        } catch (IllegalArgumentException e) {
            throw new ProblemException(Problem.of(ErrorCode.INVALID_ARGUMENT, "image_ref is not an OCI reference"));
        }
    }

    private static ReleaseImage image(ResolvedImage resolved) {
        return new ReleaseImage(
                resolved.imageDigest().toString(),
                resolved.platforms().stream()
                        .map(each -> new ReleaseImage.PlatformDigest(
                                each.platform().os(),
                                each.platform().arch(),
                                each.digest().toString()))
                        .toList(),
                Json.toTree(resolved.config()));
    }

    private static Problem problem(ImageException e) {
        String what = String.valueOf(e.getMessage());
        return switch (e.failure()) {
            case NOT_FOUND ->
                Problem.of(ErrorCode.IMAGE_NOT_FOUND, what).withHint("push the image, or correct image_ref");
            case AUTH ->
                Problem.of(ErrorCode.IMAGE_NOT_FOUND, what)
                        .withHint("the registry hides it: push the image to a repository the platform can read");
            case UNSUPPORTED,
                    DIGEST_MISMATCH,
                    TOO_LARGE_COMPRESSED,
                    TOO_LARGE_UNCOMPRESSED,
                    TOO_MANY_LAYERS,
                    TOO_MANY_ENTRIES,
                    LAYER_INVALID -> Problem.of(ErrorCode.IMAGE_UNSUPPORTED, what);
            case NETWORK, TIMEOUT, BUILDER, DISK_FULL -> Problem.of(ErrorCode.REGISTRY_UNAVAILABLE, what);
        };
    }
}
