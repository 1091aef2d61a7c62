package dev.vt.edge.plane;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.identity.MemberFiles;
import dev.vt.kernel.Json;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/**
 * Who this edge is. In the data directory: {@code key.pem} (0600), {@code ca.pem}, {@code edge.json} and, written last,
 * {@code certificate.pem}.
 *
 * @param edgeId {@code edge_…}, also the certificate's common name
 */
@JsonNaming(SnakeCaseStrategy.class)
public record EdgeIdentity(String edgeId, String clusterId) {
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

    /** Empty until the edge is enrolled. */
    public static Optional<EdgeIdentity> load(Path dataDir) throws IOException {
        if (!Files.exists(certificateFile(dataDir))) {
            return Optional.empty();
        }
        return Optional.of(Json.read(Files.readAllBytes(dataDir.resolve("edge.json")), EdgeIdentity.class));
    }

    public void save(Path dataDir, byte[] keyPem, byte[] certificatePem, byte[] authorityPem) throws IOException {
        write(keyFile(dataDir), keyPem);
        write(authorityFile(dataDir), authorityPem);
        write(dataDir.resolve("edge.json"), Json.bytes(this));
        write(certificateFile(dataDir), certificatePem);
    }

    private static void write(Path target, byte[] content) throws IOException {
        Path temporary = target.resolveSibling(target.getFileName() + ".new");
        Files.deleteIfExists(temporary);
        try (FileChannel channel = FileChannel.open(
                temporary,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
}
