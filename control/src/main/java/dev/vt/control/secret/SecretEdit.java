package dev.vt.control.secret;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.secrets.SecretBundle;
import dev.vt.manifest.secrets.SecretBytes;
import dev.vt.manifest.secrets.SecretFinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Works out new contents of a bundle from old ones. Pure but for wiping. */
final class SecretEdit {
    /** @param same names whose values are equal in both */
    record Comparison(List<String> added, List<String> removed, List<String> changed, List<String> same) {}

    private SecretEdit() {}

    /** All of these values and nothing else. */
    static SecretBundle replaced(Map<String, @Nullable SecretBytes> values) {
        Map<String, SecretBytes> copy = new TreeMap<>();
        values.forEach((key, value) -> {
            if (value != null) {
                copy.put(key, SecretBytes.copyOf(value.reveal()));
            }
        });
        return accepted(copy);
    }

    /** The old values with these set and, where null, unset. */
    static SecretBundle patched(SecretBundle old, Map<String, @Nullable SecretBytes> values) {
        Map<String, @Nullable SecretBytes> merged = new TreeMap<>(old.values());
        merged.putAll(values);
        return replaced(merged);
    }

    static Comparison compare(SecretBundle before, SecretBundle after) {
        Comparison out = new Comparison(new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        Set<String> names = new TreeSet<>(before.values().keySet());
        names.addAll(after.values().keySet());
        for (String name : names) {
            SecretBytes old = before.values().get(name);
            SecretBytes now = after.values().get(name);
            if (old == null) {
                out.added().add(name);
            } else if (now == null) {
                out.removed().add(name);
            } else if (old.equals(now)) {
                out.same().add(name);
            } else {
                out.changed().add(name);
            }
        }
        return out;
    }

    /** @throws ProblemException {@code secrets_invalid} with all findings */
    private static SecretBundle accepted(Map<String, SecretBytes> values) {
        return switch (SecretBundle.of(values)) {
            case SecretBundle.Result.Accepted(SecretBundle bundle) -> bundle;
            case SecretBundle.Result.Rejected(List<SecretFinding> findings) ->
                throw new ProblemException(problem(findings));
        };
    }

    private static Problem problem(List<SecretFinding> findings) {
        List<Map<String, Object>> errors = new ArrayList<>();
        for (SecretFinding finding : findings) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("code", finding.code().code());
            error.put("path", finding.key() == null ? "" : finding.key());
            error.put("message", finding.message());
            errors.add(error);
        }
        SecretFinding first = findings.getFirst();
        String subject = first.key() == null ? "the set " : first.key() + " ";
        return Problem.of(ErrorCode.SECRETS_INVALID, subject + first.message()).withDetails(Map.of("errors", errors));
    }
}
