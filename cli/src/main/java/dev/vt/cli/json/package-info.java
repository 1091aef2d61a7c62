/** Reading and writing JSON by streaming, without data binding (C21). */
@NullMarked
package dev.vt.cli.json;

import org.jspecify.annotations.NullMarked;
