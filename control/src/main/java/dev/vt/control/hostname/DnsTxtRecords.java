package dev.vt.control.hostname;

import java.util.ArrayList;
import java.util.Hashtable;
import java.util.List;
import java.util.regex.Pattern;
import javax.naming.Context;
import javax.naming.NameNotFoundException;
import javax.naming.NamingEnumeration;
import javax.naming.NamingException;
import javax.naming.directory.Attribute;
import javax.naming.directory.Attributes;
import javax.naming.directory.InitialDirContext;

/** By the DNS provider of the JDK (module {@code jdk.naming.dns}): UDP, TCP for long answers, at most 7 s for one name. */
public final class DnsTxtRecords implements TxtRecords {
    private static final Pattern NAME = Pattern.compile("[a-z0-9_.-]{1,253}");
    private static final String TXT = "TXT";
    private static final String FIRST_TIMEOUT_MS = "1000";
    /** The timeout doubles with each try: 1 + 2 + 4 s. */
    private static final String TRIES = "3";

    private final String url;

    private DnsTxtRecords(String url) {
        this.url = url;
    }

    /** Of the name servers in {@code /etc/resolv.conf}. */
    public static DnsTxtRecords ofSystem() {
        return new DnsTxtRecords("dns:");
    }

    /** Of one name server. */
    static DnsTxtRecords ofServer(String host, int port) {
        return new DnsTxtRecords("dns://" + host + ":" + port);
    }

    // Attributes of the DNS provider are strings; nothing is made from what a server sends. A name with a scheme would
    // choose
    // another provider, and is no name.
    @SuppressWarnings("BanJNDI")
    @Override
    public List<String> of(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("not a name of the DNS: " + name);
        }
        try {
            InitialDirContext dns = new InitialDirContext(environment());
            try {
                // The final dot: no search domain is tried.
                return texts(dns.getAttributes(name + ".", new String[] {TXT}));
            } finally {
                dns.close();
            }
        } catch (NameNotFoundException e) {
            return List.of();
        } catch (NamingException e) {
            throw new TxtLookupException(name, e);
        }
    }

    @SuppressWarnings("JdkObsolete") // JNDI takes no other map.
    private Hashtable<String, String> environment() {
        Hashtable<String, String> environment = new Hashtable<>();
        environment.put(Context.INITIAL_CONTEXT_FACTORY, "com.sun.jndi.dns.DnsContextFactory");
        environment.put(Context.PROVIDER_URL, url);
        environment.put("com.sun.jndi.dns.timeout.initial", FIRST_TIMEOUT_MS);
        environment.put("com.sun.jndi.dns.timeout.retries", TRIES);
        return environment;
    }

    private static List<String> texts(Attributes attributes) throws NamingException {
        List<String> out = new ArrayList<>();
        Attribute records = attributes.get(TXT);
        if (records != null) {
            NamingEnumeration<?> all = records.getAll();
            while (all.hasMore()) {
                out.add(unquoted(String.valueOf(all.next())));
            }
        }
        return out;
    }

    /** The provider puts what has blanks in it into quotes. */
    private static String unquoted(String text) {
        return text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
