package dev.vt.images.registry;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.images.ImageReference;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import dev.vt.images.registry.RegistryAccess.Action;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.kernel.Json;
import dev.vt.kernel.ProblemException;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.HeaderNames;
import io.helidon.http.Method;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The OCI distribution protocol over a {@link RegistryCatalog} and a {@link RegistryStore}; to be mounted at {@code /v2}. What
 * changes the catalogue is decided by the {@link RegistryLeader}; uploads stay at the server that they began at. Handlers run on
 * the web server's virtual threads.
 */
public final class RegistryService implements HttpService {
    private static final Logger log = LoggerFactory.getLogger(RegistryService.class);
    private static final int MAX_TAGS_PAGE = 1000;
    /** The event that a write is, so that a server that asked the leader knows what to wait for. */
    private static final String EVENT = "Vt-Event-Id";

    private static final Duration SEEN_WITHIN = Duration.ofSeconds(5);
    /** From a leader's answer to ours, and back to who asked the leader. */
    private static final List<String> FROM_LEADER =
            List.of("location", "docker-content-digest", "content-type", "vt-event-id", "retry-after");

    private final RegistryStore store;
    private final RegistryCatalog catalog;
    private final BlobPeers peers;
    private final RegistryLeader leader;
    private final RegistryAuth auth;
    private final VisibleBlobs visible;
    private final ManifestIntake intake;
    private final UploadRequests uploads;

    /** A registry of its own, whose catalogue nobody shares. */
    public RegistryService(RegistryStore store, RegistryAuth auth) {
        this(store, new MemoryCatalog(), BlobPeers.NONE, RegistryLeader.HERE, auth);
    }

    public RegistryService(
            RegistryStore store, RegistryCatalog catalog, BlobPeers peers, RegistryLeader leader, RegistryAuth auth) {
        this.store = store;
        this.catalog = catalog;
        this.peers = peers;
        this.leader = leader;
        this.auth = auth;
        this.visible = new VisibleBlobs(store, catalog);
        this.intake = new ManifestIntake(store, catalog, peers);
        this.uploads = new UploadRequests(store, visible, peers);
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any(this::handle);
    }

    private void handle(ServerRequest request, ServerResponse response) {
        response.header("Docker-Distribution-Api-Version", "registry/2.0");
        try {
            RegistryAccess access = authenticate(request);
            dispatch(RegistryPath.parse(request.path().path()), request, response, access);
        } catch (RegistryException e) {
            refuse(response, e);
        } catch (ProblemException e) {
            // The catalogue cannot be read or written now.
            refuse(response, new RegistryException(Code.UNAVAILABLE, e.problem().detail()));
        } catch (IOException e) {
            log.warn("registry request failed path={}", request.path().path(), e);
            if (!response.isSent()) {
                response.status(500).send();
            }
        }
    }

    private void dispatch(RegistryPath path, ServerRequest request, ServerResponse response, RegistryAccess access)
            throws IOException {
        String method = request.prologue().method().text();
        switch (path) {
            case RegistryPath.Root ignored -> response.send(new byte[0]);
            case RegistryPath.Tags(String repository) -> {
                requireMethod(method, "GET");
                requirePull(access, repository);
                listTags(repository, request, response);
            }
            case RegistryPath.Blob(String repository, OciDigest digest) -> {
                switch (method) {
                    case "GET", "HEAD" -> {
                        requirePull(access, repository);
                        getBlob(repository, digest, access, request, response);
                    }
                    case "DELETE" -> {
                        require(access, repository, Action.DELETE);
                        if (catalog.blob(repository, digest, false).isPresent()) {
                            throw new RegistryException(Code.UNSUPPORTED, "a manifest names the blob; delete that");
                        }
                        store.deleteUpload(repository, digest);
                        response.status(202).send();
                    }
                    default -> throw methodNotAllowed();
                }
            }
            case RegistryPath.Manifest(String repository, String reference) -> {
                switch (method) {
                    case "GET", "HEAD" -> {
                        requirePull(access, repository);
                        getManifest(repository, reference, access, method.equals("HEAD"), response);
                    }
                    case "PUT" -> {
                        require(access, repository, Action.PUSH);
                        putManifest(repository, reference, access, request, response);
                    }
                    case "DELETE" -> {
                        require(access, repository, Action.DELETE);
                        deleteManifest(repository, reference, access, request, response);
                    }
                    default -> throw methodNotAllowed();
                }
            }
            case RegistryPath.Uploads(String repository) -> {
                requireMethod(method, "POST");
                require(access, repository, Action.PUSH);
                uploads.start(repository, request, response, access);
            }
            case RegistryPath.Upload(String repository, String id) -> {
                require(access, repository, Action.PUSH);
                uploads.proceed(repository, id, method, request, response);
            }
        }
    }

    private void getBlob(
            String repository, OciDigest digest, RegistryAccess access, ServerRequest request, ServerResponse response)
            throws IOException {
        BlobRef blob = visible.find(repository, digest, access.pullsDeleted())
                .orElseThrow(() -> new RegistryException(Code.BLOB_UNKNOWN, "blob unknown to repository"));
        boolean head = request.prologue().method().equals(Method.HEAD);
        // Content that is nowhere must be pushed again, and no client does that with a blob that is said to be there.
        if (store.file(digest).isEmpty() && !(head ? peers.have(blob) : peers.fetch(List.of(blob)))) {
            throw new RegistryException(Code.BLOB_UNKNOWN, "no server that can be reached has the blob");
        }
        long size = blob.size();
        response.header("Docker-Content-Digest", digest.toString())
                .header("Accept-Ranges", "bytes")
                .header("Content-Type", "application/octet-stream");
        if (head) {
            response.contentLength(size);
            response.send();
            return;
        }
        ByteRange range = new ByteRange(0, size - 1);
        Optional<String> header = request.headers().first(HeaderNames.RANGE);
        if (header.isPresent()) {
            Optional<ByteRange> parsed = ByteRange.parse(header.get(), size);
            if (parsed.isEmpty()) {
                response.status(416).header("Content-Range", "bytes */" + size).send();
                return;
            }
            range = parsed.get();
            response.status(206).header("Content-Range", "bytes " + range.first() + "-" + range.last() + "/" + size);
        }
        response.contentLength(range.length());
        if (range.length() == 0) {
            response.send(new byte[0]);
            return;
        }
        try (FileChannel channel = FileChannel.open(content(digest), StandardOpenOption.READ);
                OutputStream out = response.outputStream()) {
            channel.position(range.first());
            copy(Channels.newInputStream(channel), out, range.length());
        }
    }

    private static void copy(InputStream in, OutputStream out, long length) throws IOException {
        byte[] buffer = new byte[1 << 16];
        long left = length;
        while (left > 0) {
            int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
            if (n < 0) {
                throw new IOException("blob file is shorter than its size");
            }
            out.write(buffer, 0, n);
            left -= n;
        }
    }

    private Path content(OciDigest digest) throws NoSuchFileException {
        return store.file(digest).orElseThrow(() -> new NoSuchFileException(digest.toString()));
    }

    private void getManifest(
            String repository, String reference, RegistryAccess access, boolean headOnly, ServerResponse response)
            throws IOException {
        RegistryCatalog.Manifest manifest = manifest(repository, reference, access.pullsDeleted())
                .filter(found -> store.file(found.digest()).isPresent() || peers.fetch(List.of(found.content())))
                .orElseThrow(() -> new RegistryException(Code.MANIFEST_UNKNOWN, "manifest unknown"));
        response.header("Docker-Content-Digest", manifest.digest().toString())
                .header("Content-Type", manifest.mediaType());
        if (headOnly) {
            response.contentLength(manifest.size());
            response.send();
        } else {
            response.send(Files.readAllBytes(content(manifest.digest())));
        }
    }

    private Optional<RegistryCatalog.Manifest> manifest(String repository, String reference, boolean deletedToo) {
        if (OciDigest.isValid(reference)) {
            return catalog.byDigest(repository, OciDigest.parse(reference), deletedToo);
        }
        return ImageReference.isTag(reference) ? catalog.byTag(repository, reference) : Optional.empty();
    }

    private void putManifest(
            String repository, String reference, RegistryAccess access, ServerRequest request, ServerResponse response)
            throws IOException {
        byte[] content;
        try (InputStream body = request.content().inputStream()) {
            content = body.readNBytes(MediaTypes.MAX_MANIFEST_BYTES + 1);
        }
        if (content.length > MediaTypes.MAX_MANIFEST_BYTES) {
            throw new RegistryException(Code.SIZE_INVALID, "manifest is larger than 4 MiB");
        }
        if (answeredByLeader(request, response, content)) {
            return;
        }
        String mediaType = request.headers().first(HeaderNames.CONTENT_TYPE).orElse("");
        ManifestIntake.Taken taken = intake.take(access.author(), repository, reference, mediaType, content);
        log.info("manifest pushed repository={} reference={} digest={}", repository, reference, taken.digest());
        response.status(201)
                .header("Location", "/v2/" + repository + "/manifests/" + taken.digest())
                .header("Docker-Content-Digest", taken.digest().toString())
                .header(EVENT, Long.toString(taken.event()))
                .send();
    }

    /** A tag, or a manifest with all tags that point at it. */
    private void deleteManifest(
            String repository,
            String reference,
            RegistryAccess access,
            ServerRequest request,
            ServerResponse response) {
        if (!OciDigest.isValid(reference) && !ImageReference.isTag(reference)) {
            throw new RegistryException(Code.MANIFEST_UNKNOWN, "manifest unknown");
        }
        if (answeredByLeader(request, response, new byte[0])) {
            return;
        }
        long event = OciDigest.isValid(reference)
                ? catalog.deleteManifest(access.author(), repository, OciDigest.parse(reference))
                : catalog.deleteTag(access.author(), repository, reference);
        response.status(202).header(EVENT, Long.toString(event)).send();
    }

    /** False: this server decides. Whoever is answered sees here what was written there. */
    private boolean answeredByLeader(ServerRequest request, ServerResponse response, byte[] body) {
        Map<String, String> headers = new HashMap<>();
        request.headers().forEach(header -> headers.put(header.name().toLowerCase(Locale.ROOT), header.values()));
        Optional<RegistryLeader.Answer> answer = leader.ask(
                request.prologue().method().text(), request.prologue().uriPath().rawPath(), headers, body);
        if (answer.isEmpty()) {
            return false;
        }
        awaitEvent(answer.get().headers().getOrDefault("vt-event-id", "0"));
        response.status(answer.get().status());
        for (String name : FROM_LEADER) {
            String value = answer.get().headers().get(name);
            if (value != null) {
                response.header(name, value);
            }
        }
        response.send(answer.get().body());
        return true;
    }

    private void awaitEvent(String event) {
        try {
            catalog.await(Long.parseLong(event), SEEN_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listTags(String repository, ServerRequest request, ServerResponse response) {
        Parameters query = request.query();
        String last = query.first("last").orElse("");
        int limit = Math.min(
                MAX_TAGS_PAGE, query.first("n").map(RegistryService::pageSize).orElse(MAX_TAGS_PAGE));
        // One more than is shown tells whether there are more.
        List<String> rest = catalog.tags(repository, last, limit + 1)
                .orElseThrow(() -> new RegistryException(Code.NAME_UNKNOWN, "repository unknown"));
        List<String> page = rest.subList(0, Math.min(limit, rest.size()));
        if (page.size() < rest.size() && !page.isEmpty()) {
            response.header(
                    "Link",
                    "</v2/" + repository + "/tags/list?n=" + limit + "&last=" + page.getLast() + ">; rel=\"next\"");
        }
        ObjectNode answer = Json.object().put("name", repository);
        ArrayNode tags = answer.putArray("tags");
        page.forEach(tags::add);
        response.header("Content-Type", "application/json").send(Json.bytes(answer));
    }

    private static int pageSize(String text) {
        if (!text.matches("\\d{1,9}")) {
            throw new RegistryException(Code.UNSUPPORTED, "n is not a number");
        }
        return Integer.parseInt(text);
    }

    private RegistryAccess authenticate(ServerRequest request) {
        return request.headers()
                .first(HeaderNames.AUTHORIZATION)
                .flatMap(RegistryService::token)
                .flatMap(auth::authenticate)
                .orElseThrow(() -> new RegistryException(Code.UNAUTHORIZED, "authentication required"));
    }

    private static Optional<byte[]> token(String authorization) {
        int space = authorization.indexOf(' ');
        if (space < 0) {
            return Optional.empty();
        }
        String scheme = authorization.substring(0, space).toLowerCase(Locale.ROOT);
        String value = authorization.substring(space + 1).strip();
        if (scheme.equals("bearer")) {
            return Optional.of(value.getBytes(StandardCharsets.UTF_8));
        }
        if (!scheme.equals("basic")) {
            return Optional.empty();
        }
        try {
            String pair = new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon < 0
                    ? Optional.empty()
                    : Optional.of(pair.substring(colon + 1).getBytes(StandardCharsets.UTF_8));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A repository that may not be read looks like one that is not there. */
    private static void requirePull(RegistryAccess access, String repository) {
        if (!access.allows(repository, Action.PULL)) {
            throw new RegistryException(Code.NAME_UNKNOWN, "repository unknown");
        }
    }

    private static void require(RegistryAccess access, String repository, Action action) {
        if (!access.allows(repository, action)) {
            throw new RegistryException(Code.DENIED, "access to the repository is denied");
        }
    }

    private static void requireMethod(String method, String wanted) {
        if (!method.equals(wanted)) {
            throw methodNotAllowed();
        }
    }

    static RegistryException methodNotAllowed() {
        return new RegistryException(Code.UNSUPPORTED, "method not allowed");
    }

    private static void refuse(ServerResponse response, RegistryException refusal) {
        if (response.isSent()) {
            return;
        }
        if (refusal.code() == Code.UNAUTHORIZED) {
            response.header("WWW-Authenticate", "Basic realm=\"vt\", charset=\"UTF-8\"");
        }
        ObjectNode answer = Json.object();
        answer.putArray("errors")
                .addObject()
                .put("code", refusal.code().name())
                .put("message", String.valueOf(refusal.getMessage()));
        if (refusal.code() == Code.UNAVAILABLE) {
            response.header("Retry-After", "5");
        }
        response.status(refusal.status())
                .header("Content-Type", "application/json")
                .send(Json.bytes(answer));
    }
}
