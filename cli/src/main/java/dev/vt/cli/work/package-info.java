/** The daily commands: deploy, plan, status, rollback, scale, logs, events, exec, describe, wait. */
@NullMarked
package dev.vt.cli.work;

import org.jspecify.annotations.NullMarked;
