/** Commands for what a tenant owns: orgs, projects, apps, environments, releases, routes, secrets. */
@NullMarked
package dev.vt.cli.platform;

import org.jspecify.annotations.NullMarked;
