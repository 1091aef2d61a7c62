#include "boot.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "exec.h"
#include "forward.h"
#include "frame.h"
#include "initlog.h"
#include "log.h"
#include "loop.h"
#include "metrics.h"
#include "modules.h"
#include "mounts.h"
#include "net.h"
#include "process.h"
#include "secrets.h"
#include "version.h"

enum { DELIVERY_MS = 1000, METRICS_MS = 15000, MARKS = 16, CLOCK_SLACK_MS = 500, ENTROPY_MAX = 256, NAME_BYTES = 64 };

enum phase { WAITING, APPLYING, SECRETS, PRESTART, RUNNING, STOPPING, ENDED };

static struct {
    const struct options *options;
    enum phase phase;
    bool nameless;  // a template, or what was restored from one and has no identity yet
    bool reseeded;
    char instance[NAME_BYTES];
    char boot_id[NAME_BYTES];
    char mac[MAC_TEXT];  // empty: the device's own
    struct config config;
    bool configured;
    uint32_t config_crc;
    struct family workload;  // also of the prestart command that runs
    size_t prestart_next;
    bool prestart_timed_out;
    struct timer deadline;  // of a prestart, of the grace, of the delivery
    struct timer metrics;
    struct buf status;      // the newest, whole
    uint64_t message_id;
    bool status_taken;
    bool over;
    bool hung_up;
    char secrets_directory[128];
    char log_path[128];
    struct {
        const char *step;
        uint64_t at_ms;
    } marks[MARKS];
    size_t mark_count;
} boot;

void boot_mark(const char *step) {
    if (boot.mark_count < MARKS) {
        boot.marks[boot.mark_count].step = step;
        boot.marks[boot.mark_count++].at_ms = uptime_ms();
    }
    initlog("boot", "mark", step);
}

// ---- status

// Begins a status message; the caller adds members and calls send_status.
static struct buf *new_status(const char *state) {
    buf_clear(&boot.status);
    boot.status_taken = false;
    buf_format(&boot.status, "{\"type\":\"status\",\"id\":%llu,\"state\":\"%s\"", (unsigned long long)++boot.message_id, state);
    return &boot.status;
}

static void send_status(void) {
    buf_text(&boot.status, "}");
    channel_send(&boot.status);
}

static void on_delivery_timeout(struct timer *timer) {
    (void)timer;
    boot.over = true;
}

// The status is complete but not sent. Everything that runs ends here.
static void end_guest(void) {
    boot.phase = ENDED;
    exec_stop_all();
    if (boot.options->pid1) {
        kill(-1, SIGKILL);
    } else {
        family_signal(&boot.workload, SIGKILL);
    }
    log_drain();
    send_status();
    boot.deadline.fire = on_delivery_timeout;
    timer_set(&boot.deadline, DELIVERY_MS);
}

void boot_fail(const char *reason, const char *detail, const char *message) {
    if (boot.phase == ENDED) {
        return;
    }
    initlog_fatal("boot", detail, message);
    log_system("failed reason=%s detail=%s", reason, detail);
    char text[513];
    snprintf(text, sizeof text, "%s", message);
    struct buf *status = new_status("failed");
    buf_format(status, ",\"reason\":\"%s\",\"detail\":\"%s\",\"message\":", reason, detail);
    buf_json_string(status, text);
    end_guest();
}

static void exited(int code, int signal, bool oom, const char *detail) {
    if (oom) {
        log_system("oom_killed");
    }
    if (signal != 0) {
        log_system("exited code=%d signal=%s", code, signal_name(signal));
    } else {
        log_system("exited code=%d", code);
    }
    struct buf *status = new_status("exited");
    buf_format(status, ",\"code\":%d,\"oom\":%s,\"detail\":\"%s\"", code, oom ? "true" : "false", detail);
    if (signal != 0) {
        buf_format(status, ",\"signal\":%d", signal);
    }
    end_guest();
}

// ---- the steps after the config

static void start_workload(void) {
    struct spawn spawn = {.argv = boot.config.argv,
                          .envp = boot.config.envp,
                          .in = -1,
                          .out = log_stdout_fd(),
                          .err = log_stderr_fd()};
    char why[128];
    int failure = process_spawn(&boot.workload, "workload", &boot.config, &spawn, why, sizeof why);
    if (failure != 0) {
        initlog("boot", "exec_failed", why);
        log_system("exec_failed %s", why);
        exited(failure, 0, false, "exec_failed");
        return;
    }
    boot.phase = RUNNING;
    boot_mark("started");
    log_system("started");
    struct buf *status = new_status("started");
    buf_text(status, ",\"marks\":{");
    for (size_t i = 0; i < boot.mark_count; i++) {
        buf_format(status, "%s\"%s\":%llu", i ? "," : "", boot.marks[i].step, (unsigned long long)boot.marks[i].at_ms);
    }
    buf_text(status, "}");
    send_status();
}

static void on_prestart_timeout(struct timer *timer) {
    (void)timer;
    boot.prestart_timed_out = true;
    family_signal(&boot.workload, SIGKILL);
}

static void next_prestart(void) {
    if (boot.prestart_next == boot.config.prestart_count) {
        if (boot.config.prestart_count > 0) {
            boot_mark("prestart");
        }
        start_workload();
        return;
    }
    const struct config_prestart *command = &boot.config.prestart[boot.prestart_next++];
    struct spawn spawn = {.argv = command->argv,
                          .envp = boot.config.envp,
                          .in = -1,
                          .out = log_stdout_fd(),
                          .err = log_stderr_fd()};
    char why[128];
    boot.phase = PRESTART;
    if (process_spawn(&boot.workload, "workload", &boot.config, &spawn, why, sizeof why) != 0) {
        boot_fail("prestart_failed", "exec_failed", why);
        return;
    }
    boot.deadline.fire = on_prestart_timeout;
    timer_set(&boot.deadline, (uint64_t)command->timeout_s * 1000);
}

static void prestart_ended(int status) {
    timer_stop(&boot.deadline);
    family_signal(&boot.workload, SIGKILL);  // what it left behind must not run beside the workload
    char detail[32];
    if (boot.prestart_timed_out) {
        boot_fail("prestart_failed", "timeout", "the command did not end in time");
    } else if (WIFSIGNALED(status)) {
        snprintf(detail, sizeof detail, "signal_%d", WTERMSIG(status));
        boot_fail("prestart_failed", detail, "the command was ended by a signal");
    } else if (WEXITSTATUS(status) != 0) {
        snprintf(detail, sizeof detail, "exit_%d", WEXITSTATUS(status));
        boot_fail("prestart_failed", detail, "the command failed");
    } else {
        next_prestart();
    }
}

static void after_secrets(const char *failure) {
    if (boot.phase != SECRETS) {
        return;  // stopped meanwhile
    }
    if (failure != NULL) {
        boot_fail("secrets_injection_failed", failure, "the secrets file could not be delivered");
        return;
    }
    if (boot.config.secrets) {
        boot_mark("secrets");
    }
    if (boot.options->pid1 && boot.config.volume_count > 0) {
        char why[256];
        const char *detail = mounts_volumes(&boot.config, why, sizeof why);
        if (detail != NULL) {
            boot_fail("volume_attach_failed", detail, why);
            return;
        }
        boot_mark("volumes");
    }
    next_prestart();
}

static void apply(void) {
    const struct config *config = &boot.config;
    char why[256];
    boot.phase = APPLYING;
    new_status("config_applied");
    send_status();
    if (boot.options->pid1) {
        if (!mounts_root(config, why, sizeof why)) {
            boot_fail("rootfs_build_failed", "mount", why);
            return;
        }
        boot_mark("root");
        net_loopback();
        if (config->has_network) {
            const char *step = net_configure(config, boot.mac, why, sizeof why);
            if (step != NULL) {
                boot_fail("network_setup_failed", step, why);
                return;
            }
        }
        if (!mounts_etc(config, why, sizeof why)) {
            boot_fail("network_setup_failed", "resolv_conf", why);
            return;
        }
        boot_mark("network");
    }
    boot.phase = SECRETS;
    if (config->secrets) {
        secrets_fetch(boot.secrets_directory, config, after_secrets);
    } else {
        after_secrets(NULL);
    }
}

// ---- stop

static void on_grace_over(struct timer *timer) {
    (void)timer;
    initlog("boot", "grace_over", "");
    family_signal(&boot.workload, SIGKILL);
}

static void stop(int signal, int grace_ms) {
    switch (boot.phase) {
        case RUNNING:
            boot.phase = STOPPING;
            log_system("stopping");
            exec_stop_all();
            kill(-boot.workload.leader, signal);
            boot.deadline.fire = on_grace_over;
            timer_set(&boot.deadline, (uint64_t)grace_ms);
            break;
        case STOPPING:  // asked again: perhaps with less patience
            timer_set(&boot.deadline, (uint64_t)grace_ms);
            break;
        case WAITING:
        case APPLYING:
        case SECRETS:
        case PRESTART:
            exited(128 + signal, signal, false, "stopped_before_start");
            break;
        case ENDED:
            break;
    }
}

void boot_child_ended(pid_t pid, int status) {
    if (exec_child_ended(pid, status) || pid != boot.workload.leader) {
        return;
    }
    boot.workload.leader = boot.phase == ENDED ? 0 : boot.workload.leader;
    if (boot.phase == PRESTART) {
        prestart_ended(status);
    } else if (boot.phase == RUNNING || boot.phase == STOPPING) {
        timer_stop(&boot.deadline);
        int signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
        exited(signal ? 128 + signal : WEXITSTATUS(status), signal, family_oom_kills(&boot.workload) > 0, "");
    }
}

void boot_signal(int number) {
    if (boot.phase == RUNNING || boot.phase == STOPPING) {
        kill(-boot.workload.leader, number);
    } else if (number == SIGTERM || number == SIGINT) {
        stop(SIGTERM, 0);
    }
}

// ---- messages

static void acknowledge(const struct json *message, bool ok, const char *detail, const char *text) {
    int64_t id;
    if (!json_integer(json_member(message, "id"), 0, INT64_MAX, &id)) {
        return;
    }
    struct buf ack = {0};
    buf_format(&ack, "{\"type\":\"ack\",\"id\":%lld,\"ok\":%s,\"detail\":\"%s\",\"message\":", (long long)id, ok ? "true" : "false",
               detail);
    buf_json_string(&ack, text);
    buf_text(&ack, "}");
    channel_send(&ack);
    buf_free(&ack);
}

// A stable digest of a document, to tell a repeated config from another one.
static uint32_t digest(uint32_t crc, const struct json *value) {
    uint8_t type = (uint8_t)value->type;
    crc = crc32c(crc, &type, 1);
    if (value->key != NULL) {
        crc = crc32c(crc, value->key, strlen(value->key) + 1);
    }
    if (value->text != NULL) {
        crc = crc32c(crc, value->text, strlen(value->text) + 1);
    }
    for (const struct json *child = value->child; child != NULL; child = child->next) {
        crc = digest(crc, child);
    }
    return crc;
}

static bool read_name(const struct json *message, const char *key, char out[NAME_BYTES]) {
    const char *text = json_text(message, key);
    size_t length = text ? strlen(text) : 0;
    if (length == 0 || length >= NAME_BYTES) {
        return false;
    }
    memcpy(out, text, length + 1);
    return true;
}

// What a restored guest is from now on. Its devices are the restored machine's own, so they are looked for only now.
static void on_identity(const struct json *message) {
    char instance[NAME_BYTES];
    char boot_id[NAME_BYTES];
    const char *mac = json_text(message, "mac");
    if (!read_name(message, "instance_id", instance) || !read_name(message, "boot_id", boot_id) ||
        (mac != NULL && !net_is_mac(mac))) {
        acknowledge(message, false, "message_invalid", "");
        return;
    }
    if (!boot.nameless) {
        bool same = strcmp(instance, boot.instance) == 0 && strcmp(boot_id, boot.boot_id) == 0;
        acknowledge(message, same, same ? "" : "identity_fixed", "");
        return;
    }
    if (!boot.reseeded) {
        acknowledge(message, false, "not_reseeded", "");
        return;
    }
    boot.nameless = false;
    memcpy(boot.instance, instance, sizeof boot.instance);
    memcpy(boot.boot_id, boot_id, sizeof boot.boot_id);
    snprintf(boot.mac, sizeof boot.mac, "%s", mac ? mac : "");
    boot.mark_count = 0;
    boot_mark("identity");
    acknowledge(message, true, "", "");
    if (boot.options->pid1) {
        modules_probe();
        boot_mark("devices");
    }
}

static void on_config(const struct json *message) {
    const struct json *document = json_member(message, "config");
    if (boot.nameless) {
        acknowledge(message, false, "config_invalid", "no identity yet");
        return;
    }
    uint32_t crc = document ? digest(0, document) : 0;
    if (boot.configured) {
        bool same = document != NULL && crc == boot.config_crc;
        acknowledge(message, same, same ? "" : "config_invalid", same ? "" : "another config is in force");
        return;
    }
    char error[256];
    if (!config_read(&boot.config, document, error, sizeof error)) {
        acknowledge(message, false, "config_invalid", error);
        boot_fail("driver_start_failed", "config_invalid", error);
        return;
    }
    if (strcmp(boot.config.instance_id, boot.instance) != 0) {
        acknowledge(message, false, "config_invalid", "instance_id: not this instance");
        boot_fail("driver_start_failed", "config_invalid", "instance_id: not this instance");
        return;
    }
    boot.configured = true;
    boot.config_crc = crc;
    acknowledge(message, true, "", "");
    boot_mark("config");
    apply();
}

static void set_clock(int64_t unix_ms) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    int64_t off = unix_ms - ((int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000);
    if (boot.options->pid1 && (off > CLOCK_SLACK_MS || off < -CLOCK_SLACK_MS)) {
        struct timespec set = {.tv_sec = unix_ms / 1000, .tv_nsec = unix_ms % 1000 * 1000000};
        clock_settime(CLOCK_REALTIME, &set);
    }
}

static bool reseed(const char *hex) {
    union {
        struct rand_pool_info info;
        unsigned char room[sizeof(struct rand_pool_info) + ENTROPY_MAX];
    } pool = {.info = {0}};
    unsigned char *bytes = (unsigned char *)pool.info.buf;
    size_t length = hex ? strlen(hex) / 2 : 0;
    if (length < 32 || length > ENTROPY_MAX || strspn(hex, "0123456789abcdef") != 2 * length) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        char digits[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        bytes[i] = (unsigned char)strtoul(digits, NULL, 16);
    }
    pool.info.entropy_count = (int)length * 8;
    pool.info.buf_size = (int)length;
    if (!boot.options->pid1) {
        return true;
    }
    int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);
    bool done = fd >= 0 && ioctl(fd, RNDADDENTROPY, &pool) == 0 && ioctl(fd, RNDRESEEDCRNG) == 0;
    if (fd >= 0) {
        close(fd);
    }
    return done;
}

static void on_message(const struct json *message) {
    const char *type = json_text(message, "type");
    int64_t number;
    if (type == NULL) {
        acknowledge(message, false, "message_invalid", "no type");
    } else if (strcmp(type, "ack") == 0) {
        if (json_integer(json_member(message, "id"), 0, INT64_MAX, &number) && (uint64_t)number == boot.message_id) {
            boot.status_taken = true;
        }
    } else if (strcmp(type, "config") == 0) {
        on_config(message);
    } else if (strcmp(type, "identity") == 0) {
        on_identity(message);
    } else if (strcmp(type, "stop") == 0) {
        int signal = boot.configured ? boot.config.stop_signal : SIGTERM;
        int grace = boot.configured ? boot.config.stop_grace_ms : 0;
        if (json_integer(json_member(message, "grace_ms"), 0, 3600000, &number)) {
            grace = (int)number;
        }
        acknowledge(message, true, "", "");
        stop(signal, grace);
    } else if (strcmp(type, "signal") == 0) {
        int signal = signal_number(json_text(message, "signal"));
        bool sent = signal != 0 && signal != SIGKILL && (boot.phase == RUNNING || boot.phase == STOPPING) &&
                    kill(-boot.workload.leader, signal) == 0;
        acknowledge(message, sent, sent ? "" : "signal_not_sent", "");
    } else if (strcmp(type, "clock") == 0) {
        bool valid = json_integer(json_member(message, "unix_ms"), 0, INT64_MAX, &number);
        if (valid) {
            set_clock(number);
        }
        acknowledge(message, valid, valid ? "" : "message_invalid", "");
    } else if (strcmp(type, "reseed") == 0) {
        bool done = reseed(json_text(message, "entropy"));
        boot.reseeded = boot.reseeded || done;
        acknowledge(message, done, done ? "" : "reseed_failed", "");
    } else {
        acknowledge(message, false, "unknown_message", "");
    }
}

static void on_stream_offered(struct stream *stream, const struct json *params) {
    const char *kind = json_text(params, "kind");
    const char *name = json_text(params, "name");
    bool runs = boot.phase == PRESTART || boot.phase == RUNNING;
    if (kind != NULL && strcmp(kind, "exec") == 0) {
        if (runs) {
            exec_offered(stream, params, &boot.config);
        } else {
            stream_refuse(stream, "not_running");
        }
    } else if (kind != NULL && strcmp(kind, "forward") == 0) {
        if (runs || boot.phase == STOPPING) {
            forward_offered(stream, params, &boot.config);
        } else {
            stream_refuse(stream, "not_running");
        }
    } else if (kind != NULL && strcmp(kind, "file") == 0 && name != NULL && strcmp(name, "init.log") == 0) {
        file_offered(stream, boot.log_path);
    } else {
        stream_refuse(stream, "unknown_kind");
    }
}

static void on_opened(const struct json *welcome) {
    int64_t unix_ms;
    // Before the workload runs nobody minds a step.
    if (boot.phase < RUNNING && json_integer(json_member(welcome, "unix_ms"), 0, INT64_MAX, &unix_ms)) {
        set_clock(unix_ms);
    }
    initlog("channel", "opened", "");
    if (buf_length(&boot.status) > 0) {
        channel_send(&boot.status);
    }
    log_channel_opened();
    secrets_channel_opened();
}

static void on_lost(void) { initlog("channel", "lost", ""); }

static void on_hung_up(void) { boot.hung_up = true; }

static void describe(struct buf *hello) {
    buf_text(hello, ",\"init_version\":\"" VT_INIT_VERSION "\",\"instance_id\":");
    buf_json_string(hello, boot.instance);
    buf_text(hello, ",\"boot_id\":");
    buf_json_string(hello, boot.boot_id);
    buf_format(hello, ",\"configured\":%s,\"template\":%s,\"uptime_ms\":%llu", boot.configured ? "true" : "false",
               boot.nameless ? "true" : "false", (unsigned long long)uptime_ms());
}

const struct channel_handler boot_channel_handler = {.opened = on_opened,
                                                     .message = on_message,
                                                     .stream_offered = on_stream_offered,
                                                     .lost = on_lost,
                                                     .hung_up = on_hung_up,
                                                     .describe = describe};

static void on_metrics(struct timer *timer) {
    struct buf message = {0};
    metrics_message(&message);
    channel_send(&message);
    buf_free(&message);
    timer_set(timer, METRICS_MS);
}

void boot_init(const struct options *options) {
    boot.options = options;
    boot.nameless = options->template;
    snprintf(boot.instance, sizeof boot.instance, "%s", options->instance);
    snprintf(boot.boot_id, sizeof boot.boot_id, "%s", options->boot);
    boot.metrics.fire = on_metrics;
    timer_set(&boot.metrics, METRICS_MS);
    char directory[96];
    snprintf(directory, sizeof directory, "%.90s/vt", options->run);
    mkdir(directory, 0700);  // a log that cannot be written is only missed
    snprintf(boot.log_path, sizeof boot.log_path, "%s/init.log", directory);
    snprintf(boot.secrets_directory, sizeof boot.secrets_directory, "%.90s/secrets", options->run);
    initlog_open(boot.log_path);
}

bool boot_is_hung_up(void) { return boot.hung_up; }

bool boot_is_over(void) {
    return boot.over || (boot.phase == ENDED && boot.status_taken && log_is_delivered() && exec_all_told() && channel_is_flushed());
}
