package dev.vt.images.registry;

import io.helidon.webserver.WebServer;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.BiPredicate;

/** The built-in registry on a free loopback port: token "all" may do everything, "reader" may only pull below acme/. */
public final class RegistryFixture implements AutoCloseable {
    private final WebServer server;

    public RegistryFixture(Path directory) throws IOException {
        this(directory, RegistryLimits.DEFAULT);
    }

    public RegistryFixture(Path directory, RegistryLimits limits) throws IOException {
        RegistryStore store = new RegistryStore(directory, limits, Clock.systemUTC());
        server = WebServer.builder()
                .address(InetAddress.getLoopbackAddress())
                .port(0)
                .shutdownHook(false)
                .routing(routing -> routing.register("/v2", new RegistryService(store, RegistryFixture::authenticate)))
                .build()
                .start();
    }

    private static Optional<RegistryAccess> authenticate(byte[] token) {
        if (Arrays.equals(token, "all".getBytes(StandardCharsets.UTF_8))) {
            return Optional.of(new TestAccess((repository, action) -> true));
        }
        if (Arrays.equals(token, "reader".getBytes(StandardCharsets.UTF_8))) {
            return Optional.of(new TestAccess(
                    (repository, action) -> action == RegistryAccess.Action.PULL && repository.startsWith("acme/")));
        }
        return Optional.empty();
    }

    private record TestAccess(BiPredicate<String, Action> allowed) implements RegistryAccess {
        @Override
        public boolean allows(String repository, Action action) {
            return allowed.test(repository, action);
        }

        @Override
        public Author author() {
            return new Author("user", "usr_test");
        }

        @Override
        public boolean pullsDeleted() {
            return false;
        }
    }

    /** {@code 127.0.0.1:port}. */
    public String host() {
        return "127.0.0.1:" + server.port();
    }

    @Override
    public void close() {
        server.stop();
    }
}
