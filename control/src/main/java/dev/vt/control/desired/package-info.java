/**
 * Which release each process type of an environment shall run: the desired state that deploys set and everything below the
 * deploy (scheduler, scale, routes) reads.
 *
 * <p>Events belong to the environment ({@code env.desired_release_set}); a null release means the process type is to be gone.
 * What runs is the placement's business.
 */
@NullMarked
package dev.vt.control.desired;

import org.jspecify.annotations.NullMarked;
