#ifndef VT_MODULES_H
#define VT_MODULES_H

#include <stdbool.h>
#include <stddef.h>

// Loads the kernel modules that /etc/vt-modules names, one path per line, in that order. A module that is there already is
// fine. False: `why` names the module.
bool modules_load(char *why, size_t why_size);

#endif
