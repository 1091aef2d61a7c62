/**
 * An app: what a team ships, with releases and environments below it. Apps belong to a project; the name is unique there.
 *
 * <pre>
 * Absent ──Create──► Live ──Update──► Live ──Delete──► Gone
 * </pre>
 *
 * <p>Invariants: an app is deleted only when no environment is left; its name is free again then. It is not the unit of
 * running (that is the environment's process type) nor of access (that is the org).
 *
 * <p>This package is the pattern for a small noun: command and event types, a pure decider, a codec with golden files, a
 * projection, queries, handlers, a feature that ties them together, and a facade for other nouns.
 */
@NullMarked
package dev.vt.control.app;

import org.jspecify.annotations.NullMarked;
