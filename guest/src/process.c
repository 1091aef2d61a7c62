#include "process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/sched.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "files.h"

static const char CGROUPS[] = "/sys/fs/cgroup";
static const char DEFAULT_PATH[] = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static bool use_cgroups;
static bool die_with_init;

void process_init(bool cgroups, bool die) {
    use_cgroups = cgroups;
    die_with_init = die;
}

// ---- in the child

struct failure {
    int error;
    char step[16];
};

static void give_up(int report_fd, const char *step) {
    struct failure failure = {.error = errno};
    snprintf(failure.step, sizeof failure.step, "%s", step);
    ssize_t written = write(report_fd, &failure, sizeof failure);
    _exit(written == sizeof failure ? EXEC_NOT_RUN : EXEC_NOT_FOUND);
}

// As execvp, but with the workload's PATH and the workload's rights.
static void exec_search(char *const *argv, char *const *envp) {
    if (strchr(argv[0], '/') != NULL) {
        execve(argv[0], argv, envp);
        return;
    }
    const char *path = DEFAULT_PATH + 5;
    for (size_t i = 0; envp[i] != NULL; i++) {
        if (strncmp(envp[i], "PATH=", 5) == 0) {
            path = envp[i] + 5;
        }
    }
    int denied = 0;
    for (;;) {
        size_t length = strcspn(path, ":");
        char candidate[4096];
        int size = snprintf(candidate, sizeof candidate, "%.*s%s%s", (int)length, path, length ? "/" : "./", argv[0]);
        if (size > 0 && (size_t)size < sizeof candidate) {
            execve(candidate, argv, envp);
            if (errno == EACCES) {
                denied = EACCES;
            } else if (errno != ENOENT && errno != ENOTDIR) {
                return;
            }
        }
        if (path[length] == '\0') {
            break;
        }
        path += length + 1;
    }
    errno = denied ? denied : ENOENT;
}

static void reset_signals(void) {
    struct sigaction plain = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++) {
        sigaction(number, &plain, NULL);
    }
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void set_limits(void) {
    struct rlimit files = {65536, 1048576};
    if (setrlimit(RLIMIT_NOFILE, &files) < 0) {
        files.rlim_max = files.rlim_cur;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);  // a core file would hold secrets
}

static void become_user(int report_fd, const struct config *config) {
    if (geteuid() == 0) {
        if (setgroups(config->group_count, config->groups) < 0) {
            give_up(report_fd, "groups");
        }
        if (setresgid(config->gid, config->gid, config->gid) < 0) {
            give_up(report_fd, "gid");
        }
        if (setresuid(config->uid, config->uid, config->uid) < 0) {
            give_up(report_fd, "uid");
        }
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0) {
        give_up(report_fd, "no_new_privs");
    }
    if (die_with_init) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    }
}

static void child(int report_fd, const struct config *config, const struct spawn *spawn) {
    reset_signals();
    setsid();
    file_write_existing("/proc/self/oom_score_adj", "0");
    set_limits();
    umask(022);
    int in = spawn->in >= 0 ? spawn->in : open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (in < 0 || dup2(in, 0) < 0 || dup2(spawn->out, 1) < 0 || dup2(spawn->err, 2) < 0) {
        give_up(report_fd, "stdio");
    }
    if (spawn->terminal && ioctl(0, TIOCSCTTY, 0) < 0) {
        give_up(report_fd, "terminal");
    }
    become_user(report_fd, config);
    if (chdir(config->workdir) < 0) {
        give_up(report_fd, "workdir");
    }
    exec_search(spawn->argv, spawn->envp);
    give_up(report_fd, "exec");
}

// ---- in init

// As fork(), with the child born inside the cgroup: moving it there afterwards waits for every CPU, up to a quarter of a second
// under emulation. The C library's fork is not needed, since the child only calls what is safe in it and then execs.
static pid_t fork_into(const char *cgroup) {
    if (cgroup[0] == '\0') {
        return fork();
    }
    int fd = open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return -1;
    }
    struct clone_args args = {.flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD, .cgroup = (uint64_t)fd};
    long pid = syscall(SYS_clone3, &args, sizeof args);
    int error = errno;
    close(fd);
    errno = error;
    return (pid_t)pid;
}

int process_spawn(struct family *family, const char *name, const struct config *config, const struct spawn *spawn, char *why,
                  size_t why_size) {
    *family = (struct family){0};
    if (use_cgroups) {
        snprintf(family->cgroup, sizeof family->cgroup, "%s/%s", CGROUPS, name);
        if (mkdir(family->cgroup, 0755) < 0 && errno != EEXIST) {
            snprintf(why, why_size, "cgroup: %s", strerror(errno));
            return EXEC_NOT_RUN;
        }
    }
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0) {
        snprintf(why, why_size, "pipe: %s", strerror(errno));
        return EXEC_NOT_RUN;
    }
    pid_t pid = fork_into(family->cgroup);
    if (pid == 0) {
        child(report[1], config, spawn);
    }
    close(report[1]);
    struct failure failure = {.error = pid < 0 ? errno : 0, .step = "fork"};
    if (pid > 0) {
        // Ends at once when the program runs, since the pipe closes on exec.
        ssize_t got;
        do {
            got = read(report[0], &failure, sizeof failure);
        } while (got < 0 && errno == EINTR);
        if (got != sizeof failure) {
            failure.error = 0;
        }
    }
    close(report[0]);
    if (failure.error == 0) {
        family->leader = pid;
        return 0;
    }
    // A child that failed is reaped like any other.
    family_remove(family);
    snprintf(why, why_size, "%.15s: %s", failure.step, strerror(failure.error));
    return strcmp(failure.step, "exec") == 0 && failure.error == ENOENT ? EXEC_NOT_FOUND : EXEC_NOT_RUN;
}

// Calls `visit` for each living process of the group; returns how many there were.
static int family_visit(const struct family *family, void (*visit)(pid_t pid, int signal), int signal) {
    int count = 0;
    if (family->cgroup[0] != '\0') {
        char path[96];
        snprintf(path, sizeof path, "%s/cgroup.procs", family->cgroup);
        FILE *file = fopen(path, "re");
        long pid;
        while (file != NULL && fscanf(file, "%ld", &pid) == 1) {
            count++;
            visit((pid_t)pid, signal);
        }
        if (file != NULL) {
            fclose(file);
        }
        return count;
    }
    DIR *proc = opendir("/proc");
    struct dirent *entry;
    while (proc != NULL && (entry = readdir(proc)) != NULL) {
        pid_t pid = (pid_t)atoi(entry->d_name);
        char path[64];
        char line[512];
        snprintf(path, sizeof path, "/proc/%d/stat", pid);
        if (pid <= 0 || file_read(path, line, sizeof line) <= 0) {
            continue;
        }
        char state;
        int session;
        const char *after_name = strrchr(line, ')');
        if (after_name != NULL && sscanf(after_name, ") %c %*d %*d %d", &state, &session) == 2 &&
            session == family->leader && state != 'Z' && state != 'X') {
            count++;
            visit(pid, signal);
        }
    }
    if (proc != NULL) {
        closedir(proc);
    }
    return count;
}

static void deliver(pid_t pid, int signal) { kill(pid, signal); }

static void ignore(pid_t pid, int signal) {
    (void)pid;
    (void)signal;
}

void family_signal(const struct family *family, int signal) {
    if (family->leader == 0) {
        return;
    }
    if (signal == SIGKILL && family->cgroup[0] != '\0') {
        char path[96];
        snprintf(path, sizeof path, "%s/cgroup.kill", family->cgroup);
        if (file_write_existing(path, "1")) {
            return;
        }
    }
    family_visit(family, deliver, signal);
}

bool family_is_empty(const struct family *family) {
    return family->leader == 0 || family_visit(family, ignore, 0) == 0;
}

void family_remove(const struct family *family) {
    if (family->cgroup[0] != '\0') {
        rmdir(family->cgroup);  // a leftover directory costs nothing
    }
}

long family_oom_kills(const struct family *family) {
    if (family->cgroup[0] == '\0') {
        return 0;
    }
    char path[96];
    char text[1024];
    snprintf(path, sizeof path, "%s/memory.events", family->cgroup);
    if (file_read(path, text, sizeof text) <= 0) {
        return 0;
    }
    const char *line = strstr(text, "oom_kill ");
    return line ? strtol(line + strlen("oom_kill "), NULL, 10) : 0;
}
