package dev.vt.images;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where an image is: {@code host[:port]/path[:tag][@digest]}. A reference without a host means Docker Hub, as it does
 * for every other tool; one without tag and digest means {@code latest}.
 *
 * @param host registry host, with port if given; IPv6 addresses in brackets
 * @param path repository below the host
 * @param tag set unless a digest is
 * @param digest if set, it alone decides what is meant
 */
public record ImageReference(String host, String path, Optional<String> tag, Optional<OciDigest> digest) {
    private static final String DOCKER_HUB = "docker.io";
    private static final int MAX_REPOSITORY = 255;
    private static final Pattern HOST = Pattern.compile(
            "(?:(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])(?:\\.(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9]))*"
                    + "|\\[[0-9a-fA-F:.]+\\])(?::[0-9]{1,5})?");
    private static final Pattern PATH =
            Pattern.compile("[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*");
    private static final Pattern TAG = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    public ImageReference {
        if (!HOST.matcher(host).matches()) {
            throw new IllegalArgumentException("not a registry host");
        }
        if (path.length() > MAX_REPOSITORY || !isPath(path)) {
            throw new IllegalArgumentException("not a repository path");
        }
        if (tag.isPresent() && !isTag(tag.get())) {
            throw new IllegalArgumentException("not a tag");
        }
    }

    /** @throws IllegalArgumentException if the text is not an image reference; the message says which part */
    public static ImageReference parse(String text) {
        String rest = text;
        Optional<OciDigest> digest = Optional.empty();
        int at = rest.indexOf('@');
        if (at >= 0) {
            digest = Optional.of(OciDigest.parse(rest.substring(at + 1)));
            rest = rest.substring(0, at);
        }
        Optional<String> tag = Optional.empty();
        int colon = rest.lastIndexOf(':');
        if (colon > rest.lastIndexOf('/') && !rest.endsWith("]")) {
            tag = Optional.of(rest.substring(colon + 1));
            rest = rest.substring(0, colon);
        }
        if (tag.isEmpty() && digest.isEmpty()) {
            tag = Optional.of("latest");
        }
        return withRepository(rest, tag, digest);
    }

    /** An image by digest in a repository written {@code host[:port]/path}. */
    public static ImageReference ofDigest(String repository, OciDigest digest) {
        return withRepository(repository, Optional.empty(), Optional.of(digest));
    }

    private static ImageReference withRepository(String repository, Optional<String> tag, Optional<OciDigest> digest) {
        int slash = repository.indexOf('/');
        String first = slash < 0 ? "" : repository.substring(0, slash);
        boolean hasHost =
                first.contains(".") || first.contains(":") || first.equals("localhost") || first.startsWith("[");
        if (hasHost) {
            String path = repository.substring(slash + 1);
            boolean officialHubImage = first.equals(DOCKER_HUB) && path.indexOf('/') < 0;
            return new ImageReference(
                    first.toLowerCase(Locale.ROOT), officialHubImage ? "library/" + path : path, tag, digest);
        }
        return new ImageReference(DOCKER_HUB, slash < 0 ? "library/" + repository : repository, tag, digest);
    }

    public static boolean isPath(String text) {
        return PATH.matcher(text).matches();
    }

    public static boolean isTag(String text) {
        return TAG.matcher(text).matches();
    }

    /** {@code host[:port]/path}, as workload specifications carry it. */
    public String repository() {
        return host + "/" + path;
    }

    /** What the registry's manifest address ends in: the digest, else the tag. */
    public String target() {
        return digest.map(OciDigest::toString).orElseGet(tag::orElseThrow);
    }

    public ImageReference withDigest(OciDigest other) {
        return new ImageReference(host, path, tag, Optional.of(other));
    }

    @Override
    public String toString() {
        return repository()
                + tag.map(t -> ":" + t).orElse("")
                + digest.map(d -> "@" + d).orElse("");
    }
}
