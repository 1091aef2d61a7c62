/**
 * An environment of an app: where its process types run, with their own scale, secrets and routes. The name is unique in the
 * app.
 *
 * <pre>
 * Absent ──Create──► Live ──Update──► Live ──Delete──► Gone
 * </pre>
 *
 * <p>Invariants: an environment with routes is not deleted; its name is free again after. {@code protected} asks for more
 * rights on exec, secret writes and deletions (api.md §7). What runs in it, and how much, belongs to other packages, which
 * append to the same aggregate ({@code env.scale_set}, {@code env.desired_release_set} …): this one ignores those but for the
 * version.
 */
@NullMarked
package dev.vt.control.env;

import org.jspecify.annotations.NullMarked;
