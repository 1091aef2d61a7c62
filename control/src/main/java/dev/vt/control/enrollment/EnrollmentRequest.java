package dev.vt.control.enrollment;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.api.node.Inventory;
import dev.vt.control.cluster.ServerAddresses;
import dev.vt.control.http.Checks;
import dev.vt.control.node.Inventories;
import dev.vt.control.node.NodeLabels;
import dev.vt.kernel.ProblemException;
import java.net.InetAddress;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A machine's wish to join, checked for form.
 *
 * @param certificateRequest PKCS#10, DER
 * @param inventory of a node, in the form of {@link Inventory}
 * @param addresses underlay addresses of a node, public ones of an edge, {@link ServerAddresses} of a server
 */
public record EnrollmentRequest(
        MemberKind kind,
        String token,
        String name,
        byte[] certificateRequest,
        @Nullable ObjectNode inventory,
        String agentVersion,
        @Nullable String wireguardPublicKey,
        List<String> addresses,
        Map<String, String> labels) {
    private static final int MAX_ADDRESSES = 16;
    private static final int MAX_REQUEST = 16 * 1024;

    public EnrollmentRequest {
        addresses = List.copyOf(addresses);
        labels = Map.copyOf(labels);
    }

    /** @throws ProblemException {@code invalid_argument} with everything that is wrong */
    public static EnrollmentRequest of(
            String kind,
            String token,
            String name,
            byte[] certificateRequest,
            byte[] inventoryJson,
            String agentVersion,
            String wireguardPublicKey,
            List<String> addresses,
            Map<String, String> labels) {
        Checks checks = new Checks()
                .that(MemberKind.of(kind).isPresent(), "kind", "must be node, edge or server")
                .name("name", name)
                .that(
                        certificateRequest.length > 0 && certificateRequest.length <= MAX_REQUEST,
                        "csr_der",
                        "must be a PKCS#10 request of at most 16 KiB")
                .text("agent_version", agentVersion, 64)
                .that(
                        wireguardPublicKey.isEmpty() || isWireguardKey(wireguardPublicKey),
                        "wireguard_public_key",
                        "must be 32 bytes in base64")
                .that(addresses.size() <= MAX_ADDRESSES, "addresses", "may be at most " + MAX_ADDRESSES)
                .that(
                        kind.equals(MemberKind.SERVER.wire())
                                ? ServerAddresses.parse(addresses).isPresent()
                                : addresses.stream().allMatch(EnrollmentRequest::isAddress),
                        "addresses",
                        "must be IP addresses; of a server one http, one grpc and one raft URL");
        NodeLabels.check(checks, "labels", labels);
        ObjectNode inventory = null;
        if (kind.equals(MemberKind.NODE.wire())) {
            inventory = inventory(inventoryJson, checks);
        }
        checks.done();
        return new EnrollmentRequest(
                MemberKind.of(kind).orElseThrow(),
                token,
                name,
                certificateRequest,
                inventory,
                agentVersion,
                wireguardPublicKey.isEmpty() ? null : wireguardPublicKey,
                addresses,
                labels);
    }

    private static @Nullable ObjectNode inventory(byte[] json, Checks checks) {
        try {
            return Inventories.parse(json);
        } catch (IllegalArgumentException e) {
            checks.error("inventory_json", "invalid", "is not an inventory");
            return null;
        }
    }

    private static boolean isWireguardKey(String text) {
        try {
            return Base64.getDecoder().decode(text).length == 32;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isAddress(String text) {
        try {
            InetAddress.ofLiteral(text);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "EnrollmentRequest[kind=" + kind.wire() + ", name=" + name + "]";
    }
}
