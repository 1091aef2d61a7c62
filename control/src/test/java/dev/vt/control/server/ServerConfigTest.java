package dev.vt.control.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ServerConfigTest {
    @Test
    void defaultsAreLoopback() throws ServerConfig.InvalidException {
        ServerConfig config = ServerConfig.parse("run", "--data-dir", "/d");

        assertThat(config.command()).isEqualTo(ServerConfig.Command.RUN);
        assertThat(config.dataDir()).isEqualTo(Path.of("/d"));
        assertThat(config.listen().getAddress().isLoopbackAddress()).isTrue();
        assertThat(config.listen().getPort()).isEqualTo(8440);
        assertThat(config.grpcListen().getAddress().getHostAddress()).isEqualTo("0:0:0:0:0:0:0:1");
        assertThat(config.grpcListen().getPort()).isEqualTo(8441);
        assertThat(config.dev()).isFalse();
        assertThat(config.postgresUrl()).isNull();
    }

    @Test
    void everyFlagIsUnderstood() throws ServerConfig.InvalidException {
        ServerConfig config = ServerConfig.parse(
                "init",
                "--data-dir=/d",
                "--listen",
                "[::1]:1",
                "--grpc-listen=127.0.0.1:2",
                "--postgres-url",
                "postgresql://vt:pw@db:5433/vt",
                "--dev");

        assertThat(config.command()).isEqualTo(ServerConfig.Command.INIT);
        assertThat(config.listen().getPort()).isEqualTo(1);
        assertThat(config.grpcListen().getPort()).isEqualTo(2);
        assertThat(config.postgresUrl()).hasHost("db").hasPort(5433);
        assertThat(config.dev()).isTrue();
    }

    @Test
    void everythingWrongIsSaidAtOnce() {
        assertThatThrownBy(() -> ServerConfig.parse(
                        "rnu",
                        "--liste",
                        "--dev",
                        "--listen",
                        "192.0.2.1:80",
                        "--grpc-listen",
                        "x",
                        "--postgres-url",
                        "db"))
                .isInstanceOfSatisfying(
                        ServerConfig.InvalidException.class,
                        e -> assertThat(e.errors())
                                .hasSize(6)
                                .anyMatch(error -> error.contains("did you mean --listen?"))
                                .anyMatch(error -> error.contains("--data-dir"))
                                .anyMatch(error -> error.contains("loopback")));
    }
}
