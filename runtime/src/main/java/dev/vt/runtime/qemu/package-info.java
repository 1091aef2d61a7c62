/**
 * QEMU's {@code microvm} machine as a {@link dev.vt.runtime.VmDriver}: KVM where a real guest ran on it, else software
 * emulation, which works everywhere (RT13, RT14).
 *
 * <pre>
 * create: directories, uid, control group ─► launch.sh ─► qemu -S       start: QMP cont
 *         {@code <state>/<id>/vm.json}       {@code <run>/<id>/process}
 * guest powers off or the VMM is told to ─► SHUTDOWN event ─► console kept ─► quit
 * </pre>
 *
 * <p>A VM can also start where a template of its shape was saved (docs/adr/0045):
 *
 * <pre>
 * template boots, HELLO ─► stop, migrate to a socket of ours ─► trial restore, HELLO ─► {@code <templates>/<shape>.state, .json}
 * restore: launch.sh opens the state as descriptor 3 ─► qemu -S -incoming fd:3      resume: QMP cont
 * </pre>
 *
 * <p>QEMU pauses instead of leaving when the guest ends, so the last console bytes can still be read; the driver, or the
 * next one that adopts the VM, ends it. Every QEMU has its own session, mount namespace, uid and control group and gets
 * kernel and disks as open descriptors. Sockets are bound relative to the VM's run directory.
 *
 * <p><b>Architecture Invariant:</b> no disk, kernel or socket path reaches QEMU's command line, and nothing secret does.
 */
@NullMarked
package dev.vt.runtime.qemu;

import org.jspecify.annotations.NullMarked;
