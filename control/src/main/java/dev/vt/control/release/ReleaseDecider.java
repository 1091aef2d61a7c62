package dev.vt.control.release;

import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;

/** Pure: state, command and facts in, events or a refusal out. */
final class ReleaseDecider {
    /** The whole event must stay below 256 KiB (state.md §1). */
    private static final int MAX_CONFIG_BYTES = 64 << 10;

    /**
     * @param known the app's release of the same content, {@link ReleaseState.Absent} if there is none
     * @param nextNumber of the app
     * @param configBytes size of the image configuration
     */
    record Facts(ReleaseState known, int nextNumber, int configBytes) {}

    private ReleaseDecider() {}

    static Decision<ReleaseEvent> decide(ReleaseState state, ReleaseCommand command, Facts facts) {
        return switch (command) {
            case ReleaseCommand.Create create -> {
                if (facts.known() instanceof ReleaseState.Released) {
                    yield Decision.unchanged();
                }
                if (!(state instanceof ReleaseState.Absent)) {
                    yield Decision.refuse(ErrorCode.INVALID_STATE, "the release exists");
                }
                if (facts.configBytes() > MAX_CONFIG_BYTES) {
                    yield Decision.refuse(
                            ErrorCode.IMAGE_UNSUPPORTED, "the configuration of the image is larger than 64 KiB");
                }
                yield Decision.accept(new ReleaseEvent.Created(
                        facts.nextNumber(), create.imageRef(), create.image(), create.manifest()));
            }
        };
    }

    static ReleaseState evolve(ReleaseState state, ReleaseEvent event) {
        return switch (event) {
            case ReleaseEvent.Created created ->
                new ReleaseState.Released(
                        created.number(),
                        created.image().digest(),
                        created.manifest().hash());
        };
    }
}
