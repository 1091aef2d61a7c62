package dev.vt.control.rpc;

import io.grpc.BindableService;
import io.grpc.ServerServiceDefinition;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.protobuf.services.HealthStatusManager;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/**
 * The standard health service ({@code grpc.health.v1}): what {@code /readyz} says, for the server and for each service. One
 * virtual thread looks once a second.
 */
public final class HealthReporter implements AutoCloseable {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final HealthStatusManager manager = new HealthStatusManager();
    private final List<String> names;
    private final BooleanSupplier ready;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread = Thread.ofVirtual().name("rpc-health").unstarted(this::watch);

    public HealthReporter(List<ServerServiceDefinition> services, BooleanSupplier ready) {
        this.names = services.stream()
                .map(service -> service.getServiceDescriptor().getName())
                .toList();
        this.ready = ready;
        report();
    }

    public BindableService service() {
        return manager.getHealthService();
    }

    public void start() {
        thread.start();
    }

    private void watch() {
        try {
            while (!closing.await(LOOK.toMillis(), TimeUnit.MILLISECONDS)) {
                report();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void report() {
        ServingStatus status = ready.getAsBoolean() ? ServingStatus.SERVING : ServingStatus.NOT_SERVING;
        manager.setStatus(HealthStatusManager.SERVICE_NAME_ALL_SERVICES, status);
        names.forEach(name -> manager.setStatus(name, status));
    }

    /** Tells who watches that nothing is served any more, before the server goes. */
    @Override
    public void close() {
        closing.countDown();
        manager.enterTerminalState();
    }
}
