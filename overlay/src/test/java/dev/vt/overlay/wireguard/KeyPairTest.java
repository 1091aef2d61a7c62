package dev.vt.overlay.wireguard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.Test;

/** O2. */
class KeyPairTest {
    @Test
    void thePublicKeyIsTheOneThatWgDerives() {
        // wg genkey | tee /dev/stderr | wg pubkey
        byte[] file = "2KocAokWJatDuIW+Soy2BtNdA0WS2ECJ0LdfsDauSmE=\n".getBytes(StandardCharsets.US_ASCII);

        assertThat(KeyPair.parse(file).publicKey())
                .isEqualTo(PublicKey.parse("BFsZ7AGbzW3MoUk7E5fqK9Pjo+d+FZoEa5tB8whGvS4="));
    }

    @Test
    void itsFileIsReadBack() {
        KeyPair key = KeyPair.generate();

        assertThat(KeyPair.parse(key.fileContent()).publicKey()).isEqualTo(key.publicKey());
        assertThat(KeyPair.parse(key.fileContent()).fileContent()).isEqualTo(key.fileContent());
    }

    @Test
    void theTextHoldsThePublicKeyOnly() {
        KeyPair key = KeyPair.generate();

        assertThat(key.toString()).contains(key.publicKey().toString()).doesNotContain(key.privateBase64());
    }

    @Test
    void aFileThatIsNoKeyIsRefusedWithoutItsContent() {
        byte[] content = Base64.getEncoder().encode("too short a key".getBytes(StandardCharsets.US_ASCII));

        assertThatThrownBy(() -> KeyPair.parse(content))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("a WireGuard key of 15 bytes");
    }
}
