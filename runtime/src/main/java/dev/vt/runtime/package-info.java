/**
 * Virtual machines behind one interface (runtime.md §5): {@link dev.vt.runtime.VmDriver} and what it takes and gives.
 *
 * <p><b>Architecture Invariant:</b> nothing here knows instances, plans or servers; the agent does.
 */
@NullMarked
package dev.vt.runtime;

import org.jspecify.annotations.NullMarked;
