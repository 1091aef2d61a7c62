/**
 * System calls of Linux that Java has no method for, or a dearer one. The package of module {@code native}, whose name is
 * no identifier.
 *
 * <p>Calls that may fail in the ordinary course of things return what the kernel does: a result, or {@code -errno}
 * ({@link dev.vt.os.Errno}). The others throw {@link dev.vt.os.ErrnoException}.
 *
 * <p><b>Why these downcalls are safe.</b> Every pointer handed to the kernel lies in memory of an automatic arena that the
 * object making the call holds in a field, so it is not freed during the call; every length is checked against that
 * memory's size first; no call keeps a pointer after it returns. Calls that may block are made by platform threads only.
 *
 * <p><b>Architecture Invariant:</b> {@code java.lang.foreign} is used in no other module ({@code ModuleArrowsTest}).
 */
@NullMarked
package dev.vt.os;

import org.jspecify.annotations.NullMarked;
