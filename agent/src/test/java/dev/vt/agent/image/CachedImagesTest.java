package dev.vt.agent.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.agent.instance.BootException;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageConfig;
import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.rootfs.ImageCache;
import dev.vt.images.rootfs.ImageRequest;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.images.rootfs.UserTable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CachedImagesTest {
    private static final RootFilesystem ROOT = new RootFilesystem(
            Path.of("/root.squashfs"),
            "squashfs",
            "0".repeat(64),
            1,
            new ImageConfig("linux", "amd64", List.of(), List.of(), List.of(), "/", null, null, List.of()),
            UserTable.parse(new byte[0], new byte[0]));
    private static final WorkloadSpec.Image IMAGE = new WorkloadSpec.Image(
            "a:8440/acme/web:1", "a:8440/acme/web", null, "sha256:" + "0".repeat(64), "linux", "amd64");

    /** Pulls as it is told to by repository, and remembers what was asked. */
    private static final class Registries implements ImageCache {
        private final Map<String, ImageFailure> failing = new HashMap<>();
        private final List<String> asked = new ArrayList<>();

        @Override
        public RootFilesystem rootfs(ImageRequest request, RegistryCredentials credentials) {
            asked.add(request.repository());
            ImageFailure failure = failing.get(request.repository());
            if (failure != null) {
                throw new ImageException(failure, "as it was told");
            }
            return ROOT;
        }

        @Override
        public void pin(String owner, String digest) {}

        @Override
        public void unpin(String owner) {}
    }

    private final Registries registries = new Registries();

    private RootFilesystem pull(String... hosts) throws InterruptedException {
        return new CachedImages(
                        registries,
                        (repository, instance) ->
                                new CachedImages.Pull(RegistryCredentials.anonymous(), true, List.of(hosts)))
                .rootfs("inst_1", IMAGE);
    }

    @Test
    void anImageOfAnotherRegistryIsPulledFromWhereItsNameSays() throws InterruptedException {
        assertThat(pull()).isEqualTo(ROOT);
        assertThat(registries.asked).containsExactly("a:8440/acme/web");
    }

    @Test
    void theServerInTheNameIsNotNeededIfAnotherHasTheImage() throws InterruptedException {
        assertThat(pull("b:8440", "a:8440")).isEqualTo(ROOT);
        assertThat(registries.asked).containsExactly("b:8440/acme/web");
    }

    @Test
    void aServerThatIsDownOrLagsIsPassedOver() throws InterruptedException {
        registries.failing.put("b:8440/acme/web", ImageFailure.NETWORK);
        registries.failing.put("c:8440/acme/web", ImageFailure.NOT_FOUND);

        assertThat(pull("b:8440", "c:8440", "a:8440")).isEqualTo(ROOT);
        assertThat(registries.asked).containsExactly("b:8440/acme/web", "c:8440/acme/web", "a:8440/acme/web");
    }

    @Test
    void theFirstFailureCountsWhenAllFail() {
        registries.failing.put("b:8440/acme/web", ImageFailure.NETWORK);
        registries.failing.put("a:8440/acme/web", ImageFailure.NOT_FOUND);
        assertThatThrownBy(() -> pull("b:8440", "a:8440"))
                .isInstanceOf(BootException.class)
                .hasRootCauseMessage("as it was told");
        assertThat(registries.asked).hasSize(2);
    }

    @Test
    void whatIsWrongWithTheImageIsWrongEverywhere() {
        registries.failing.put("b:8440/acme/web", ImageFailure.UNSUPPORTED);
        assertThatThrownBy(() -> pull("b:8440", "a:8440")).isInstanceOf(BootException.class);
        assertThat(registries.asked).hasSize(1);
    }
}
