#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"
#include "initlog.h"

static bool load(const char *path, char *why, size_t why_size) {
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
    initlog("modules", "loaded", path);
    return true;
}

bool modules_load(const char *group, char *why, size_t why_size) {
    char list[8192];
    if (file_read("/etc/vt-modules", list, sizeof list) < 0) {
        return true;  // a kernel with everything built in
    }
    char *rest = list;
    for (char *line; (line = strsep(&rest, "\n")) != NULL;) {
        char *path = strsep(&line, " ");
        const char *belongs = line ? line : "base";
        if (*path != '\0' && strcmp(belongs, group) == 0 && !load(path, why, why_size)) {
            return false;
        }
    }
    return true;
}
