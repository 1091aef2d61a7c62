package dev.vt.overlay.name;

import dev.vt.overlay.address.Ipv6Prefix;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Header;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;

/** From a query to its answer, for names of the zone. Pure but for the rotation that the caller gives. */
final class QueryAnswers {
    private static final int MOST_ADDRESSES = 8;
    private static final Name ZONE = Name.fromConstantString(Zone.NAME + ".");
    private static final Pattern SERVICE = Pattern.compile("_(\\d{1,5})\\._tcp\\.(.+)");

    private QueryAnswers() {}

    /** Whether the zone answers this question; others are for upstream servers (D5). */
    static boolean isOurs(Record question) {
        return question.getName().subdomain(ZONE);
    }

    /**
     * @param query a standard query with one question, of the zone
     * @param rotation where the list of addresses starts
     */
    static Message answer(Zone zone, Ipv6Prefix asker, Message query, int rotation) {
        Record question = query.getQuestion();
        Message out = reply(query, Rcode.NOERROR);
        out.getHeader().setFlag(Flags.AA);
        String relative = question.getName().equals(ZONE)
                ? ""
                : question.getName().relativize(ZONE).toString(true).toLowerCase(Locale.ROOT);
        Matcher service = SERVICE.matcher(relative);
        Optional<Integer> port = service.matches() ? Optional.of(Integer.valueOf(service.group(1))) : Optional.empty();
        String target = service.matches() ? service.group(2) : relative;
        if (!(zone.lookUp(asker, target) instanceof Zone.Answer.Found(String name, Zone.Name found))
                || port.map(wanted -> !found.ports().contains(wanted)).orElse(false)) {
            // The apex exists, without addresses.
            if (!relative.isEmpty()) {
                out.getHeader().setRcode(Rcode.NXDOMAIN);
            }
            out.addRecord(authority(zone), Section.AUTHORITY);
            return out;
        }
        List<String> addresses = rotated(found.addresses(), rotation);
        if (port.isPresent() && isAsked(question, Type.SRV)) {
            Name host = absolute(name);
            out.addRecord(
                    new SRVRecord(question.getName(), DClass.IN, zone.ttlSeconds(), 0, 0, port.get(), host),
                    Section.ANSWER);
            addresses.forEach(address -> out.addRecord(aaaa(host, address, zone.ttlSeconds()), Section.ADDITIONAL));
        } else if (port.isEmpty() && isAsked(question, Type.AAAA)) {
            addresses.forEach(
                    address -> out.addRecord(aaaa(question.getName(), address, zone.ttlSeconds()), Section.ANSWER));
        }
        if (out.getSection(Section.ANSWER).isEmpty()) {
            out.addRecord(authority(zone), Section.AUTHORITY);
        }
        return out;
    }

    /** An answer without records. */
    static Message reply(Message query, int rcode) {
        Message out = new Message(query.getHeader().getID());
        Header header = out.getHeader();
        header.setFlag(Flags.QR);
        header.setOpcode(query.getHeader().getOpcode());
        if (query.getHeader().getFlag(Flags.RD)) {
            header.setFlag(Flags.RD);
        }
        header.setFlag(Flags.RA);
        header.setRcode(rcode);
        if (query.getQuestion() != null) {
            out.addRecord(query.getQuestion(), Section.QUESTION);
        }
        return out;
    }

    /** One question of class IN in a standard query. */
    static boolean isUsable(Message query) {
        return !query.getHeader().getFlag(Flags.QR)
                && query.getHeader().getOpcode() == Opcode.QUERY
                && query.getHeader().getCount(Section.QUESTION) == 1
                && query.getQuestion() != null
                && query.getQuestion().getDClass() == DClass.IN;
    }

    private static boolean isAsked(Record question, int type) {
        return question.getType() == type || question.getType() == Type.ANY;
    }

    private static List<String> rotated(List<String> addresses, int rotation) {
        List<String> out = new ArrayList<>(addresses);
        if (!out.isEmpty()) {
            Collections.rotate(out, -Math.floorMod(rotation, out.size()));
        }
        return out.subList(0, Math.min(MOST_ADDRESSES, out.size()));
    }

    private static Record aaaa(Name owner, String address, long ttl) {
        try {
            return new AAAARecord(
                    owner, DClass.IN, ttl, InetAddress.ofLiteral(address).getAddress());
        } catch (IllegalArgumentException e) {
            throw new IllegalStateException("the plan has an address that is none: " + address, e);
        }
    }

    /** RFC 2308: how long a name that is not there stays so. */
    private static Record authority(Zone zone) {
        return new SOARecord(
                ZONE,
                DClass.IN,
                zone.negativeTtlSeconds(),
                absolute("ns"),
                absolute("hostmaster"),
                1,
                3600,
                600,
                86_400,
                zone.negativeTtlSeconds());
    }

    private static Name absolute(String relative) {
        try {
            return Name.fromString(relative, ZONE);
        } catch (TextParseException e) {
            throw new IllegalStateException("not a name: " + relative, e);
        }
    }
}
