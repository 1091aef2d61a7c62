package dev.vt.control.release;

import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.Finding;
import dev.vt.manifest.Manifest;
import dev.vt.manifest.ManifestResult;
import dev.vt.manifest.Manifests;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The validator of the command line, its findings as a problem. */
public final class ManifestProblems {
    private ManifestProblems() {}

    /** @throws ProblemException {@code manifest_invalid} with all findings in {@code details.errors} */
    public static Manifest require(String toml) {
        return switch (Manifests.read(toml.getBytes(StandardCharsets.UTF_8))) {
            case ManifestResult.Valid valid -> valid.manifest();
            case ManifestResult.Invalid invalid -> throw new ProblemException(problem(invalid.errors()));
        };
    }

    private static Problem problem(List<Finding> findings) {
        Finding first = findings.getFirst();
        String more = findings.size() == 1 ? "" : " (and " + (findings.size() - 1) + " more)";
        List<Map<String, Object>> errors = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Object> error = new LinkedHashMap<>();
            error.put("code", finding.code().name());
            error.put("path", finding.path());
            error.put("line", finding.line());
            error.put("column", finding.column());
            error.put("message", finding.message());
            if (finding.nearest() != null) {
                error.put("nearest", finding.nearest());
            }
            errors.add(error);
        }
        String place = first.path().isEmpty() ? "" : first.path() + " ";
        return Problem.of(ErrorCode.MANIFEST_INVALID, "line " + first.line() + ": " + place + first.message() + more)
                .withHint("vt manifest validate")
                .withDetails(Map.of("errors", errors));
    }
}
