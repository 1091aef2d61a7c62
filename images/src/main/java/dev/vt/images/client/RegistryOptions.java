package dev.vt.images.client;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * How registries are reached.
 *
 * @param plainHttpHosts {@code host[:port]} of registries that are spoken to without TLS
 * @param tls trust for registries with a certificate of the cluster's own authority; empty: the JVM's trust store
 * @param stallTimeout a request or transfer without a byte for so long is broken off
 */
public record RegistryOptions(Set<String> plainHttpHosts, Optional<SSLContext> tls, Duration stallTimeout) {
    public RegistryOptions {
        plainHttpHosts = Set.copyOf(plainHttpHosts);
    }

    public static RegistryOptions withPlainHttp(Set<String> hosts) {
        return new RegistryOptions(hosts, Optional.empty(), Duration.ofSeconds(60));
    }
}
