package dev.vt.images;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class ImageReferenceTest {
    private static final String DIGEST = "sha256:" + "0a".repeat(32);

    @Test
    void hostIsWhatLooksLikeOneElseDockerHub() {
        assertThat(ImageReference.parse("nginx")).hasToString("docker.io/library/nginx:latest");
        assertThat(ImageReference.parse("docker.io/nginx")).hasToString("docker.io/library/nginx:latest");
        assertThat(ImageReference.parse("acme/web:v1")).hasToString("docker.io/acme/web:v1");
        assertThat(ImageReference.parse("localhost/web")).hasToString("localhost/web:latest");
        assertThat(ImageReference.parse("Registry.Example:5000/a/b/c:1.2").repository())
                .isEqualTo("registry.example:5000/a/b/c");
        assertThat(ImageReference.parse("[::1]:8440/acme/web:v1").host()).isEqualTo("[::1]:8440");
    }

    @Test
    void digestDecidesWhatIsFetched() {
        ImageReference both = ImageReference.parse("r.example/a/b:v1@" + DIGEST);
        assertThat(both.target()).isEqualTo(DIGEST);
        assertThat(both.tag()).hasValue("v1");
        assertThat(ImageReference.parse("r.example/a/b@" + DIGEST).tag()).isEmpty();
        assertThat(ImageReference.parse("r.example/a/b:v1").target()).isEqualTo("v1");
    }

    @Test
    void whatIsNoReferenceIsRefused() {
        for (String text : new String[] {
            "",
            ":v1",
            "a b",
            "UPPER/case",
            "r.example/",
            "r.example/a:",
            "r.example/a:-x",
            "r.example/../etc",
            "r.example/a@sha256:12",
            "r.example/a@md5:" + "0a".repeat(16),
            "r.example:99999999/a",
            "a//b"
        }) {
            assertThatThrownBy(() -> ImageReference.parse(text)).as(text).isInstanceOf(IllegalArgumentException.class);
        }
    }
}
