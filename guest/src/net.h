// eth0 and lo, by netlink (network.md §7).
#ifndef VT_NET_H
#define VT_NET_H

#include <stdbool.h>
#include <stddef.h>

#include "config.h"

enum { MAC_TEXT = sizeof "02:00:00:00:00:01" };

// Whether it is six octets in hexadecimal with colons between.
bool net_is_mac(const char *text);
// Brings up lo.
void net_loopback(void);
// Everything of G2 but resolv.conf. `mac` empty: the device has the right one; a restored one has its template's. NULL, or the step that failed: "link", "address", "route" or "check"; `why` says more.
const char *net_configure(const struct config *config, const char *mac, char *why, size_t why_size);

#endif
