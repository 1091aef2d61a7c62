package dev.vt.control;

import dev.vt.api.edge.EdgeTable;
import dev.vt.api.node.NodePlan;
import dev.vt.control.feature.StateReader;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.placement.Backends;
import dev.vt.control.placement.Instance;
import dev.vt.control.placement.Instances;
import dev.vt.control.placement.NodePlans;
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.control.plane.Sources;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.route.Route;
import dev.vt.control.secret.SecretDelivery;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.secrets.SecretBytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/** Ties the node and edge planes to the nouns: each record here is one of the plane's sources, and nothing else. */
final class Planes {
    private Planes() {}

    /** Plans out of placement. */
    record Assignments(NodePlans plans) implements Sources.Assignments {
        @Override
        public List<NodePlan.Assignment> of(String nodeId) {
            return plans.of(nodeId);
        }
    }

    /** Routes and backends, read at one moment. */
    record RouteTable(StateReader state) implements Sources.RouteBackends {
        @Override
        public List<EdgeTable.Route> current() {
            return state.read(handle -> {
                Map<String, List<Backends.Backend>> backends = Backends.byRoute(handle);
                List<EdgeTable.Route> routes = new ArrayList<>();
                handle.createQuery("SELECT * FROM routes WHERE deleted_at IS NULL ORDER BY id")
                        .map((row, context) -> Route.of(row))
                        .forEach(route -> routes.add(route(route, backends.getOrDefault(route.id(), List.of()))));
                return routes;
            });
        }

        private static EdgeTable.Route route(Route route, List<Backends.Backend> backends) {
            return new EdgeTable.Route(
                    route.id(),
                    Objects.requireNonNull(route.row().orgId()),
                    Objects.requireNonNull(route.row().envId()),
                    route.definition().kind(),
                    route.definition().hostname(),
                    route.definition().listenPort(),
                    route.definition().proxyProtocol(),
                    route.definition().proxyTlvs(),
                    route.definition().allowNoSni(),
                    route.definition().balance(),
                    backends.stream()
                            .map(backend ->
                                    new EdgeTable.Backend(backend.instanceId(), backend.address(), backend.port()))
                            .toList());
        }
    }

    /** Material for a node that holds the instance now (SE4). */
    record SecretFiles(Instances instances, SecretDelivery delivery) implements Sources.SecretFiles {
        @Override
        public Optional<byte[]> open(String nodeId, String instanceId, String versionId) {
            if (!instances.holdsSecrets(nodeId, instanceId, versionId)) {
                return Optional.empty();
            }
            try {
                return delivery.open(versionId).map(file -> {
                    try (SecretBytes bytes = file) {
                        // What is revealed is wiped with the bytes.
                        return bytes.reveal().clone();
                    }
                });
            } catch (MasterKeyUnavailableException e) {
                throw new ProblemException(
                        Problem.of(ErrorCode.MASTER_KEY_UNAVAILABLE, "the master key is not available"));
            }
        }
    }

    /** Pull tokens for the built-in registry, by the hosts that name it. */
    record Pulls(PullTokens tokens, Set<String> hosts, boolean plainHttp) implements Sources.PullTokens {
        @Override
        public Optional<Sources.PullToken> issue(String nodeId, String registryHost, String repository) {
            return hosts.contains(registryHost)
                    ? Optional.of(new Sources.PullToken(tokens.issue(repository), plainHttp))
                    : Optional.empty();
        }
    }

    /** Where instances are. */
    record Directory(Instances instances) implements InstanceDirectory {
        @Override
        public Optional<Entry> find(String orgId, String instanceId) {
            return instances
                    .find(instanceId)
                    .filter(instance -> orgId.equals(instance.row().orgId()))
                    .map(Directory::entry);
        }

        @Override
        public List<Entry> inEnv(String orgId, String envId) {
            return instances.recent(envId, 200).stream()
                    .filter(instance -> orgId.equals(instance.row().orgId()))
                    .map(Directory::entry)
                    .toList();
        }

        private static Entry entry(Instance instance) {
            return new Entry(
                    instance.id(),
                    Objects.requireNonNull(instance.row().orgId()),
                    Objects.requireNonNull(instance.row().projectId()),
                    Objects.requireNonNull(instance.row().appId()),
                    Objects.requireNonNull(instance.row().envId()),
                    instance.processType(),
                    instance.releaseId(),
                    instance.nodeId(),
                    instance.status().word());
        }
    }
}
