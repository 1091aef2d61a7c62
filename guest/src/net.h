// eth0 and lo, by netlink (network.md §7).
#ifndef VT_NET_H
#define VT_NET_H

#include <stddef.h>

#include "config.h"

// Brings up lo.
void net_loopback(void);
// Everything of G2 but resolv.conf. NULL, or the step that failed: "link", "address", "route" or "check"; `why` says more.
const char *net_configure(const struct config *config, char *why, size_t why_size);

#endif
