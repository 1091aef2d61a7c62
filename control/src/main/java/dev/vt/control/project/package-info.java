/**
 * A project: a folder of apps inside an org. The name is unique in the org.
 *
 * <pre>
 * Absent ──Create──► Live ──Update──► Live ──Delete──► Gone
 * </pre>
 *
 * <p>Invariant: a project is deleted only when no app is left; its name is free again then. It grants nothing: rights come
 * with the org.
 */
@NullMarked
package dev.vt.control.project;

import org.jspecify.annotations.NullMarked;
