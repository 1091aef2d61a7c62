package dev.vt.scheduler;

import dev.vt.scheduler.view.GroupKey;

/**
 * Why a group is not what is wanted (I9).
 *
 * @param reason of {@link dev.vt.scheduler.view.Reasons}
 * @param blocked nothing moves without help: people see it as {@code env.scheduling_blocked}
 * @param ready instances that count as ready, old ones included
 * @param matching instances with the present spec that are not failed
 */
public record Gap(GroupKey group, String reason, String detail, boolean blocked, int wanted, int ready, int matching) {}
