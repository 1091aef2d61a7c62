#include "mounts.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "buf.h"
#include "files.h"
#include "modules.h"

enum { EXT4_MAGIC_AT = 1024 + 0x38, EXT4_UUID_AT = 1024 + 0x68, EROFS_AT = 1024, SUPERBLOCK_BYTES = 2048 };
enum { RUN_DEPTH = 4, RUN_DIRECTORIES = 256 };

static bool failed(const char *what, char *why, size_t why_size) {
    snprintf(why, why_size, "%s: %s", what, strerror(errno));
    return false;
}

static bool mount_at(const char *source, const char *target, const char *type, unsigned long flags, const char *options,
                     char *why, size_t why_size) {
    if (mkdir(target, 0755) < 0 && errno != EEXIST) {
        return failed(target, why, why_size);
    }
    return mount(source, target, type, flags, options) == 0 || failed(target, why, why_size);
}

bool mounts_early(char *why, size_t why_size) {
    const unsigned long plain = MS_NOSUID | MS_NODEV | MS_NOEXEC;
    if (!mount_at("proc", "/proc", "proc", plain, NULL, why, why_size) ||
        !mount_at("sysfs", "/sys", "sysfs", plain, NULL, why, why_size)) {
        return false;
    }
    // The kernel may have mounted /dev itself.
    if (!mount_at("devtmpfs", "/dev", "devtmpfs", MS_NOSUID | MS_NOEXEC, "mode=0755", why, why_size) && errno != EBUSY) {
        return false;
    }
    if (!mount_at("devpts", "/dev/pts", "devpts", MS_NOSUID | MS_NOEXEC, "ptmxmode=0666,mode=0620,gid=5", why, why_size) ||
        !mount_at("run", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=0755,size=20%", why, why_size) ||
        !mount_at("cgroup", "/sys/fs/cgroup", "cgroup2", plain, "nsdelegate", why, why_size)) {
        return false;
    }
    file_write_existing("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
    // Out of memory means a kill, not a guest that reads its programs from disk again and again: what was used in the last
    // second is not evicted, and if that does not fit the kernel kills. Kernels without this only take longer.
    if (file_write_existing("/sys/kernel/mm/lru_gen/enabled", "y")) {
        file_write_existing("/sys/kernel/mm/lru_gen/min_ttl_ms", "1000");
    }
    unlink("/dev/ptmx");
    const char *const links[][2] = {{"pts/ptmx", "/dev/ptmx"},
                                    {"/proc/self/fd", "/dev/fd"},
                                    {"/proc/self/fd/0", "/dev/stdin"},
                                    {"/proc/self/fd/1", "/dev/stdout"},
                                    {"/proc/self/fd/2", "/dev/stderr"}};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (symlink(links[i][0], links[i][1]) < 0 && errno != EEXIST) {
            return failed(links[i][1], why, why_size);
        }
    }
    return true;
}

static bool read_superblock(const char *device, unsigned char bytes[SUPERBLOCK_BYTES]) {
    int fd = open(device, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    ssize_t got = pread(fd, bytes, SUPERBLOCK_BYTES, 0);
    close(fd);
    if (got != SUPERBLOCK_BYTES) {
        errno = EIO;
        return false;
    }
    return true;
}

static bool is_ext4(const unsigned char *block) { return block[EXT4_MAGIC_AT] == 0x53 && block[EXT4_MAGIC_AT + 1] == 0xef; }

static const char *type_of(const unsigned char *block) {
    static const unsigned char erofs[4] = {0xe2, 0xe1, 0xf5, 0xe0};
    if (memcmp(block, "hsqs", 4) == 0) {
        return "squashfs";
    }
    if (memcmp(block + EROFS_AT, erofs, 4) == 0) {
        return "erofs";
    }
    return is_ext4(block) ? "ext4" : NULL;
}

static bool mount_image(char *why, size_t why_size) {
    unsigned char block[SUPERBLOCK_BYTES];
    if (!read_superblock("/dev/vda", block)) {
        return failed("vda", why, why_size);
    }
    const char *type = type_of(block);
    if (type == NULL) {
        snprintf(why, why_size, "vda: no squashfs, erofs or ext4");
        return false;
    }
    return modules_load(type, why, why_size) &&
           mount_at("/dev/vda", "/vt/image", type, MS_RDONLY | MS_NODEV, NULL, why, why_size);
}

static bool mount_scratch(const struct config *config, char *why, size_t why_size) {
    if (!config->scratch_on_disk) {
        return mount_at("scratch", "/vt/scratch", "tmpfs", MS_NODEV, "mode=0755,size=50%", why, why_size);
    }
    // The scratch is thrown away at the end, so nothing has to be in order after a crash.
    return mount_at("/dev/vdb", "/vt/scratch", "ext4", MS_NODEV | MS_NOATIME, "barrier=0", why, why_size);
}

// The memory that the initramfs takes is given back: only its directories stay, under the new root's mount.
static void empty_initramfs(void) {
    static const char *const files[] = {"/init", "/etc/vt-modules"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        unlink(files[i]);
    }
    DIR *modules = opendir("/modules");
    struct dirent *entry;
    while (modules != NULL && (entry = readdir(modules)) != NULL) {
        if (entry->d_name[0] != '.') {
            unlinkat(dirfd(modules), entry->d_name, 0);
        }
    }
    if (modules != NULL) {
        closedir(modules);
    }
}

// A directory of the new root to mount on; what else bears that name is replaced, so a link leads nowhere.
static bool mount_point(const char *path, char *why, size_t why_size) {
    struct stat found;
    if (lstat(path, &found) == 0 && !S_ISDIR(found.st_mode) && unlink(path) < 0) {
        return failed(path, why, why_size);
    }
    return mkdir(path, 0755) == 0 || errno == EEXIST || failed(path, why, why_size);
}

// The directories an image has under /run are made in the memory that covers them: programs expect theirs to exist.
static int copy_directories(int from, int to, int depth, int made) {
    DIR *directory = fdopendir(from);
    struct dirent *entry;
    while (directory != NULL && (entry = readdir(directory)) != NULL && made < RUN_DIRECTORIES) {
        struct stat found;
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            fstatat(from, entry->d_name, &found, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(found.st_mode) ||
            mkdirat(to, entry->d_name, 0700) < 0) {
            continue;
        }
        made++;
        int below = openat(to, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        int source = openat(from, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below >= 0) {
            fchown(below, found.st_uid, found.st_gid);
            fchmod(below, found.st_mode & 07777);
        }
        if (below >= 0 && source >= 0 && depth < RUN_DEPTH) {
            made = copy_directories(source, below, depth + 1, made);
        } else if (source >= 0) {
            close(source);
        }
        if (below >= 0) {
            close(below);
        }
    }
    if (directory != NULL) {
        closedir(directory);
    } else {
        close(from);
    }
    return made;
}

static bool move_into_root(char *why, size_t why_size) {
    static const char *const moved[] = {"/proc", "/sys", "/dev", "/run"};
    if (chdir("/vt/root") < 0) {
        return failed("/vt/root", why, why_size);
    }
    for (size_t i = 0; i < sizeof moved / sizeof *moved; i++) {
        const char *target = moved[i] + 1;
        if (!mount_point(target, why, why_size)) {
            return false;
        }
        if (strcmp(target, "run") == 0) {
            int from = open(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
            int to = open("/run", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            if (from >= 0 && to >= 0) {
                copy_directories(from, to, 1, 0);
            }
            if (to >= 0) {
                close(to);
            }
        }
        if (mount(moved[i], target, NULL, MS_MOVE, NULL) < 0) {
            return failed(moved[i], why, why_size);
        }
    }
    empty_initramfs();
    // The first root cannot be pivoted away, so the new one is moved over it.
    if (mount(".", "/", NULL, MS_MOVE, NULL) < 0 || chroot(".") < 0 || chdir("/") < 0) {
        return failed("pivot", why, why_size);
    }
    return true;
}

bool mounts_root(const struct config *config, char *why, size_t why_size) {
    if (mkdir("/vt", 0700) < 0 && errno != EEXIST) {
        return failed("/vt", why, why_size);
    }
    if (!modules_load("devices", why, why_size) || !mount_image(why, why_size) || !mount_scratch(config, why, why_size)) {
        return false;
    }
    // "volatile" (no syncs for what is thrown away) needs a scratch that no boot has used: RT34.
    if (mkdir("/vt/scratch/upper", 0755) < 0 || mkdir("/vt/scratch/work", 0755) < 0) {
        return failed("scratch is not new", why, why_size);
    }
    const char *layers = "lowerdir=/vt/image,upperdir=/vt/scratch/upper,workdir=/vt/scratch/work,volatile";
    if (!mount_at("overlay", "/vt/root", "overlay", MS_NODEV, layers, why, why_size) || !move_into_root(why, why_size)) {
        return false;
    }
    if (!mount_point("/tmp", why, why_size) ||
        !mount_at("tmp", "/tmp", "tmpfs", MS_NOSUID | MS_NODEV, "mode=1777,size=50%", why, why_size) ||
        !mount_at("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, "mode=1777,size=50%", why, why_size)) {
        return false;
    }
    return make_directories(config->workdir) || failed("workdir", why, why_size);
}

bool mounts_etc(const struct config *config, char *why, size_t why_size) {
    char address[INET6_ADDRSTRLEN];
    struct buf hosts = {0};
    struct buf resolv = {0};
    struct buf name = {0};
    struct buf machine = {0};
    unsigned char random[16] = {0};
    // machine-id(5): one that an image brings along would be the same in each of its instances (RT36).
    bool drawn = getrandom(random, sizeof random, 0) == sizeof random;
    random[6] = (unsigned char)((random[6] & 0x0f) | 0x40);
    random[8] = (unsigned char)((random[8] & 0x3f) | 0x80);
    for (size_t i = 0; i < sizeof random; i++) {
        buf_format(&machine, "%02x", random[i]);
    }
    buf_text(&machine, "\n");
    buf_text(&hosts, "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n");
    if (config->has_network) {
        inet_ntop(AF_INET6, &config->address, address, sizeof address);
        buf_format(&hosts, "%s %s\n", address, config->hostname);
    }
    for (size_t i = 0; i < config->dns_count; i++) {
        inet_ntop(AF_INET6, &config->dns[i], address, sizeof address);
        buf_format(&resolv, "nameserver %s\n", address);
    }
    for (size_t i = 0; i < config->search_count; i++) {
        buf_format(&resolv, "%s%s%s", i == 0 ? "search " : " ", config->search[i], i + 1 == config->search_count ? "\n" : "");
    }
    buf_format(&name, "%s\n", config->hostname);
    const struct {
        const char *path;
        struct buf *content;
    } files[] = {{"/etc/hostname", &name}, {"/etc/hosts", &hosts}, {"/etc/resolv.conf", &resolv}, {"/etc/machine-id", &machine}};
    bool done = (drawn || failed("getrandom", why, why_size)) && (sethostname(config->hostname, strlen(config->hostname)) == 0 || failed("hostname", why, why_size));
    if (mkdir("/etc", 0755) < 0 && errno != EEXIST) {
        done = failed("/etc", why, why_size);
    }
    for (size_t i = 0; done && i < sizeof files / sizeof *files; i++) {
        // A rename replaces a link of that name instead of following it.
        done = file_replace(files[i].path, buf_head(files[i].content), buf_length(files[i].content), 0, 0, 0644) ||
               failed(files[i].path, why, why_size);
    }
    buf_free(&hosts);
    buf_free(&resolv);
    buf_free(&name);
    buf_free(&machine);
    return done;
}

// Makes and opens a directory below / without following a link in any component; -1 and errno.
static int open_mount_point(const char *path) {
    int at = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    while (at >= 0 && *path != '\0') {
        path++;  // the slash
        char name[NAME_MAX + 1];
        size_t length = strcspn(path, "/");
        if (length > NAME_MAX) {
            close(at);
            errno = ENAMETOOLONG;
            return -1;
        }
        memcpy(name, path, length);
        name[length] = '\0';
        path += length;
        int next = -1;
        if (mkdirat(at, name, 0755) == 0 || errno == EEXIST) {
            next = openat(at, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        }
        int error = errno;
        close(at);
        errno = error;
        at = next;
    }
    return at;
}

const char *mounts_volumes(const struct config *config, char *why, size_t why_size) {
    for (size_t i = 0; i < config->volume_count; i++) {
        const struct config_volume *volume = &config->volumes[i];
        char device[16];
        unsigned char block[SUPERBLOCK_BYTES];
        snprintf(device, sizeof device, "/dev/vd%c", (char)('c' + i));
        if (!read_superblock(device, block)) {
            failed(device, why, why_size);
            return "mount_failed";
        }
        if (!is_ext4(block) || memcmp(block + EXT4_UUID_AT, volume->uuid, sizeof volume->uuid) != 0) {
            snprintf(why, why_size, "%s: not the expected file system", device);
            return "fs_mismatch";
        }
        int target = open_mount_point(volume->path);
        if (target < 0) {
            failed(volume->path, why, why_size);
            return "mount_failed";
        }
        char by_descriptor[32];
        snprintf(by_descriptor, sizeof by_descriptor, "/proc/self/fd/%d", target);
        unsigned long flags = MS_NOSUID | MS_NODEV | MS_NOATIME | (volume->read_only ? MS_RDONLY : 0);
        int result = mount(device, by_descriptor, "ext4", flags, volume->read_only ? "noload" : NULL);
        int error = errno;
        close(target);
        errno = error;
        if (result < 0) {
            failed(volume->path, why, why_size);
            return "mount_failed";
        }
    }
    return NULL;
}

void mounts_end(void) {
    sync();
    FILE *mounts = fopen("/proc/self/mounts", "re");
    char device[256];
    char path[4096];
    while (mounts != NULL && fscanf(mounts, "%255s %4095s %*[^\n]", device, path) == 2) {
        if (strncmp(device, "/dev/vd", 7) == 0 && strcmp(path, "/") != 0) {
            umount2(path, MNT_DETACH);
        }
    }
    if (mounts != NULL) {
        fclose(mounts);
    }
}
