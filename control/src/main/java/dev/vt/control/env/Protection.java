package dev.vt.control.env;

import dev.vt.control.http.Call;
import dev.vt.control.http.Caller;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import java.util.Objects;

/** What a protected environment asks for beyond the scope (api.md §7): the role of an admin. */
public final class Protection {
    private Protection() {}

    /**
     * @param what completes "… in a protected environment"
     * @throws ProblemException {@code protected_env} if the environment is protected and the caller neither an admin of the
     *     org nor a principal whose resource is this environment
     */
    public static void requireAdmin(Call call, Env env, String what) {
        if (env.guarded() && !mayChange(call.caller(), call.org().orgId(), env.id())) {
            throw new ProblemException(Problem.of(
                    ErrorCode.PROTECTED_ENV, what + " in a protected environment needs an admin of the org"));
        }
    }

    /** Whether the caller may do in a protected environment what others may not. */
    public static boolean mayChange(Caller caller, String orgId, String envId) {
        return caller.administers(orgId)
                || (caller.actor().type().equals("service_principal") && Objects.equals(caller.tokenResource(), envId));
    }
}
