#include "modules.h"

#include <dirent.h>
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

static const char autoprobe[] = "/sys/bus/virtio/drivers_autoprobe";

bool modules_load_unprobed(char *why, size_t why_size) {
    static const char *const groups[] = {"devices", "squashfs", "erofs"};
    if (!file_write_existing(autoprobe, "0")) {
        snprintf(why, why_size, "%s: %s", autoprobe, strerror(errno));
        return false;
    }
    for (size_t i = 0; i < sizeof groups / sizeof *groups; i++) {
        if (!modules_load(groups[i], why, why_size)) {
            return false;
        }
    }
    if (access("/sys/block/vda", F_OK) == 0 || access("/sys/class/net/eth0", F_OK) == 0) {
        snprintf(why, why_size, "the kernel's own drivers have the devices");
        return false;
    }
    return true;
}

void modules_probe(void) {
    file_write_existing(autoprobe, "1");
    DIR *devices = opendir("/sys/bus/virtio/devices");
    struct dirent *entry;
    while (devices != NULL && (entry = readdir(devices)) != NULL) {
        if (entry->d_name[0] != '.') {
            // One that has a driver, or finds none, is left as it is; one that is missed is told by the step that needs it.
            file_write_existing("/sys/bus/virtio/drivers_probe", entry->d_name);
        }
    }
    if (devices != NULL) {
        closedir(devices);
    }
}
