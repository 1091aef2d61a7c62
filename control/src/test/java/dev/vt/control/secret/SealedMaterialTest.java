package dev.vt.control.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.vt.control.key.MasterKeyFile;
import dev.vt.control.key.SealBrokenException;
import dev.vt.manifest.secrets.SecretBytes;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealedMaterialTest {
    private static final SealedMaterial.Place PLACE = new SealedMaterial.Place("org", "env", "sb", "sv", "fp");

    @TempDir
    Path directory;

    private MasterKeyFile keys;
    private SealedMaterial sealed;

    @BeforeEach
    void seal() {
        keys = MasterKeyFile.createIfAbsent(directory.resolve("key"), prefix -> "mk_1", new SecureRandom());
        sealed = SealedMaterial.seal(
                SecretBytes.copyOf("A=1".getBytes(StandardCharsets.UTF_8)), PLACE, keys, new SecureRandom());
    }

    @Test
    void opensWhereItWasSealed() {
        SealedMaterial stored = SealedMaterial.parse(sealed.bytes());
        try (SecretBytes opened = stored.open(PLACE, keys)) {
            assertThat(opened.reveal()).asString(StandardCharsets.UTF_8).isEqualTo("A=1");
        }
    }

    @Test
    void eachFieldOfThePlaceIsAuthenticatedSE6() {
        for (SealedMaterial.Place other : List.of(
                new SealedMaterial.Place("org2", "env", "sb", "sv", "fp"),
                new SealedMaterial.Place("org", "env2", "sb", "sv", "fp"),
                new SealedMaterial.Place("org", "env", "sb2", "sv", "fp"),
                new SealedMaterial.Place("org", "env", "sb", "sv2", "fp"),
                new SealedMaterial.Place("org", "env", "sb", "sv", "fp2"),
                new SealedMaterial.Place("orge", "nv", "sb", "sv", "fp"))) {
            assertThatThrownBy(() -> sealed.open(other, keys)).isInstanceOf(SealBrokenException.class);
        }
    }

    @Test
    void twoSealingsOfTheSameContentShareNothing() {
        SealedMaterial again = SealedMaterial.seal(
                SecretBytes.copyOf("A=1".getBytes(StandardCharsets.UTF_8)), PLACE, keys, new SecureRandom());
        assertThat(again.ciphertext()).isNotEqualTo(sealed.ciphertext());
        assertThat(again.wrappedKey()).isNotEqualTo(sealed.wrappedKey());
    }
}
