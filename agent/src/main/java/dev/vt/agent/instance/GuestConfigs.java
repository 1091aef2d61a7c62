package dev.vt.agent.instance;

import dev.vt.api.node.WorkloadSpec;
import dev.vt.images.ImageConfig;
import dev.vt.images.rootfs.RootFilesystem;
import dev.vt.images.rootfs.UserTable;
import dev.vt.runtime.channel.GuestConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Turns a workload and its image into what init needs: names become numbers, defaults become values. Pure. */
final class GuestConfigs {
    private static final String DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private GuestConfigs() {}

    /** @throws BootException {@code config_invalid} or {@code user_unresolved} */
    static GuestConfig of(WorkloadSpec spec, RootFilesystem root, int stopGraceS) {
        ImageConfig image = root.config();
        UserTable.Resolved user = root.users()
                .resolve(firstNonNull(spec.process().user(), image.user(), ""))
                .orElseThrow(() -> new BootException("driver_start_failed", "user_unresolved", null));
        return new GuestConfig(
                GuestConfig.VERSION,
                spec.instanceId(),
                spec.instanceId().replace('_', '-').toLowerCase(Locale.ROOT),
                new GuestConfig.Process(
                        argv(spec, image),
                        firstNonNull(spec.process().workdir(), image.workingDir(), "/"),
                        vars(spec, image, user),
                        user.uid(),
                        user.gid(),
                        user.supplementaryGids()),
                spec.process().prestart().stream()
                        .map(p -> new GuestConfig.Prestart(p.argv(), p.timeoutS()))
                        .toList(),
                new GuestConfig.Network(
                        spec.network().address(),
                        spec.network().gateway(),
                        spec.network().mtu(),
                        spec.network().dns(),
                        spec.network().search()),
                usesSecrets(spec),
                GuestConfig.Scratch.DISK,
                List.of(),
                signalName(spec.lifecycle().stopSignal()),
                stopGraceS * 1000);
    }

    static boolean usesSecrets(WorkloadSpec spec) {
        WorkloadSpec.Secrets secrets = spec.secrets();
        return secrets != null && secrets.versionId() != null;
    }

    private static List<String> argv(WorkloadSpec spec, ImageConfig image) {
        if (!spec.process().argv().isEmpty()) {
            return spec.process().argv();
        }
        List<String> argv = new ArrayList<>(image.entrypoint());
        argv.addAll(image.cmd());
        if (argv.isEmpty()) {
            throw new BootException("driver_start_failed", "config_invalid", null);
        }
        return argv;
    }

    /** The image's variables, then the workload's; {@code PATH} and {@code HOME} are there in any case. */
    private static Map<String, String> vars(WorkloadSpec spec, ImageConfig image, UserTable.Resolved user) {
        Map<String, String> vars = new TreeMap<>();
        vars.put("PATH", DEFAULT_PATH);
        vars.put("HOME", user.home());
        for (String entry : image.env()) {
            int equals = entry.indexOf('=');
            if (equals > 0) {
                vars.put(entry.substring(0, equals), entry.substring(equals + 1));
            }
        }
        vars.putAll(spec.process().vars());
        return vars;
    }

    private static String signalName(String name) {
        return name.startsWith("SIG") ? name.substring(3) : name;
    }

    private static String firstNonNull(@Nullable String first, @Nullable String second, String last) {
        return first != null ? first : second != null ? second : last;
    }
}
