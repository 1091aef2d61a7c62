/** How answers look: tables, receipts, errors, progress (cli.md sections 5 to 7). */
@NullMarked
package dev.vt.cli.output;

import org.jspecify.annotations.NullMarked;
