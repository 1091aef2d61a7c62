package dev.vt.control.key;

import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.vt.control.feature.SealedRecords;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.SideOperation;
import dev.vt.eventlog.SideRecord;
import dev.vt.kernel.Json;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether this server has the master key that the cluster's material is sealed with (SE8): a value that the first server wrapped
 * must open. Asked once, at start; without the key all but secrets is served.
 */
public final class MasterKeyCheck {
    private static final Logger log = LoggerFactory.getLogger(MasterKeyCheck.class);
    private static final String KIND = "wrapped_key";
    private static final String KEY = "check";
    private static final byte[] CONTEXT = Sealing.context("vt-master-key-check-v1");
    static final SealedRecords RECORDS = SealedRecords.one(KIND, KEY, "wrapped", CONTEXT);

    @JsonNaming(SnakeCaseStrategy.class)
    private record Check(String masterKeyId, byte[] wrapped) {}

    private MasterKeyCheck() {}

    /** True if the check value opens, or was made just now because the cluster had none. */
    public static boolean passes(StateReader state, SystemMutations system, KeyWrapper keys) {
        Optional<SideRecord> record = state.side(KIND, KEY);
        if (record.isEmpty()) {
            make(system, keys);
            return true;
        }
        Check check = Json.read(record.get().content(), Check.class);
        try {
            keys.unwrap(check.masterKeyId(), check.wrapped(), CONTEXT);
            return true;
        } catch (MasterKeyUnavailableException | SealBrokenException e) {
            log.error(
                    "this server has not the master key of its cluster; secrets stay sealed wanted_key={} own_key={}",
                    check.masterKeyId(),
                    keys.primaryKeyId(),
                    e);
            return false;
        }
    }

    /** By which master key the check value is wrapped; empty if there is none. */
    static Optional<String> keyId(StateReader state) {
        return state.side(KIND, KEY)
                .map(record -> Json.read(record.content(), Check.class).masterKeyId());
    }

    /** The value itself says nothing. A standby makes none: the leader does, or has. */
    private static void make(SystemMutations system, KeyWrapper keys) {
        Check check = new Check(keys.primaryKeyId(), keys.wrap(new byte[Sealing.KEY_BYTES], CONTEXT));
        system.asSystem(
                "master-key-check",
                draft -> draft.require(new Precondition.Side(KIND, KEY, 0))
                        .side(new SideOperation.Put(KIND, KEY, Json.bytes(check), null)));
    }
}
