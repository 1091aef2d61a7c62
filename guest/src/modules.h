#ifndef VT_MODULES_H
#define VT_MODULES_H

#include <stdbool.h>
#include <stddef.h>

// Loads the kernel modules of one group, in the order of /etc/vt-modules: lines of "PATH [GROUP]", no group meaning "base". Groups
// are loaded when they are needed, so that HELLO does not wait for what only some guests use. A module that is there already
// is fine. False: `why` names the module.
bool modules_load(const char *group, char *why, size_t why_size);

#endif
