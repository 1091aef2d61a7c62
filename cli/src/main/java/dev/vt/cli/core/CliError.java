package dev.vt.cli.core;

import dev.vt.cli.json.Doc;
import dev.vt.kernel.ErrorCode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Why a command ended without doing what it was asked (cli.md §7).
 *
 * @param category the name of the exit code's row, for example {@code conflict}
 * @param code of api.md §5 or one of the client's own
 * @param fix one command or change
 * @param details as the server sent them
 */
public record CliError(
        String category,
        int exitCode,
        String code,
        String message,
        @Nullable String activity,
        @Nullable String why,
        @Nullable String fix,
        @Nullable Long retryAfterSeconds,
        boolean retryable,
        @Nullable String requestId,
        Doc details) {

    public static final int INVALID_USAGE = 2;
    public static final int EXEC_FAILED = 125;

    public static CliError usage(String code, String message, @Nullable String fix) {
        return new CliError(
                "invalid_usage", INVALID_USAGE, code, message, null, null, fix, null, false, null, Doc.NULL);
    }

    public static CliError of(String category, int exitCode, String code, String message, @Nullable String fix) {
        return new CliError(
                category, exitCode, code, message, null, null, fix, null, "transient".equals(category), null, Doc.NULL);
    }

    public static CliError network(String message) {
        return of("transient", 6, "network", message, "check that the server runs: vt doctor");
    }

    /** Ctrl-C (exit 130): what the server was asked before goes on. */
    public static CliError interrupted() {
        return of("interrupted", 130, "interrupted", "interrupted", null);
    }

    /** From a problem document (api.md §5). An unknown code keeps its text and gets the category of the HTTP status. */
    public static CliError fromProblem(int status, Doc problem, String activity) {
        String code = problem.str("code").isEmpty() ? "internal" : problem.str("code");
        int exit = ErrorCode.of(code).map(known -> known.category().exitCode()).orElse(exitFor(status));
        Doc retryAfter = problem.get("retry_after_seconds");
        return new CliError(
                categoryName(exit),
                exit,
                code,
                problem.str("detail").isEmpty() ? "the server answered " + status : problem.str("detail"),
                activity.isEmpty() ? null : activity,
                why(code, problem.get("details")),
                problem.get("hint").text().orElse(null),
                retryAfter.isNull() ? null : problem.number("retry_after_seconds"),
                problem.flag("retryable"),
                problem.get("request_id").text().orElse(null),
                problem.get("details").isNull() ? new Doc(Map.of()) : problem.get("details"));
    }

    /** The facts behind the codes whose details say more than the message. */
    private static @Nullable String why(String code, Doc details) {
        return switch (code) {
            case "quota_exceeded" ->
                details.str("dimension") + ": limit " + details.str("limit") + ", in use "
                        + details.str("current_usage") + ", asked for " + details.str("requested_delta");
            case "version_conflict" ->
                details.str("current_version").isEmpty()
                        ? null
                        : "it is at version " + details.str("current_version") + " by now";
            case "unknown_process_type" -> known("the process types are ", details.list("process_types"));
            case "insufficient_scope" ->
                details.str("scope").isEmpty() ? null : "the token lacks the scope " + details.str("scope");
            case "label_not_allowed" -> known("allowed are ", details.list("allowed"));
            default -> null;
        };
    }

    private static @Nullable String known(String intro, List<Doc> names) {
        return names.isEmpty()
                ? null
                : intro
                        + String.join(
                                ", ",
                                names.stream()
                                        .map(name -> name.text().orElse(""))
                                        .toList());
    }

    public CliError during(String what) {
        return new CliError(
                category, exitCode, code, message, what, why, fix, retryAfterSeconds, retryable, requestId, details);
    }

    public CliError withDetails(Doc more) {
        return new CliError(
                category, exitCode, code, message, activity, why, fix, retryAfterSeconds, retryable, requestId, more);
    }

    /** The same failure of {@code exec}, which keeps category and code but ends with 125 (C10). */
    public CliError asExecFailure() {
        return new CliError(
                category,
                EXEC_FAILED,
                code,
                message,
                activity,
                why,
                fix,
                retryAfterSeconds,
                retryable,
                requestId,
                details);
    }

    private static int exitFor(int status) {
        return switch (status) {
            case 401, 403 -> 3;
            case 404, 410 -> 4;
            case 409, 412 -> 5;
            case 429, 502, 503, 504 -> 6;
            default -> status >= 500 ? 7 : 2;
        };
    }

    private static String categoryName(int exit) {
        return switch (exit) {
            case 2 -> "invalid_usage";
            case 3 -> "auth";
            case 4 -> "not_found";
            case 5 -> "conflict";
            case 6 -> "transient";
            default -> "internal";
        };
    }
}
