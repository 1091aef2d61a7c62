/**
 * How many instances a process type shall have, and asking for a restart: the two knobs of an environment that are turned
 * between deploys.
 *
 * <p>A stored scale wins over {@code scaling.min} of the manifest and stays over deploys; a deploy whose limits no longer allow
 * it clamps it and says so in its plan (manifest.md M5). Zero is always allowed.
 *
 * <p>Both are events of the environment. What becomes of them is the scheduler's business: a restart is a new
 * {@code group_spec_hash} and so a normal rollout.
 */
@NullMarked
package dev.vt.control.scale;

import org.jspecify.annotations.NullMarked;
