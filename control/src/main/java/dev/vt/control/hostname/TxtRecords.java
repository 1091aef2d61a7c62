package dev.vt.control.hostname;

import java.util.List;

/** Asks the DNS for TXT records (RFC 1035 §3.3.14). May block for seconds; thread-safe. */
@FunctionalInterface
public interface TxtRecords {
    /**
     * The texts of a name; none if there is no such name or record.
     *
     * @throws TxtLookupException if nobody answered, or not with an answer
     */
    List<String> of(String name);
}
