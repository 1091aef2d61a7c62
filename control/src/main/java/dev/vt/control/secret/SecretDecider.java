package dev.vt.control.secret;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import java.util.ArrayList;
import java.util.List;

/** Pure: state, command and a new version id in, events or a refusal out. */
final class SecretDecider {
    static final String FORMAT = "platform_env_v1";
    static final String CONFIRM_NONE = "confirm_none";

    private SecretDecider() {}

    /** @param newVersionId for the version, if there is to be one */
    static Decision<SecretEvent> decide(SecretState state, SecretCommand command, String newVersionId) {
        return switch (command) {
            case SecretCommand.Write(String cause, String fingerprint, List<String> keys) ->
                state instanceof SecretState.Current current
                                && current.fingerprint().equals(fingerprint)
                                && !current.cause().equals(CONFIRM_NONE)
                        ? Decision.unchanged()
                        : version(state, newVersionId, cause, fingerprint, keys);
            case SecretCommand.ConfirmNone(String fingerprint) ->
                switch (state) {
                    case SecretState.Current current
                    when !current.keys().isEmpty() ->
                        Decision.refuse(Problem.of(
                                        ErrorCode.INVALID_STATE,
                                        "the environment has " + current.keys().size() + " variables")
                                .withHint("vt secrets unset " + String.join(" ", current.keys())));
                    case SecretState.Current current when current.cause().equals(CONFIRM_NONE) -> Decision.unchanged();
                    case SecretState.Current current ->
                        version(state, newVersionId, CONFIRM_NONE, fingerprint, List.of());
                    case SecretState.Empty empty -> version(state, newVersionId, CONFIRM_NONE, fingerprint, List.of());
                    case SecretState.Absent absent ->
                        version(state, newVersionId, CONFIRM_NONE, fingerprint, List.of());
                };
        };
    }

    private static Decision<SecretEvent> version(
            SecretState state, String versionId, String cause, String fingerprint, List<String> keys) {
        List<SecretEvent> events = new ArrayList<>();
        int number = switch (state) {
            case SecretState.Absent absent -> {
                events.add(new SecretEvent.Created(FORMAT));
                yield 1;
            }
            case SecretState.Empty empty -> 1;
            case SecretState.Current current -> current.number() + 1;
        };
        events.add(new SecretEvent.VersionSet(versionId, number, cause, fingerprint, keys));
        return Decision.accept(events);
    }

    static SecretState evolve(SecretState state, SecretEvent event) {
        return switch (event) {
            case SecretEvent.Created created -> new SecretState.Empty();
            case SecretEvent.VersionSet(String versionId, int number, String cause, String fingerprint, var keys) ->
                new SecretState.Current(versionId, number, cause, fingerprint, keys);
            case SecretEvent.MaterialShredded shredded -> state;
        };
    }
}
