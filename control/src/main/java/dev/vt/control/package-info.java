/**
 * The control plane's process: {@link dev.vt.control.ServerMain} starts it, {@link dev.vt.control.ControlPlane} is its wiring
 * diagram. Everything else is in one package per noun, over {@code control.feature} and {@code control.http}.
 */
@NullMarked
package dev.vt.control;

import org.jspecify.annotations.NullMarked;
