package dev.vt.scheduler.view;

import java.util.Map;

/**
 * Quotas of an organisation, by dimension (scheduler.md §8). A dimension without limit is unlimited.
 *
 * @param usage instances not stopped count, overhead included (K17)
 */
public record OrgView(String id, Map<String, Long> limits, Map<String, Long> usage) {
    public OrgView {
        limits = Map.copyOf(limits);
        usage = Map.copyOf(usage);
    }
}
