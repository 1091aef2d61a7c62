package dev.vt.runtime.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The frequency of the host's time stamp counter in kHz. Emulated guests see the host's counter and hang while measuring it
 * against emulated timers, so they are told with {@code tsc_early_khz}.
 */
public final class TscFrequency {
    private static final Pattern KERNEL_LOG =
            Pattern.compile("tsc: (?:Refined TSC clocksource calibration:|Detected) (\\d+)\\.(\\d{3}) MHz");
    private static final Pattern MODEL_NAME = Pattern.compile("model name\\s*:.*@ (\\d+)\\.(\\d+)GHz");
    private static final Pattern CPU_MHZ = Pattern.compile("cpu MHz\\s*:\\s*(\\d+)\\.(\\d{3})");

    private TscFrequency() {}

    /** Best source first: what the kernel measured, what it says, the model's nominal frequency, the current one. */
    public static OptionalLong detectKhz() {
        OptionalLong fromSys = readSys(Path.of("/sys/devices/system/cpu/cpu0/tsc_freq_khz"));
        if (fromSys.isPresent()) {
            return fromSys;
        }
        OptionalLong fromLog = fromKernelLog(kernelLog());
        if (fromLog.isPresent()) {
            return fromLog;
        }
        try {
            return fromCpuInfo(Files.readString(Path.of("/proc/cpuinfo")));
        } catch (IOException e) {
            return OptionalLong.empty();
        }
    }

    /** The last match wins: the kernel refines its first guess. */
    static OptionalLong fromKernelLog(String log) {
        Matcher matcher = KERNEL_LOG.matcher(log);
        OptionalLong khz = OptionalLong.empty();
        while (matcher.find()) {
            khz = OptionalLong.of(Long.parseLong(matcher.group(1)) * 1000 + Long.parseLong(matcher.group(2)));
        }
        return khz;
    }

    static OptionalLong fromCpuInfo(String cpuInfo) {
        Matcher model = MODEL_NAME.matcher(cpuInfo);
        if (model.find()) {
            String fraction = (model.group(2) + "000000").substring(0, 6);
            return OptionalLong.of(Long.parseLong(model.group(1)) * 1_000_000 + Long.parseLong(fraction));
        }
        Matcher current = CPU_MHZ.matcher(cpuInfo);
        return current.find()
                ? OptionalLong.of(Long.parseLong(current.group(1)) * 1000 + Long.parseLong(current.group(2)))
                : OptionalLong.empty();
    }

    private static OptionalLong readSys(Path file) {
        try {
            return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
        } catch (IOException | NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** Empty when the kernel log is not for us to read: the other sources remain. */
    private static String kernelLog() {
        try {
            Process dmesg = new ProcessBuilder(List.of("dmesg"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(dmesg.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return dmesg.waitFor(5, TimeUnit.SECONDS) ? text : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
