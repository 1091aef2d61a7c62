package dev.vt.manifest;

import java.util.List;

/** What reading a manifest gave. */
public sealed interface ManifestResult {
    /** Warnings in the order of the file. */
    record Valid(Manifest manifest, List<Finding> warnings) implements ManifestResult {
        public Valid {
            warnings = List.copyOf(warnings);
        }
    }

    /** All errors, at least one, and the warnings, each in the order of the file. */
    record Invalid(List<Finding> errors, List<Finding> warnings) implements ManifestResult {
        public Invalid {
            errors = List.copyOf(errors);
            warnings = List.copyOf(warnings);
        }
    }
}
