package dev.vt.runtime.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Finds the kernel bundle that tests boot: {@code VT_KERNEL_BUNDLE}, else the newest that was built here. */
public final class KernelBundles {
    private KernelBundles() {}

    public static Path find() {
        String given = System.getenv("VT_KERNEL_BUNDLE");
        if (given != null) {
            return Path.of(given);
        }
        Path built = Path.of(System.getProperty("vt.root", "."), "guest", "build", "bundle");
        try {
            return built.toRealPath();
        } catch (IOException e) {
            throw new UncheckedIOException("no kernel bundle: run guest/bundle.sh", e);
        }
    }
}
