package dev.vt.control.ca;

import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Who a verified client certificate names.
 *
 * @param kind {@code node}, {@code edge} or {@code server}
 */
public record MemberIdentity(String kind, String id) {
    private static final Map<String, String> PREFIXES = Map.of("node", "node_", "edge", "edge_", "server", "srv_");

    /** Empty if the subject is not one that {@link CertificateAuthority#signMember} writes. */
    public static Optional<MemberIdentity> of(X509Certificate certificate) {
        String kind = "";
        String id = "";
        try {
            for (Rdn part : new LdapName(certificate.getSubjectX500Principal().getName()).getRdns()) {
                switch (part.getType()) {
                    case "OU" -> kind = String.valueOf(part.getValue());
                    case "CN" -> id = String.valueOf(part.getValue());
                    default -> {}
                }
            }
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
        return id.startsWith(PREFIXES.getOrDefault(kind, "?"))
                ? Optional.of(new MemberIdentity(kind, id))
                : Optional.empty();
    }
}
