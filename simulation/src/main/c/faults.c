/*
 * Loaded before libc into every process of one host (ld.so.preload): delays syncs of files and moves the wall clock, by what the
 * host's control file says at that moment.
 *
 * The monotonic clock stays as it is, as when an operator sets a machine's time. Waits until an absolute wall time
 * (pthread_cond_timedwait on CLOCK_REALTIME, in Java only LockSupport.parkUntil) are not moved: the JVM and PostgreSQL wait
 * for durations.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define NANOS 1000000000LL

/* Written by dev.vt.simulation.host.FaultControl; little-endian. */
struct control {
    int64_t clock_offset_nanos;
    int64_t sync_delay_nanos;
};

static const volatile struct control *control;

__attribute__((constructor)) static void attach(void) {
    int saved = errno;
    int fd = open("/etc/vt-faults", O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        void *mapped = mmap(NULL, sizeof(struct control), PROT_READ, MAP_SHARED, fd, 0);
        if (mapped != MAP_FAILED) {
            control = mapped;
        }
        close(fd);
    }
    errno = saved;
}

static int64_t offset(void) { return control ? control->clock_offset_nanos : 0; }

static void delay_sync(void) {
    int64_t nanos = control ? control->sync_delay_nanos : 0;
    if (nanos > 0) {
        int saved = errno;
        struct timespec left = {.tv_sec = nanos / NANOS, .tv_nsec = nanos % NANOS};
        while (nanosleep(&left, &left) == -1 && errno == EINTR) {
        }
        errno = saved;
    }
}

static void move(struct timespec *time) {
    int64_t nanos = time->tv_nsec + offset() % NANOS;
    time->tv_sec += offset() / NANOS + (nanos >= NANOS) - (nanos < 0);
    time->tv_nsec = nanos + (nanos < 0 ? NANOS : 0) - (nanos >= NANOS ? NANOS : 0);
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) {
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    }
    int result = real(clock, time);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        move(time);
    }
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    time->tv_sec = now.tv_sec;
    time->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *out) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) {
        return -1;
    }
    if (out) {
        *out = now.tv_sec;
    }
    return now.tv_sec;
}

int fsync(int fd) {
    delay_sync();
    return (int)syscall(SYS_fsync, fd);
}

int fdatasync(int fd) {
    delay_sync();
    return (int)syscall(SYS_fdatasync, fd);
}

int sync_file_range(int fd, off_t from, off_t bytes, unsigned int flags) {
    delay_sync();
    return (int)syscall(SYS_sync_file_range, fd, from, bytes, flags);
}
