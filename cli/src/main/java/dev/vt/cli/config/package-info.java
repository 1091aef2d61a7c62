/** Settings, contexts and credentials on disk (C13). */
@NullMarked
package dev.vt.cli.config;

import org.jspecify.annotations.NullMarked;
