package dev.vt.control.node;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Map;

/** What a node is, by its events. */
public sealed interface NodeState {
    record Absent() implements NodeState {}

    /**
     * @param inventory the last one reported
     * @param fenced proven to run nothing, and not heard since
     */
    record Member(
            Admission admission,
            Health health,
            JsonNode inventory,
            String agentVersion,
            Map<String, String> labels,
            boolean fenced)
            implements NodeState {
        public Member {
            labels = Map.copyOf(labels);
        }

        Member with(Admission newAdmission, Health newHealth) {
            boolean stillFenced = fenced && newHealth == Health.OFFLINE;
            return new Member(newAdmission, newHealth, inventory, agentVersion, labels, stillFenced);
        }

        Member withInventory(JsonNode newInventory) {
            return new Member(admission, health, newInventory, agentVersion, labels, fenced);
        }

        Member withAgentVersion(String newVersion) {
            return new Member(admission, health, inventory, newVersion, labels, fenced);
        }

        Member withLabels(Map<String, String> newLabels) {
            return new Member(admission, health, inventory, agentVersion, newLabels, fenced);
        }

        Member withFenced() {
            return new Member(admission, health, inventory, agentVersion, labels, true);
        }
    }

    /** What people decided. */
    enum Admission {
        ENROLLED,
        ACTIVE,
        DRAINING,
        DISABLED,
        REVOKED;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Admission of(String wire) {
            return valueOf(wire.toUpperCase(Locale.ROOT));
        }
    }

    /** What was detected. */
    enum Health {
        ONLINE,
        SUSPECT,
        DEGRADED,
        OFFLINE;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }

        static Health of(String wire) {
            return valueOf(wire.toUpperCase(Locale.ROOT));
        }
    }
}
