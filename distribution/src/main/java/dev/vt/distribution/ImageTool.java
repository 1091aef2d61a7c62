package dev.vt.distribution;

import dev.vt.cli.core.Globals;
import dev.vt.cli.core.Interrupts;
import dev.vt.cli.core.Session;
import dev.vt.images.ImageConfig;
import dev.vt.images.ImageException;
import dev.vt.images.ImageReference;
import dev.vt.images.OciDigest;
import dev.vt.images.RegistryCredentials;
import dev.vt.images.client.ImagePusher;
import dev.vt.images.client.RegistryClient;
import dev.vt.images.client.RegistryOptions;
import dev.vt.images.layout.LayoutWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * {@code vt image}: makes an OCI layout from a directory and pushes a layout, so that the sample app needs no other image tool.
 * Any OCI client does the same against the built-in registry, with a token as its password.
 */
final class ImageTool {
    private static final String USAGE = """
            Usage: vt image layout DIRECTORY LAYOUT [--env NAME=VALUE]... [--cmd ARG]... [--user NAME]
                   vt image push LAYOUT HOST/REPOSITORY:TAG
            Makes an OCI image layout from a directory, and pushes a layout to a registry. Any other tool for images will do, too.
            """;

    private ImageTool() {}

    static int run(String[] args) {
        if (List.of(args).contains("--help") || List.of(args).contains("-h")) {
            System.out.print(USAGE);
            return 0;
        }
        try {
            if (args.length >= 3 && args[0].equals("layout")) {
                return layout(args);
            }
            if (args.length == 3 && args[0].equals("push")) {
                return push(Path.of(args[1]), args[2]);
            }
        } catch (IOException | ImageException | IllegalArgumentException e) {
            System.err.println("error: vt image " + args[0] + ": " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 130;
        }
        System.err.print(USAGE);
        return 2;
    }

    private static int layout(String[] args) throws IOException {
        List<String> env = new ArrayList<>();
        List<String> command = new ArrayList<>();
        @Nullable String user = null;
        for (int i = 3; i + 1 < args.length; i += 2) {
            switch (args[i]) {
                case "--env" -> env.add(args[i + 1]);
                case "--cmd" -> command.add(args[i + 1]);
                case "--user" -> user = args[i + 1];
                default -> throw new IllegalArgumentException("unknown option " + args[i]);
            }
        }
        ImageConfig config = new ImageConfig("linux", "amd64", List.of(), command, env, "/", user, null, List.of());
        OciDigest digest = new LayoutWriter().tree(Path.of(args[1]), "").write(Path.of(args[2]), config);
        System.out.println(digest);
        return 0;
    }

    private static int push(Path layout, String to) throws InterruptedException {
        ImageReference reference = ImageReference.parse(to);
        try (RegistryClient client = new RegistryClient(
                RegistryOptions.withPlainHttp(loopback(reference.host()) ? Set.of(reference.host()) : Set.of()))) {
            OciDigest digest = new ImagePusher(client).push(layout, reference, credentials());
            System.out.println(reference.repository() + "@" + digest);
            return 0;
        }
    }

    private static boolean loopback(String host) {
        return host.startsWith("127.0.0.1:") || host.startsWith("[::1]:") || host.startsWith("localhost:");
    }

    /** The token of the server in force, as any registry client would give it. */
    private static RegistryCredentials credentials() {
        Optional<String> token = new Session(Main.shell(new Interrupts()), new Globals()).token();
        return token.<RegistryCredentials>map(
                        secret -> new RegistryCredentials.Basic("vt", secret.getBytes(StandardCharsets.UTF_8)))
                .orElseGet(RegistryCredentials::anonymous);
    }
}
