/** Who may do what, from the command line: members, users, service principals, quotas, usage, the audit trail. */
@NullMarked
package dev.vt.cli.identity;

import org.jspecify.annotations.NullMarked;
