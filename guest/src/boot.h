// The life of one guest, from the config to power-off:
//
//   waiting ──config──► applying ──► secrets ──► prestart ──► running ──stop──► stopping
//      │                   │            │            │            │                │
//      └───────────────────┴────────────┴─── fail ───┴── exit ────┴────────────────┴──► ended ──► power off
//
// "ended" lasts until the host has the status and the log, one second at most.
//
// A template waits too, and a snapshot of it is what others start from. What has been restored takes fresh entropy, then its identity,
// and only then a config: nothing that one guest drew, and no device it looked at, is shared (RT36).
#ifndef VT_BOOT_H
#define VT_BOOT_H

#include <stdbool.h>
#include <sys/types.h>

#include "channel.h"

struct options {
    bool pid1;             // false: a plain process, for tests: no mounts, modules, network, cgroups
    const char *run;       // "/run", elsewhere in tests
    const char *instance;  // vt.id
    const char *boot;      // vt.boot
    bool template;         // vt.template=1: a snapshot is taken of this guest; its names come after the restore
};

extern const struct channel_handler boot_channel_handler;

void boot_init(const struct options *options);
// Marks the end of a step for the boot timings.
void boot_mark(const char *step);
// Something init itself needs is missing: status failed/driver_start_failed/handshake.
void boot_fail(const char *reason, const char *detail, const char *message);
void boot_child_ended(pid_t pid, int status);
// TERM INT HUP QUIT USR1 USR2, sent to init by somebody in the guest.
void boot_signal(int number);
// The transport of a test ended for good.
bool boot_is_hung_up(void);
// Whether everything is said and done, and init may end.
bool boot_is_over(void);

#endif
