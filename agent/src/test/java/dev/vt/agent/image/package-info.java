/** Tests of where images are pulled from. */
@NullMarked
package dev.vt.agent.image;

import org.jspecify.annotations.NullMarked;
