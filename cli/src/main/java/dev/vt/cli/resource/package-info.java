/** Listing, describing and deleting any resource from one description of its kind. */
@NullMarked
package dev.vt.cli.resource;

import org.jspecify.annotations.NullMarked;
