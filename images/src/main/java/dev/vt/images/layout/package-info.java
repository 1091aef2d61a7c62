/** OCI image layouts on disk: written for the sample application and for tests, read to be pushed. */
@NullMarked
package dev.vt.images.layout;

import org.jspecify.annotations.NullMarked;
