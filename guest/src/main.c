// vt-init: PID 1 of a guest. One thread, one event loop (loop.h); boot.h has the order of things.
//
// As a plain process, for tests:
//   vt-init --no-pid1 (--listen SOCKET | --fd N) --run DIRECTORY --id INSTANCE --boot BOOT [--template 1]
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/vm_sockets.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "boot.h"
#include "exec.h"
#include "files.h"
#include "initlog.h"
#include "log.h"
#include "loop.h"
#include "modules.h"
#include "mounts.h"
#include "process.h"

enum { PORT_WAIT_MS = 10000, PORT_POLL_MS = 2, VSOCK_PORT = 5161, VSOCK_RETRY_MS = 100, LATE_MODULES_MS = 5 };

static struct options options = {.run = "/run", .instance = "", .boot = ""};
static const char *transport = "virtio";
static struct watch signals;
static struct watch listener;
static struct timer vsock_retry;
static struct timer late_modules;

// ---- signals

static void on_signal(struct watch *watch, uint32_t events) {
    (void)events;
    struct signalfd_siginfo info;
    if (read(watch->fd, &info, sizeof info) != sizeof info) {
        return;
    }
    if (info.ssi_signo != SIGCHLD) {
        boot_signal((int)info.ssi_signo);
        return;
    }
    pid_t pid;
    int status;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        boot_child_ended(pid, status);
    }
}

static void watch_signals(void) {
    static const int numbers[] = {SIGCHLD, SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
    sigset_t set;
    sigemptyset(&set);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        sigaddset(&set, numbers[i]);
    }
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    signals = (struct watch){.fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal};
    watch_for(&signals, EPOLLIN);
}

// ---- transports

// The device of the port named vt.ctl.0: it appears some milliseconds after its driver.
static int open_virtio_port(void) {
    for (int waited = 0; waited < PORT_WAIT_MS; waited += PORT_POLL_MS) {
        DIR *ports = opendir("/sys/class/virtio-ports");
        struct dirent *entry;
        int fd = -1;
        while (ports != NULL && fd < 0 && (entry = readdir(ports)) != NULL) {
            char path[512];
            char name[64];
            snprintf(path, sizeof path, "/sys/class/virtio-ports/%s/name", entry->d_name);
            if (entry->d_name[0] != '.' && file_read(path, name, sizeof name) > 0 && strcmp(name, "vt.ctl.0\n") == 0) {
                snprintf(path, sizeof path, "/dev/%s", entry->d_name);
                fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);  // opens once in its life
            }
        }
        if (ports != NULL) {
            closedir(ports);
        }
        if (fd >= 0) {
            return fd;
        }
        poll(NULL, 0, PORT_POLL_MS);
    }
    return -1;
}

static void connect_vsock(struct timer *timer) {
    struct sockaddr_vm host = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = VSOCK_PORT};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&host, sizeof host) == 0) {
        fcntl(fd, F_SETFL, O_NONBLOCK);
        channel_attach(fd, &boot_channel_handler);
        return;
    }
    if (fd >= 0) {
        close(fd);
    }
    timer_set(timer, VSOCK_RETRY_MS);
}

static bool open_transport(void) {
    if (strcmp(transport, "vsock") == 0) {
        vsock_retry.fire = connect_vsock;
        connect_vsock(&vsock_retry);
        return true;
    }
    int fd = open_virtio_port();
    if (fd < 0) {
        return false;
    }
    channel_attach(fd, &boot_channel_handler);
    return true;
}

static void on_connection(struct watch *watch, uint32_t events) {
    (void)events;
    int fd = accept4(watch->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
        channel_attach(fd, &boot_channel_handler);
    }
}

static bool listen_at(const char *path) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t length = (size_t)snprintf(address.sun_path, sizeof address.sun_path, "%s.new", path);
    if (length >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return false;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0 || listen(fd, 4) < 0 ||
        rename(address.sun_path, path) < 0) {  // who sees the socket can connect
        return false;
    }
    listener = (struct watch){.fd = fd, .ready = on_connection};
    watch_for(&listener, EPOLLIN);
    return true;
}

// ---- PID 1

static void read_command_line(void) {
    static char line[4096];
    if (file_read("/proc/cmdline", line, sizeof line) <= 0) {
        return;
    }
    char *rest = line;
    for (char *word; (word = strsep(&rest, " \n")) != NULL;) {
        if (strncmp(word, "vt.id=", 6) == 0) {
            options.instance = word + 6;
        } else if (strncmp(word, "vt.boot=", 8) == 0) {
            options.boot = word + 8;
        } else if (strncmp(word, "vt.ctl=", 7) == 0) {
            transport = word + 7;
        } else if (strcmp(word, "vt.template=1") == 0) {
            options.template = true;
        }
    }
}

static void power_off(void) {
    initlog("boot", "power_off", "");
    mounts_end();
    // Firecracker has no power-off and ends on a reset; QEMU has ACPI.
    reboot(strcmp(transport, "vsock") == 0 ? RB_AUTOBOOT : RB_POWER_OFF);
    for (;;) {
        pause();
    }
}

// While the host makes its config, this guest makes ready for one; mounts_root loads them too, if the config comes first.
static void load_late_modules(struct timer *timer) {
    char why[256];
    (void)timer;
    if (!modules_load("devices", why, sizeof why)) {
        initlog("modules", "failed", why);
    }
}

// A kernel that was kept from running while it measured its timer ends up without one, and everything that waits then waits for
// ever: it happens under emulation on a busy host. The end of init ends the VM at once, and the host boots it again.
static void require_timer(void) {
    char device[64];
    if (file_read("/sys/devices/system/clockevents/clockevent0/current_device", device, sizeof device) == 0) {
        initlog_fatal("boot", "no_timer", "the kernel found no working timer");
        _exit(1);
    }
}

static int run_as_pid1(void) {
    char why[256];
    bool mounted = mounts_early(why, sizeof why);
    if (mounted) {
        require_timer();
        read_command_line();
    }
    boot_mark("kernel");
    boot_init(&options);
    file_write_existing("/proc/self/oom_score_adj", "-1000");
    process_init(true, false);
    watch_signals();
    log_init();
    if (!mounted || !modules_load("base", why, sizeof why) || !modules_load(transport, why, sizeof why)) {
        boot_fail("driver_start_failed", "handshake", why);
    } else if (!open_transport()) {
        boot_fail("driver_start_failed", "handshake", "no control port");
    } else if (options.template) {
        boot_mark("channel");
        // Before the first HELLO, which is what the host takes the snapshot after.
        if (!modules_load_unprobed(why, sizeof why)) {
            boot_fail("driver_start_failed", "handshake", why);
        }
    } else {
        boot_mark("channel");
        late_modules.fire = load_late_modules;
        timer_set(&late_modules, LATE_MODULES_MS);
    }
    while (!boot_is_over()) {
        loop_step(-1);
    }
    power_off();
    return 0;
}

// ---- plain process

static int run_as_process(int argc, char **argv) {
    const char *listen_path = NULL;
    int fd = -1;
    for (int i = 2; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--template") == 0) {
            options.template = strcmp(argv[i + 1], "1") == 0;
        } else if (strcmp(argv[i], "--listen") == 0) {
            listen_path = argv[i + 1];
        } else if (strcmp(argv[i], "--fd") == 0) {
            fd = atoi(argv[i + 1]);
        } else if (strcmp(argv[i], "--run") == 0) {
            options.run = argv[i + 1];
        } else if (strcmp(argv[i], "--id") == 0) {
            options.instance = argv[i + 1];
        } else if (strcmp(argv[i], "--boot") == 0) {
            options.boot = argv[i + 1];
        }
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    boot_init(&options);
    process_init(false, true);
    watch_signals();
    log_init();
    if (fd >= 0) {
        fcntl(fd, F_SETFD, FD_CLOEXEC);
        fcntl(fd, F_SETFL, O_NONBLOCK);
        channel_attach(fd, &boot_channel_handler);
    } else if (listen_path == NULL || !listen_at(listen_path)) {
        fprintf(stderr, "vt-init: cannot listen: %s\n", strerror(errno));
        return 2;
    }
    while (!boot_is_over() && !(fd >= 0 && boot_is_hung_up())) {
        loop_step(-1);
    }
    return 0;
}

int main(int argc, char **argv) {
    loop_init();
    if (argc > 1 && strcmp(argv[1], "--no-pid1") == 0) {
        return run_as_process(argc, argv);
    }
    if (getpid() != 1) {
        fprintf(stderr, "vt-init %s is the first process of a guest; it does nothing elsewhere\n", argv[0]);
        return 2;
    }
    options.pid1 = true;
    return run_as_pid1();
}
