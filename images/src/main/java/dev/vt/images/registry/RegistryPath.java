package dev.vt.images.registry;

import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryException.Code;
import java.util.List;

/** What a path below {@code /v2/} names. Repository names have slashes, so it is read from its end. */
sealed interface RegistryPath {
    /** The version check, {@code /v2/}. */
    record Root() implements RegistryPath {}

    record Blob(String repository, OciDigest digest) implements RegistryPath {}

    record Uploads(String repository) implements RegistryPath {}

    record Upload(String repository, String id) implements RegistryPath {}

    record Manifest(String repository, String reference) implements RegistryPath {}

    record Tags(String repository) implements RegistryPath {}

    /** @throws RegistryException if it names nothing */
    static RegistryPath parse(String path) {
        List<String> parts = List.of(path.replaceAll("^/+", "").split("/", -1));
        int n = parts.size();
        if (n == 1 && parts.getFirst().isEmpty()) {
            return new Root();
        }
        if (n >= 3 && parts.get(n - 2).equals("tags") && parts.get(n - 1).equals("list")) {
            return new Tags(repository(parts, n - 2));
        }
        if (n >= 3 && parts.get(n - 2).equals("manifests")) {
            return new Manifest(repository(parts, n - 2), parts.get(n - 1));
        }
        if (n >= 4 && parts.get(n - 3).equals("blobs") && parts.get(n - 2).equals("uploads")) {
            String repository = repository(parts, n - 3);
            return parts.get(n - 1).isEmpty() ? new Uploads(repository) : new Upload(repository, parts.get(n - 1));
        }
        if (n >= 3 && parts.get(n - 2).equals("blobs")) {
            String repository = repository(parts, n - 2);
            if (parts.get(n - 1).equals("uploads")) {
                return new Uploads(repository);
            }
            if (!OciDigest.isValid(parts.get(n - 1))) {
                throw new RegistryException(Code.DIGEST_INVALID, "not a sha256 digest");
            }
            return new Blob(repository, OciDigest.parse(parts.get(n - 1)));
        }
        throw new RegistryException(Code.NAME_UNKNOWN, "no such path");
    }

    private static String repository(List<String> parts, int end) {
        String name = String.join("/", parts.subList(0, end));
        if (name.length() > 255 || !ImageReference.isPath(name)) {
            throw new RegistryException(Code.NAME_INVALID, "not a repository name");
        }
        return name;
    }
}
