/** Commands about this machine: sign-in, contexts, manifests, doctor, version, completion. */
@NullMarked
package dev.vt.cli.local;

import org.jspecify.annotations.NullMarked;
