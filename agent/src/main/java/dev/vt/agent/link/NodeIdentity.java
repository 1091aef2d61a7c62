package dev.vt.agent.link;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.agent.state.StateFiles;
import dev.vt.identity.MemberFiles;
import dev.vt.kernel.Json;
import dev.vt.overlay.wireguard.KeyPair;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Who this node is: {@code node.json}, {@code key.pem} (0600), {@code certificate.pem} and {@code ca.pem} in the data directory.
 *
 * @param nodeId {@code node_…}, also the certificate's common name
 * @param overlayIpv6 the node's own overlay address
 * @param addressBlock the /80 its instances live in
 */
@JsonNaming(SnakeCaseStrategy.class)
public record NodeIdentity(String nodeId, String clusterId, String overlayIpv6, String addressBlock) {

    /** Key and certificate, which are renewed. */
    public static MemberFiles files(Path dataDir) {
        return new MemberFiles(dataDir);
    }

    public static Path keyFile(Path dataDir) {
        return dataDir.resolve("key.pem");
    }

    public static Path certificateFile(Path dataDir) {
        return dataDir.resolve("certificate.pem");
    }

    public static Path authorityFile(Path dataDir) {
        return dataDir.resolve("ca.pem");
    }

    /** The private key of WireGuard (network.md O2), mode 0600. */
    static Path overlayKeyFile(Path dataDir) {
        return dataDir.resolve("wg.key");
    }

    /** Empty if the node was enrolled without one. */
    public static Optional<KeyPair> overlayKey(Path dataDir) {
        return StateFiles.read(overlayKeyFile(dataDir), KeyPair::parse);
    }

    /** Empty until the node is enrolled. */
    public static Optional<NodeIdentity> load(Path dataDir) {
        if (!Files.exists(certificateFile(dataDir))) {
            return Optional.empty();
        }
        return StateFiles.read(
                dataDir.resolve("node.json"), bytes -> StateFiles.LENIENT.readValue(bytes, NodeIdentity.class));
    }

    /** Writes the certificate last: a directory that has one has everything. */
    void save(Path dataDir, byte[] keyPem, byte[] certificatePem, byte[] authorityPem) {
        StateFiles.write(keyFile(dataDir), keyPem);
        StateFiles.write(authorityFile(dataDir), authorityPem);
        StateFiles.write(dataDir.resolve("node.json"), Json.bytes(this));
        StateFiles.write(certificateFile(dataDir), certificatePem);
    }
}
