package dev.vt.control.ca;

import java.security.cert.X509Certificate;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Who a verified client certificate names.
 *
 * @param kind {@code node} or {@code edge}
 */
public record MemberIdentity(String kind, String id) {
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
        return (kind.equals("node") || kind.equals("edge")) && id.startsWith(kind + "_")
                ? Optional.of(new MemberIdentity(kind, id))
                : Optional.empty();
    }
}
