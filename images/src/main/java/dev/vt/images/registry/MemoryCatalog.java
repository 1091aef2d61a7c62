package dev.vt.images.registry;

import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryException.Code;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A catalogue that is forgotten with its process: for a registry that serves a few images for a while. Thread-safe. */
public final class MemoryCatalog implements RegistryCatalog {
    private record Repository(Map<OciDigest, Push> manifests, Map<String, OciDigest> tags) {}

    private final Map<String, Repository> repositories = new TreeMap<>();

    @Override
    public synchronized Optional<Manifest> byTag(String repository, String tag) {
        return repository(repository)
                .flatMap(found -> Optional.ofNullable(found.tags().get(tag)))
                .flatMap(digest -> byDigest(repository, digest, false));
    }

    @Override
    public synchronized Optional<Manifest> byDigest(String repository, OciDigest digest, boolean deletedToo) {
        return repository(repository)
                .flatMap(found -> Optional.ofNullable(found.manifests().get(digest)))
                .map(Push::manifest);
    }

    @Override
    public synchronized Optional<BlobRef> blob(String repository, OciDigest digest, boolean deletedToo) {
        return repository(repository).stream()
                .flatMap(found -> found.manifests().values().stream())
                .flatMap(push -> push.blobs().stream())
                .filter(blob -> blob.digest().equals(digest))
                .findFirst();
    }

    @Override
    public synchronized Optional<List<String>> tags(String repository, String after, int limit) {
        return repository(repository)
                .map(found -> found.tags().keySet().stream()
                        .filter(tag -> tag.compareTo(after) > 0)
                        .limit(limit)
                        .toList());
    }

    @Override
    public synchronized long push(RegistryAccess.Author author, String repository, Push push) {
        Repository found =
                repositories.computeIfAbsent(repository, name -> new Repository(new TreeMap<>(), new TreeMap<>()));
        found.manifests().put(push.manifest().digest(), push);
        push.tag().ifPresent(tag -> found.tags().put(tag, push.manifest().digest()));
        return 0;
    }

    @Override
    public synchronized long deleteTag(RegistryAccess.Author author, String repository, String tag) {
        if (repository(repository).map(found -> found.tags().remove(tag)).isEmpty()) {
            throw new RegistryException(Code.MANIFEST_UNKNOWN, "manifest unknown");
        }
        return 0;
    }

    @Override
    public synchronized long deleteManifest(RegistryAccess.Author author, String repository, OciDigest digest) {
        Repository found = repository(repository)
                .filter(known -> known.manifests().remove(digest) != null)
                .orElseThrow(() -> new RegistryException(Code.MANIFEST_UNKNOWN, "manifest unknown"));
        found.tags().values().removeIf(digest::equals);
        return 0;
    }

    @Override
    public void await(long event, Duration limit) {}

    private Optional<Repository> repository(String name) {
        return Optional.ofNullable(repositories.get(name));
    }
}
