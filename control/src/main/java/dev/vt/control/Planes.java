package dev.vt.control;

import dev.vt.api.edge.EdgeTable;
import dev.vt.api.node.NodePlan;
import dev.vt.control.audit.Audit;
import dev.vt.control.config.ClusterConfig;
import dev.vt.control.config.ConfigWatch;
import dev.vt.control.feature.StateReader;
import dev.vt.control.feature.SystemMutations;
import dev.vt.control.key.MasterKeyUnavailableException;
import dev.vt.control.placement.Backends;
import dev.vt.control.placement.Instance;
import dev.vt.control.placement.Instances;
import dev.vt.control.placement.NodePlans;
import dev.vt.control.plane.InstanceDirectory;
import dev.vt.control.plane.Sources;
import dev.vt.control.registry.PullTokens;
import dev.vt.control.registry.RegistryHosts;
import dev.vt.control.route.Route;
import dev.vt.control.secret.SecretDelivery;
import dev.vt.eventlog.Actor;
import dev.vt.eventlog.Owner;
import dev.vt.kernel.ErrorCode;
import dev.vt.kernel.Problem;
import dev.vt.kernel.ProblemException;
import dev.vt.manifest.secrets.SecretBytes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

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
        public Sources.EdgeContent current() {
            return state.read(handle ->
                    new Sources.EdgeContent(settings(ConfigWatch.asOf(handle).edge()), routes(handle)));
        }

        /** Those that await a proof of their hostname are no edge's yet (R2). */
        private static List<EdgeTable.Route> routes(Handle handle) {
            Map<String, List<Backends.Backend>> backends = Backends.byRoute(handle);
            List<EdgeTable.Route> routes = new ArrayList<>();
            handle.createQuery("SELECT * FROM routes WHERE deleted_at IS NULL AND challenge IS NULL ORDER BY id")
                    .map((row, context) -> Route.of(row))
                    .forEach(route -> routes.add(route(route, backends.getOrDefault(route.id(), List.of()))));
            return routes;
        }

        private static EdgeTable.Settings settings(ClusterConfig.Edge edge) {
            return new EdgeTable.Settings(
                    millis(edge.sniffTimeout()),
                    Math.toIntExact(edge.maxSniff().bytes()),
                    millis(edge.connectTimeout()),
                    edge.connectRetries(),
                    millis(edge.connectWithin()),
                    edge.ejectFailures(),
                    seconds(edge.ejectFor()),
                    seconds(edge.ejectMax()),
                    seconds(edge.staleAfter()),
                    seconds(edge.tlsIdle()),
                    seconds(edge.halfClosedIdle()),
                    edge.maxConnections(),
                    edge.maxConnectionsPerRoute(),
                    edge.maxConnectionsPerClient(),
                    edge.newConnectionsPerClient(),
                    seconds(edge.drain()));
        }

        private static int millis(Duration time) {
            return Math.toIntExact(time.toMillis());
        }

        private static int seconds(Duration time) {
            return Math.toIntExact(time.toSeconds());
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
                    route.definition().maxConnections() == 0
                            ? null
                            : route.definition().maxConnections(),
                    route.definition().terminateOnDelete() ? true : null,
                    backends.stream()
                            .map(backend ->
                                    new EdgeTable.Backend(backend.instanceId(), backend.address(), backend.port()))
                            .toList());
        }
    }

    /** Material for a node that holds the instance now (SE4); what cannot be audited is not delivered. */
    record SecretFiles(Instances instances, SecretDelivery delivery, SystemMutations mutations)
            implements Sources.SecretFiles {
        @Override
        public Optional<byte[]> open(String nodeId, String instanceId, String versionId) {
            boolean holds = instances.holdsSecrets(nodeId, instanceId, versionId);
            Owner owner = instances
                    .find(instanceId)
                    .map(instance ->
                            Owner.org(Objects.requireNonNull(instance.row().orgId())))
                    .orElse(Owner.NONE);
            SystemMutations.Outcome audited = mutations.run(
                    new Actor("node", nodeId),
                    draft -> Audit.byMember(draft, owner, "secret.deliver", shortened(versionId), holds));
            if (audited instanceof SystemMutations.Outcome.Refused(Problem problem)) {
                throw new ProblemException(problem);
            }
            if (!holds) {
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

        private static String shortened(String id) {
            return id.substring(0, Math.min(64, id.length()));
        }
    }

    /** Pull tokens for the built-in registry, by the hosts that name it, for images of instances that the node has now. */
    record Pulls(PullTokens tokens, NodePlans plans, RegistryHosts hosts, boolean plainHttp)
            implements Sources.PullTokens {
        @Override
        public Optional<Sources.PullToken> issue(
                String nodeId, String instanceId, String registryHost, String repository) {
            if (!hosts.contains(registryHost)) {
                return Optional.empty();
            }
            String wanted = registryHost + "/" + repository;
            boolean assigned = plans.of(nodeId).stream()
                    .filter(assignment -> assignment.instanceId().equals(instanceId))
                    .map(NodePlan.Assignment::workload)
                    .anyMatch(workload ->
                            workload != null && workload.image().repository().equals(wanted));
            if (!assigned) {
                throw new ProblemException(
                        Problem.of(ErrorCode.FORBIDDEN, "this node holds no instance of this image now"));
            }
            return Optional.of(new Sources.PullToken(tokens.issue(repository), plainHttp, hosts.everywhere()));
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
