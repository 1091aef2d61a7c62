#ifndef VT_MODULES_H
#define VT_MODULES_H

#include <stdbool.h>
#include <stddef.h>

// Loads the kernel modules of one group, in the order of /etc/vt-modules: lines of "PATH [GROUP]", no group meaning "base". Groups
// are loaded when they are needed, so that HELLO does not wait for what only some guests use. A module that is there already
// is fine. False: `why` names the module.
bool modules_load(const char *group, char *why, size_t why_size);

// For a template: loads everything that a config may ask for, but leaves every device of the virtio bus alone that has no driver
// yet, so that it can be another one after a restore. False if the kernel has looked at one already.
bool modules_load_unprobed(char *why, size_t why_size);
// Lets the drivers take those devices.
void modules_probe(void);

#endif
