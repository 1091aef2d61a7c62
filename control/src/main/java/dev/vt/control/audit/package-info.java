/**
 * The audit trail: who did what that matters, in the batch of what was done. If it cannot be appended, neither is the action
 * (api.md §7).
 */
@NullMarked
package dev.vt.control.audit;

import org.jspecify.annotations.NullMarked;
