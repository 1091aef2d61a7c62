package dev.vt.manifest.secrets;

import dev.vt.kernel.Digests;
import dev.vt.manifest.secrets.SecretFinding.Code;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The variables of an environment's secret bundle, by key. {@code parse(canonical(m)) = m}, and the canonical form of an accepted
 * file is a fixed point (SE2).
 */
public final class SecretBundle implements AutoCloseable {
    public static final String HEADER = "# VT_SECRETS_V1";
    public static final Pattern KEY = Pattern.compile("[A-Z_][A-Z0-9_]{0,127}");
    public static final int MAX_KEYS = 256;
    public static final int MAX_CANONICAL_BYTES = 256 << 10;
    public static final int MAX_PLAIN_BYTES = 8 << 10;
    public static final int MAX_VALUE_BYTES = 64 << 10;

    static final byte[] BASE64 = "base64:".getBytes(StandardCharsets.US_ASCII);

    /** What reading a file or taking a set of values gave. */
    public sealed interface Result {
        /** The caller closes the bundle. */
        record Accepted(SecretBundle bundle) implements Result {}

        /** All that is wrong, in the order of the file. */
        record Rejected(List<SecretFinding> findings) implements Result {
            public Rejected {
                findings = List.copyOf(findings);
            }
        }
    }

    private final SortedMap<String, SecretBytes> values;

    private SecretBundle(SortedMap<String, SecretBytes> values) {
        this.values = values;
    }

    public static SecretBundle empty() {
        return new SecretBundle(new TreeMap<>());
    }

    /** Reads the file of format v1. Never throws on any input. */
    public static Result parse(byte[] file) {
        SecretFileParser parser = new SecretFileParser(file);
        SortedMap<String, SecretBytes> values = parser.parse();
        return checked(values, parser.findings());
    }

    /** Takes the values over; they are wiped with the bundle, or at once if they are rejected. */
    public static Result of(Map<String, SecretBytes> values) {
        List<SecretFinding> findings = new ArrayList<>();
        new TreeMap<>(values).forEach((key, value) -> {
            if (!KEY.matcher(key).matches()) {
                findings.add(new SecretFinding(Code.KEY, 0, null));
            } else if (value.size() > MAX_VALUE_BYTES) {
                findings.add(new SecretFinding(Code.TOO_LARGE, 0, key));
            }
        });
        return checked(new TreeMap<>(values), findings);
    }

    private static Result checked(SortedMap<String, SecretBytes> values, List<SecretFinding> found) {
        List<SecretFinding> findings = new ArrayList<>(found);
        SecretBundle bundle = new SecretBundle(values);
        if (values.size() > MAX_KEYS) {
            findings.add(new SecretFinding(Code.TOO_MANY_KEYS, 0, null));
        }
        if (findings.isEmpty()) {
            try (SecretBytes canonical = bundle.canonical()) {
                if (canonical.size() > MAX_CANONICAL_BYTES) {
                    findings.add(new SecretFinding(Code.TOO_LARGE, 0, null));
                }
            }
        }
        if (findings.isEmpty()) {
            return new Result.Accepted(bundle);
        }
        bundle.close();
        return new Result.Rejected(findings);
    }

    /** By key, in byte order. The values are wiped with this bundle. */
    public SortedMap<String, SecretBytes> values() {
        return Collections.unmodifiableSortedMap(values);
    }

    /** Names, sorted. */
    public List<String> keys() {
        return List.copyOf(values.keySet());
    }

    /** The delivered file (SE1). The caller closes it. */
    public SecretBytes canonical() {
        WipingOutput out = new WipingOutput();
        out.writeBytes((HEADER + "\n").getBytes(StandardCharsets.US_ASCII));
        values.forEach((key, secret) -> {
            byte[] value = secret.reveal();
            out.writeBytes(key.getBytes(StandardCharsets.US_ASCII));
            out.write('=');
            if (isPlain(value)) {
                out.writeBytes(value);
            } else {
                out.writeBytes(BASE64);
                byte[] encoded = Base64.getEncoder().encode(value);
                out.writeBytes(encoded);
                Arrays.fill(encoded, (byte) 0);
            }
            out.write('\n');
        });
        return out.take();
    }

    /** SHA-256 of the canonical form in hexadecimal; for use offline only: short values can be guessed from it (SE3). */
    public String contentSha256() {
        try (SecretBytes canonical = canonical()) {
            return Digests.sha256Hex(canonical.reveal());
        }
    }

    private static boolean isPlain(byte[] value) {
        return value.length <= MAX_PLAIN_BYTES
                && !SecretFileParser.startsWith(value, 0, value.length, BASE64)
                && SecretFileParser.firstMalformed(value, 0, value.length) < 0
                && !SecretFileParser.hasControl(value, 0, value.length);
    }

    @Override
    public void close() {
        values.values().forEach(SecretBytes::close);
    }

    @Override
    public String toString() {
        return "SecretBundle[" + values.size() + " keys]";
    }

    /** A growing buffer that leaves no copy behind when it is taken; growth itself may, as any heap. */
    private static final class WipingOutput extends ByteArrayOutputStream {
        WipingOutput() {
            super(MAX_PLAIN_BYTES);
        }

        SecretBytes take() {
            SecretBytes taken = SecretBytes.owning(toByteArray());
            Arrays.fill(buf, (byte) 0);
            return taken;
        }
    }
}
