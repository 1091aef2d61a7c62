#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"

bool modules_load(char *why, size_t why_size) {
    char list[8192];
    if (file_read("/etc/vt-modules", list, sizeof list) < 0) {
        return true;  // a kernel with everything built in
    }
    char *rest = list;
    for (char *path; (path = strsep(&rest, "\n")) != NULL;) {
        if (*path == '\0') {
            continue;
        }
        int fd = open(path, O_RDONLY | O_CLOEXEC);
        bool loaded = fd >= 0 && (syscall(SYS_finit_module, fd, "", 0) == 0 || errno == EEXIST);
        int error = errno;
        if (fd >= 0) {
            close(fd);
        }
        if (!loaded) {
            snprintf(why, why_size, "%s: %s", path, strerror(error));
            return false;
        }
    }
    return true;
}
