package dev.vt.control.registry;

import dev.vt.control.http.OrgScope;
import dev.vt.control.release.ImageLookup;
import dev.vt.control.release.ReleaseImage;
import dev.vt.images.ImageReference;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.Optional;
import java.util.function.Function;

/**
 * Keeps orgs out of each other's repositories of the built-in registry: an image of another org is one that does not exist. The server
 * resolves with its own credentials, so that this check is the only one a release passes.
 */
public final class TenantImages implements ImageLookup {
    private final ImageLookup images;
    private final RegistryHosts hosts;
    private final Function<String, Optional<String>> orgName;

    /** @param orgName by org id */
    public TenantImages(ImageLookup images, RegistryHosts hosts, Function<String, Optional<String>> orgName) {
        this.images = images;
        this.hosts = hosts;
        this.orgName = orgName;
    }

    @Override
    public ReleaseImage resolve(OrgScope org, String reference) {
        ImageReference parsed;
        try {
            parsed = ImageReference.parse(reference);
        } catch (IllegalArgumentException malformed) {
            return images.resolve(org, reference);
        }
        if (hosts.contains(parsed.host())) {
            String name = orgName.apply(org.orgId()).orElse("");
            if (!parsed.path().startsWith(name + "/")) {
                throw new ProblemException(Problem.of(
                                ErrorCode.IMAGE_NOT_FOUND,
                                "there is no image " + reference + " in this org's part of the registry")
                        .withHint("push it below " + parsed.host() + "/" + name + "/"));
            }
            // The server that it was pushed to may be gone; what it names is here.
            return images.resolve(
                    org,
                    hosts.here(parsed.host())
                            + reference.substring(parsed.host().length()));
        }
        return images.resolve(org, reference);
    }
}
