package dev.vt.control.blob;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.testing.RaftServers;
import dev.vt.images.MediaTypes;
import dev.vt.images.OciDigest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** One registry at three servers: what was pushed to one is there when that one is not (ADR 48, ADR 49). */
@Tag("cluster")
class RegistryServersTest extends RaftServers {
    private static final byte[] LAYER = new byte[300_000];
    private static final byte[] CONFIG = "{\"os\":\"linux\"}".getBytes(UTF_8);

    static {
        new Random(1).nextBytes(LAYER);
    }

    @Test
    void anImageOutlivesTheServerThatItWasPushedTo() throws Exception {
        Server first = founded("a");
        Server second = joined("b", first);
        Server third = joined("c", first);
        await("three voters", () -> voters(first) == 3);
        Server follower = second.leads() ? third : second;

        OciDigest digest = push(follower, "acme/web", "v1");
        assertThat(status(follower, "acme/web/manifests/v1"))
                .as("whoever pushed sees it where it was pushed")
                .isEqualTo(200);
        String pull = pullToken(first, "acme/web");
        follower.close();
        for (Server server : servers) {
            if (server == follower) {
                continue;
            }
            await("the image is at " + server.id, () -> status(server, "acme/web/manifests/v1") == 200);
            assertThat(body(server, "acme/web/manifests/" + digest)).isEqualTo(manifest());
            assertThat(body(server, "acme/web/blobs/" + OciDigest.of(LAYER))).isEqualTo(LAYER);
            assertThat(send(server, "GET", "acme/web/blobs/" + OciDigest.of(CONFIG), pull, new byte[0])
                            .body())
                    .as("a pull token of another server")
                    .isEqualTo(CONFIG);
        }
        assertThat(push(leader(), "acme/other", "v1")).as("two of three").isEqualTo(digest);
        follower.start();
        await("it catches up", () -> status(follower, "acme/other/manifests/v1") == 200);
        allEqual();
    }

    @Test
    void aServerThatJoinsGetsWhatWasPushedBefore() throws Exception {
        Server first = founded("a");
        OciDigest digest = push(first, "acme/web", "v1");
        Server second = joined("b", first);

        await(
                "its disk has all",
                () -> Files.exists(blob(second, digest))
                        && Files.exists(blob(second, OciDigest.of(LAYER)))
                        && Files.exists(blob(second, OciDigest.of(CONFIG))));
        assertThat(body(second, "acme/web/blobs/" + OciDigest.of(LAYER))).isEqualTo(LAYER);
        allEqual();
    }

    @Test
    void corruptContentOfOneServerIsRefusedAndFetchedFromAnother() throws Exception {
        Server first = founded("a");
        Server second = joined("b", first);
        Server third = joined("c", first);
        await("three voters", () -> voters(first) == 3);
        push(first, "acme/web", "v1");
        OciDigest layer = OciDigest.of(LAYER);
        for (Server server : servers) {
            await(
                    "all have it, and the log says so",
                    () -> Files.exists(blob(server, layer)) && status(server, "acme/web/manifests/v1") == 200);
        }
        byte[] wrong = LAYER.clone();
        wrong[1000] ^= 1;
        // Whichever is asked first: servers are asked in the order of their ids.
        Server corrupt = first.id.compareTo(second.id) < 0 ? first : second;
        Files.write(blob(corrupt, layer), wrong);
        Files.delete(blob(third, layer));

        assertThat(body(third, "acme/web/blobs/" + layer)).isEqualTo(LAYER);
        assertThat(Files.readAllBytes(blob(third, layer))).isEqualTo(LAYER);
    }

    private long voters(Server at) {
        return at.get("/v1/servers").path("items").findValuesAsText("member").stream()
                .filter("voter"::equals)
                .count();
    }

    private static Path blob(Server server, OciDigest digest) {
        return server.dataDir
                .resolve("registry/blobs")
                .resolve(digest.hex().substring(0, 2))
                .resolve(digest.hex());
    }

    private static String pullToken(Server server, String repository) {
        return new PullTokens(MasterKeyFile.open(server.dataDir.resolve("master.key")), Clock.systemUTC())
                .issue(repository);
    }

    private OciDigest push(Server server, String repository, String tag) throws Exception {
        for (byte[] blob : new byte[][] {LAYER, CONFIG}) {
            String uploads = repository + "/blobs/uploads/?digest=" + OciDigest.of(blob);
            assertThat(send(server, "POST", uploads, token, blob).statusCode()).isEqualTo(201);
        }
        HttpResponse<byte[]> answer = send(server, "PUT", repository + "/manifests/" + tag, token, manifest());
        assertThat(answer.statusCode()).as(new String(answer.body(), UTF_8)).isEqualTo(201);
        return OciDigest.parse(
                answer.headers().firstValue("Docker-Content-Digest").orElseThrow());
    }

    private static byte[] manifest() {
        return ("{\"schemaVersion\":2,\"mediaType\":\"" + MediaTypes.OCI_MANIFEST + "\",\"config\":"
                        + descriptor(MediaTypes.OCI_CONFIG, CONFIG) + ",\"layers\":["
                        + descriptor(MediaTypes.OCI_LAYER, LAYER) + "]}")
                .getBytes(UTF_8);
    }

    private static String descriptor(String mediaType, byte[] content) {
        return "{\"mediaType\":\"" + mediaType + "\",\"digest\":\"" + OciDigest.of(content) + "\",\"size\":"
                + content.length + "}";
    }

    private int status(Server server, String path) {
        return send(server, "GET", path, token, new byte[0]).statusCode();
    }

    private byte[] body(Server server, String path) {
        HttpResponse<byte[]> answer = send(server, "GET", path, token, new byte[0]);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        return answer.body();
    }

    private HttpResponse<byte[]> send(Server server, String method, String path, String bearer, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.api.getPort() + "/v2/" + path))
                .header("authorization", "Bearer " + bearer)
                .timeout(Duration.ofSeconds(60))
                .method(method, BodyPublishers.ofByteArray(body));
        if (method.equals("PUT")) {
            request.header("content-type", MediaTypes.OCI_MANIFEST);
        }
        try {
            return http.send(request.build(), BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
