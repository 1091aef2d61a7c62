// File systems of a guest: what the kernel offers, the root, the volumes.
#ifndef VT_MOUNTS_H
#define VT_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

// /proc /sys /dev /dev/pts /run and cgroups, before anything else. False: `why` names the mount.
bool mounts_early(char *why, size_t why_size);
// The image (vda, read-only) under the scratch (vdb or memory) becomes /; /run, /tmp and /dev/shm are memory.
bool mounts_root(const struct config *config, char *why, size_t why_size);
// /etc/hostname, /etc/hosts and /etc/resolv.conf of the new root.
bool mounts_etc(const struct config *config, char *why, size_t why_size);
// vdc, vdd … at their paths. NULL, or the detail of volume_attach_failed.
const char *mounts_volumes(const struct config *config, char *why, size_t why_size);
// Everything written reaches its disk; volumes are unmounted.
void mounts_end(void);

#endif
