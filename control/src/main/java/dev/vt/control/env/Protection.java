package dev.vt.control.env;

import dev.vt.control.http.Call;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.Set;

/** What a protected environment asks for beyond the scope (api.md §7): the role of an admin. */
public final class Protection {
    private Protection() {}

    /**
     * @param what completes "… in a protected environment"
     * @throws ProblemException {@code protected_env} if the environment is protected and the caller no admin of the org
     */
    public static void requireAdmin(Call call, Env env, String what) {
        boolean admin = call.caller()
                .orgScopes()
                .getOrDefault(call.org().orgId(), Set.of())
                .contains("orgs:admin");
        if (env.guarded() && !admin) {
            throw new ProblemException(Problem.of(
                    ErrorCode.PROTECTED_ENV, what + " in a protected environment needs an admin of the org"));
        }
    }
}
