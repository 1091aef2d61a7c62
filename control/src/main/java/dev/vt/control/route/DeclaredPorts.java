package dev.vt.control.route;

import dev.vt.control.env.Env;
import dev.vt.manifest.ProcessSpec;
import java.util.List;
import java.util.Optional;

/** What a process type listens on in an environment, by what is deployed there. */
@FunctionalInterface
public interface DeclaredPorts {
    /** Empty if the environment has no such process type. */
    Optional<List<ProcessSpec.Port>> of(Env env, String processType);
}
