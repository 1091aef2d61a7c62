package dev.vt.agent.testing;

import dev.vt.api.node.NodeNetwork;
import dev.vt.api.node.NodePlan;
import dev.vt.api.node.NodePlan.Assignment;
import dev.vt.api.node.NodePlan.DesiredState;
import dev.vt.api.node.WorkloadSpec;
import dev.vt.api.node.WorkloadSpec.Health;
import dev.vt.api.node.WorkloadSpec.Lifecycle;
import dev.vt.api.node.WorkloadSpec.Secrets;
import java.util.List;
import java.util.Map;

/** Plans and workloads with the least a test has to say; immutable. */
public record Workloads(
        String id,
        String repository,
        String digest,
        List<String> argv,
        Health health,
        Secrets secrets,
        Lifecycle lifecycle,
        String address,
        long memoryBytes,
        WorkloadSpec.Boot boot) {
    public static final String CLUSTER = "clu_test";
    public static final String NODE = "node_test";
    /** Of the node, where its instances' addresses are. */
    public static final String NODE_ADDRESS = "fd00:7674:1:100::ffff";

    /** A node alone: no peers, and no instance reaches another. */
    private static final NodeNetwork NETWORK = new NodeNetwork(
            "fd00:7674:1:100::/64",
            NODE_ADDRESS,
            "fd00:7674:1:100:101::/80",
            new NodeNetwork.Settings(51820, 1420, 5, 3, 6, 5, 2, 10_000, 500),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());

    private static final String DIGEST = "sha256:" + "0".repeat(64);

    public static Workloads of(String id) {
        return new Workloads(
                id,
                "registry.test/app",
                DIGEST,
                List.of("/bin/app"),
                null,
                null,
                new Lifecycle("TERM", 5, "always", 3, 2),
                "fd00:7674:1:100::" + Integer.toHexString(1 + (id.hashCode() & 0x7fff)),
                64L << 20,
                null);
    }

    public Workloads image(String newRepository, String newDigest) {
        return new Workloads(
                id, newRepository, newDigest, argv, health, secrets, lifecycle, address, memoryBytes, boot);
    }

    public Workloads argv(String... newArgv) {
        return new Workloads(
                id, repository, digest, List.of(newArgv), health, secrets, lifecycle, address, memoryBytes, boot);
    }

    public Workloads health(Health newHealth) {
        return new Workloads(id, repository, digest, argv, newHealth, secrets, lifecycle, address, memoryBytes, boot);
    }

    public Workloads tcpHealth(int port) {
        return health(new Health("tcp", port, null, 1, 1, 1, 1, 3));
    }

    public Workloads secrets(String version) {
        return new Workloads(
                id,
                repository,
                digest,
                argv,
                health,
                new Secrets(true, version),
                lifecycle,
                address,
                memoryBytes,
                boot);
    }

    public Workloads restart(String policy, int maxRetries, int backoffS) {
        return new Workloads(
                id,
                repository,
                digest,
                argv,
                health,
                secrets,
                new Lifecycle("TERM", 5, policy, maxRetries, backoffS),
                address,
                memoryBytes,
                boot);
    }

    public Workloads memory(long bytes) {
        return new Workloads(id, repository, digest, argv, health, secrets, lifecycle, address, bytes, boot);
    }

    public Workloads start(String start) {
        return new Workloads(
                id,
                repository,
                digest,
                argv,
                health,
                secrets,
                lifecycle,
                address,
                memoryBytes,
                new WorkloadSpec.Boot("sim", null, start));
    }

    public WorkloadSpec spec() {
        return new WorkloadSpec(
                "v1",
                "org_1",
                "app_1",
                "env_1",
                "web",
                id,
                "rel_1",
                null,
                "sha256:m",
                "sha256:g",
                "sha256:s-" + id,
                new WorkloadSpec.Image("app:v1", repository, null, digest, "linux", "amd64"),
                new WorkloadSpec.Process(argv, null, Map.of("GREETING", "hello"), null, List.of()),
                new WorkloadSpec.Resources(500, memoryBytes, 64L << 20, 1, 50),
                new WorkloadSpec.Network(address, "fe80::1", 1420, List.of(), List.of(), List.of()),
                health,
                secrets,
                lifecycle,
                boot);
    }

    public Assignment running(long generation) {
        return new Assignment(id, generation, DesiredState.RUNNING, 5, spec());
    }

    public Assignment desired(long generation, DesiredState state) {
        return new Assignment(id, generation, state, 5, spec());
    }

    public static NodePlan plan(long cursor, Assignment... assignments) {
        return plan(cursor, false, assignments);
    }

    public static NodePlan plan(long cursor, boolean confirmMassStop, Assignment... assignments) {
        return plan(NODE, cursor, confirmMassStop, assignments);
    }

    public static NodePlan plan(String node, long cursor, boolean confirmMassStop, Assignment... assignments) {
        return new NodePlan(
                "v1",
                CLUSTER,
                node,
                "plan_" + cursor,
                cursor,
                "2026-11-21T10:00:00Z",
                List.of(assignments),
                confirmMassStop,
                NETWORK);
    }
}
