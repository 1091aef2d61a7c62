// Starting processes, and ending whole groups of them.
#ifndef VT_PROCESS_H
#define VT_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "config.h"

// A process and everything that came from it: a cgroup where there are cgroups, else its session.
struct family {
    pid_t leader;       // 0: nothing was started
    char cgroup[64];    // directory, "" without cgroups
};

struct spawn {
    char *const *argv;
    char *const *envp;
    int in;             // -1: /dev/null
    int out;
    int err;
    bool terminal;      // `in` is a terminal that becomes the controlling one
};

enum { EXEC_NOT_FOUND = 127, EXEC_NOT_RUN = 126 };

// Before anything is started: whether cgroups are used, and whether children must die with init (when it is not PID 1).
void process_init(bool cgroups, bool die_with_init);

// Starts argv as the workload's user, in its directory, as leader of a new session. 0, or EXEC_NOT_FOUND or EXEC_NOT_RUN when
// the program could not be run; `why` then names the step and error.
int process_spawn(struct family *family, const char *name, const struct config *config, const struct spawn *spawn, char *why,
                  size_t why_size);

void family_signal(const struct family *family, int signal);
bool family_is_empty(const struct family *family);
// Removes the group's cgroup, if it is empty.
void family_remove(const struct family *family);
// How many processes of the group the kernel's out-of-memory killer has taken; 0 where that is not counted.
long family_oom_kills(const struct family *family);

#endif
