/** Root file systems for instances: asks a server for credentials, the cache for the image. */
@NullMarked
package dev.vt.agent.image;

import org.jspecify.annotations.NullMarked;
