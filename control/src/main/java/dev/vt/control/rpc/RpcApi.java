package dev.vt.control.rpc;

import com.google.protobuf.Message;
import dev.vt.api.cluster.v1.AuditServiceGrpc;
import dev.vt.api.cluster.v1.ClusterServiceGrpc;
import dev.vt.api.cluster.v1.ConfigServiceGrpc;
import dev.vt.api.cluster.v1.NodeServiceGrpc;
import dev.vt.api.cluster.v1.ServerServiceGrpc;
import dev.vt.control.http.Dispatcher;
import dev.vt.control.http.Endpoint;
import dev.vt.kernel.IdSource;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The services of {@code vt.cluster.v1}, each method bound to the operation that it names. Thread-safe. */
public final class RpcApi {
    private static final List<ServiceDescriptor> SERVICES = List.of(
            ClusterServiceGrpc.getServiceDescriptor(),
            ServerServiceGrpc.getServiceDescriptor(),
            NodeServiceGrpc.getServiceDescriptor(),
            ConfigServiceGrpc.getServiceDescriptor(),
            AuditServiceGrpc.getServiceDescriptor());

    /**
     * What every call needs.
     *
     * @param patience with a client that does not read its stream
     */
    record Wiring(Dispatcher dispatcher, IdSource ids, Duration patience, RpcObserver observer) {}

    private final Wiring wiring;
    private final List<ServerServiceDefinition> services = new ArrayList<>();

    /**
     * @param patience with a client that does not read its stream
     * @throws IllegalArgumentException if a method does not fit the operation that it names
     */
    public RpcApi(
            List<Endpoint> endpoints, Dispatcher dispatcher, IdSource ids, Duration patience, RpcObserver observer) {
        this.wiring = new Wiring(dispatcher, ids, patience, observer);
        Map<String, ServerServiceDefinition.Builder> byName = new LinkedHashMap<>();
        SERVICES.forEach(service -> byName.put(service.getName(), ServerServiceDefinition.builder(service)));
        for (RpcMethod method : methods(endpoints)) {
            Objects.requireNonNull(byName.get(method.descriptor().getServiceName()))
                    .addMethod(method.descriptor(), new Handler(method));
        }
        byName.values().forEach(service -> services.add(service.build()));
    }

    /** To be added to a server whose calls run on virtual threads. */
    public List<ServerServiceDefinition> services() {
        return List.copyOf(services);
    }

    /** Every method with its operation. */
    static List<RpcMethod> methods(List<Endpoint> endpoints) {
        Map<String, Endpoint> byOperation = new HashMap<>();
        endpoints.forEach(endpoint -> byOperation.put(endpoint.operation(), endpoint));
        List<RpcMethod> out = new ArrayList<>();
        for (ServiceDescriptor service : SERVICES) {
            for (MethodDescriptor<?, ?> method : service.getMethods()) {
                @SuppressWarnings("unchecked") // The messages of generated methods are messages.
                MethodDescriptor<Message, Message> generated = (MethodDescriptor<Message, Message>) method;
                out.add(new RpcMethod(generated, byOperation));
            }
        }
        return out;
    }

    private final class Handler implements ServerCallHandler<Message, Message> {
        private final RpcMethod method;

        Handler(RpcMethod method) {
            this.method = method;
        }

        @Override
        public ServerCall.Listener<Message> startCall(ServerCall<Message, Message> call, Metadata headers) {
            // One more than it may be, so that the second is noticed.
            call.request(2);
            return new RpcCall(method, call, headers, wiring);
        }
    }
}
