/** Disks the agent makes for VMs. */
@NullMarked
package dev.vt.agent.disk;

import org.jspecify.annotations.NullMarked;
