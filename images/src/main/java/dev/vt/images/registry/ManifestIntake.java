package dev.vt.images.registry;

import com.fasterxml.jackson.databind.JsonNode;
import dev.vt.images.ImageReference;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Takes a manifest that is pushed: its parts are found, brought here, and are on a majority of servers before the catalogue says
 * that there is such a manifest. Runs on the thread of the request, at the server that decides.
 */
final class ManifestIntake {
    /** @param event from which on it is seen */
    record Taken(OciDigest digest, long event) {}

    private record Parts(Set<OciDigest> blobs, Set<OciDigest> manifests) {}

    private final RegistryStore store;
    private final RegistryCatalog catalog;
    private final BlobPeers peers;

    ManifestIntake(RegistryStore store, RegistryCatalog catalog, BlobPeers peers) {
        this.store = store;
        this.catalog = catalog;
        this.peers = peers;
    }

    /**
     * @param reference a tag, or the digest of the content
     * @throws RegistryException what is wrong with it, or {@code UNAVAILABLE}: try again
     */
    Taken take(RegistryAccess.Author author, String repository, String reference, String mediaType, byte[] content)
            throws IOException {
        OciDigest digest = OciDigest.of(content);
        boolean byDigest = OciDigest.isValid(reference);
        if (!byDigest && !ImageReference.isTag(reference)) {
            throw new RegistryException(Code.MANIFEST_INVALID, "neither a tag nor a sha256 digest");
        }
        if (byDigest && !reference.equals(digest.toString())) {
            throw new RegistryException(Code.DIGEST_INVALID, "manifest has the digest " + digest);
        }
        Parts parts = parts(mediaType, content);
        for (OciDigest child : parts.manifests()) {
            if (catalog.byDigest(repository, child, false).isEmpty()) {
                throw new RegistryException(Code.MANIFEST_BLOB_UNKNOWN, "index names an unknown " + child);
            }
        }
        List<BlobRef> blobs = locate(repository, parts.blobs());
        List<BlobRef> lacking = new ArrayList<>();
        for (BlobRef blob : blobs) {
            if (!store.hold(blob.digest())) {
                lacking.add(blob);
            }
        }
        if (!lacking.isEmpty() && !peers.fetch(lacking)) {
            throw new RegistryException(
                    Code.MANIFEST_BLOB_UNKNOWN, "manifest names content that is on no server that can be reached");
        }
        store.put(digest, content);
        RegistryCatalog.Manifest manifest = new RegistryCatalog.Manifest(digest, mediaType, content.length);
        List<BlobRef> all = new ArrayList<>(blobs);
        all.add(manifest.content());
        peers.secure(all);
        Optional<String> tag = byDigest ? Optional.empty() : Optional.of(reference);
        return new Taken(digest, catalog.push(author, repository, new RegistryCatalog.Push(manifest, tag, blobs)));
    }

    /** With their true sizes, whatever the manifest says. */
    private List<BlobRef> locate(String repository, Set<OciDigest> digests) throws IOException {
        Map<OciDigest, Long> sizes = new LinkedHashMap<>();
        Set<OciDigest> elsewhere = new LinkedHashSet<>();
        for (OciDigest digest : digests) {
            OptionalLong uploaded = store.uploaded(repository, digest);
            Optional<BlobRef> named = uploaded.isPresent() ? Optional.empty() : catalog.blob(repository, digest, false);
            if (uploaded.isPresent()) {
                sizes.put(digest, uploaded.getAsLong());
            } else if (named.isPresent()) {
                sizes.put(digest, named.get().size());
            } else {
                elsewhere.add(digest);
            }
        }
        if (!elsewhere.isEmpty()) {
            sizes.putAll(peers.uploads(repository, elsewhere));
        }
        List<BlobRef> out = new ArrayList<>();
        for (OciDigest digest : digests) {
            Long size = sizes.get(digest);
            if (size == null) {
                throw unknown(digest);
            }
            out.add(new BlobRef(digest, size));
        }
        return out;
    }

    private static RegistryException unknown(OciDigest digest) {
        return new RegistryException(Code.MANIFEST_BLOB_UNKNOWN, "manifest names an unknown " + digest);
    }

    private static Parts parts(String mediaType, byte[] content) {
        JsonNode manifest;
        try {
            manifest = Json.parse(content);
        } catch (IllegalArgumentException e) {
            throw new RegistryException(Code.MANIFEST_INVALID, "manifest is not JSON");
        }
        if (manifest.path("schemaVersion").asInt() != 2) {
            throw new RegistryException(Code.MANIFEST_INVALID, "schemaVersion is not 2");
        }
        JsonNode named = manifest.path("mediaType");
        if (!named.isMissingNode() && !named.asText().equals(mediaType)) {
            throw new RegistryException(Code.MANIFEST_INVALID, "Content-Type is not the manifest's mediaType");
        }
        Set<OciDigest> blobs = new LinkedHashSet<>();
        Set<OciDigest> manifests = new LinkedHashSet<>();
        if (MediaTypes.INDEXES.contains(mediaType)) {
            manifest.path("manifests").forEach(child -> manifests.add(digestOf(child)));
        } else if (MediaTypes.MANIFESTS.contains(mediaType)) {
            blobs.add(digestOf(manifest.path("config")));
            manifest.path("layers").forEach(layer -> blobs.add(digestOf(layer)));
        } else {
            throw new RegistryException(Code.MANIFEST_INVALID, "not a media type of an image manifest or index");
        }
        if (blobs.size() > RegistryCatalog.MAX_BLOBS || manifests.size() > RegistryCatalog.MAX_BLOBS) {
            throw new RegistryException(
                    Code.MANIFEST_INVALID, "manifest names more than " + RegistryCatalog.MAX_BLOBS + " parts");
        }
        return new Parts(blobs, manifests);
    }

    private static OciDigest digestOf(JsonNode descriptor) {
        String text = descriptor.path("digest").asText("");
        if (!OciDigest.isValid(text)) {
            throw new RegistryException(Code.MANIFEST_INVALID, "a descriptor has no sha256 digest");
        }
        return OciDigest.parse(text);
    }
}
