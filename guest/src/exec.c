#include "exec.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "initlog.h"
#include "loop.h"
#include "process.h"

enum { PACKET_STDIN = 0x01, PACKET_STDOUT = 0x02, PACKET_STDERR = 0x03, PACKET_CONTROL = 0x10, PACKET_EXIT = 0x11 };
enum { TICK_MS = 250, TERM_AFTER_MS = 5000, KILL_AFTER_MS = 30000, STOP_TERM_AFTER_MS = 500, STOP_KILL_AFTER_MS = 1500 };

// One direction of output. While `pending`, there may be bytes to read and the descriptor is not watched.
struct output {
    struct watch watch;
    struct exec *exec;
    uint8_t packet;
    bool pending;
};

struct exec {
    struct exec *next;
    struct stream *stream;  // NULL once the host was told the exit, or is gone
    struct family family;
    bool terminal;
    struct output outputs[2];
    bool turn;  // which output is read next
    struct watch input_watch;  // on a terminal a duplicate of outputs[0]'s descriptor
    struct buf input;
    bool input_ends;
    bool exited;
    int exit_code;
    int exit_signal;
    bool exit_told;
    const char *reason;
    struct buf message;  // why the program could not be run, told as standard error
    struct timer teardown;
    uint64_t teardown_since;
    bool term_sent;
    bool stopping;
};

static struct exec *execs;
static unsigned long exec_number;

static void exec_free(struct exec *e) {
    struct exec **link = &execs;
    while (*link != e) {
        link = &(*link)->next;
    }
    *link = e->next;
    timer_stop(&e->teardown);
    watch_close(&e->input_watch);
    watch_close(&e->outputs[0].watch);
    watch_close(&e->outputs[1].watch);
    buf_free(&e->input);
    buf_free(&e->message);
    family_remove(&e->family);
    free(e);
}

// ---- teardown: HUP, then TERM, then KILL to everything the session started (EX11)

static void on_teardown(struct timer *timer) {
    struct exec *e = (struct exec *)((char *)timer - offsetof(struct exec, teardown));
    if (e->exited && e->stream == NULL && family_is_empty(&e->family)) {
        exec_free(e);
        return;
    }
    uint64_t elapsed = uptime_ms() - e->teardown_since;
    if (elapsed >= (e->stopping ? STOP_KILL_AFTER_MS : KILL_AFTER_MS)) {
        family_signal(&e->family, SIGKILL);
    } else if (!e->term_sent && elapsed >= (e->stopping ? STOP_TERM_AFTER_MS : TERM_AFTER_MS)) {
        e->term_sent = true;
        family_signal(&e->family, SIGTERM);
    }
    timer_set(timer, TICK_MS);
}

static void begin_teardown(struct exec *e) {
    if (!e->teardown.set) {
        e->teardown_since = uptime_ms();
        family_signal(&e->family, SIGHUP);
        timer_set(&e->teardown, e->exited && family_is_empty(&e->family) ? 0 : TICK_MS);
    }
}

// ---- input

static void close_input(struct exec *e) {
    watch_close(&e->input_watch);
    if (e->stream != NULL && buf_length(&e->input) > 0) {
        stream_consumed(e->stream, buf_length(&e->input));
    }
    buf_clear(&e->input);
}

static void write_input(struct exec *e) {
    size_t written_total = 0;
    while (e->input_watch.fd >= 0 && buf_length(&e->input) > 0) {
        ssize_t written = write(e->input_watch.fd, buf_head(&e->input), buf_length(&e->input));
        if (written > 0) {
            buf_consume(&e->input, (size_t)written);
            written_total += (size_t)written;
        } else if (errno == EAGAIN) {
            break;
        } else if (errno != EINTR) {
            close_input(e);  // nobody reads
        }
    }
    if (written_total > 0 && e->stream != NULL) {
        stream_consumed(e->stream, written_total);
    }
    if (e->input_watch.fd >= 0) {
        if (buf_length(&e->input) == 0 && e->input_ends && !e->terminal) {
            close_input(e);
        } else {
            watch_for(&e->input_watch, buf_length(&e->input) > 0 ? EPOLLOUT : 0);
        }
    }
}

static void on_input_ready(struct watch *watch, uint32_t events) {
    struct exec *e = (struct exec *)((char *)watch - offsetof(struct exec, input_watch));
    if ((events & (EPOLLERR | EPOLLHUP)) && !(events & EPOLLOUT)) {
        close_input(e);
    } else {
        write_input(e);
    }
}

// ---- control packets

static void resize(struct exec *e, const struct json *params) {
    int64_t cols;
    int64_t rows;
    if (e->terminal && e->outputs[0].watch.fd >= 0 && json_integer(json_member(params, "cols"), 1, 1000, &cols) &&
        json_integer(json_member(params, "rows"), 1, 1000, &rows)) {
        struct winsize size = {.ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows};
        ioctl(e->outputs[0].watch.fd, TIOCSWINSZ, &size);  // the kernel sends SIGWINCH
    }
}

static void send_signal(struct exec *e, const char *name) {
    int number = signal_number(name);
    if (number == 0 || e->exited || e->family.leader == 0) {
        return;
    }
    pid_t foreground = 0;
    if (e->terminal && ioctl(e->outputs[0].watch.fd, TIOCGPGRP, &foreground) == 0 && foreground > 1) {
        kill(-foreground, number);
    } else {
        kill(-e->family.leader, number);
    }
}

static void on_control(struct exec *e, const uint8_t *bytes, size_t length) {
    struct json_document document;
    if (length <= 4096 && json_parse(&document, bytes, length)) {
        const char *type = json_text(document.root, "type");
        if (type == NULL) {
            initlog("exec", "control_ignored", "no type");
        } else if (strcmp(type, "resize") == 0) {
            resize(e, document.root);
        } else if (strcmp(type, "signal") == 0) {
            send_signal(e, json_text(document.root, "signal"));
        } else if (strcmp(type, "eof") == 0) {
            if (e->terminal && e->input_watch.fd >= 0 && !e->input_ends) {
                buf_append(&e->input, "\x04", 1);  // what a person types
            }
            e->input_ends = true;
            write_input(e);
        } else if (strcmp(type, "close") == 0) {
            begin_teardown(e);
        }
        json_free(&document);
    } else if (length <= 4096) {
        json_free(&document);
    }
}

static void on_data(struct stream *s, const uint8_t *bytes, size_t length) {
    struct exec *e = s->owner;
    if (length > 1 && bytes[0] == PACKET_STDIN && e->input_watch.fd >= 0 && !e->input_ends) {
        buf_append(&e->input, bytes + 1, length - 1);
        stream_consumed(s, 1);
        write_input(e);
        return;
    }
    stream_consumed(s, length);
    if (length > 1 && bytes[0] == PACKET_CONTROL) {
        on_control(e, bytes + 1, length - 1);
    }
}

static void on_ended(struct stream *s) {
    struct exec *e = s->owner;
    e->input_ends = true;
    write_input(e);
}

static void on_closed(struct stream *s, const char *code) {
    struct exec *e = s->owner;
    initlog("exec", "closed", code);
    e->stream = NULL;
    begin_teardown(e);
}

// ---- output

static void on_output_ready(struct watch *watch, uint32_t events) {
    (void)events;
    struct output *o = (struct output *)watch;
    watch_for(watch, 0);
    o->pending = true;
    if (o->exec->stream != NULL) {
        stream_ready(o->exec->stream);
    } else {
        watch_close(watch);  // nobody will ever read it
    }
}

// The next packet of one output; 0 if there is nothing now.
static size_t read_output(struct exec *e, struct output *o, uint8_t *slice, size_t room) {
    if (o->watch.fd < 0 || !o->pending) {
        return 0;
    }
    ssize_t got;
    do {
        got = read(o->watch.fd, slice + 1, room - 1);
    } while (got < 0 && errno == EINTR);
    if (got > 0) {
        slice[0] = o->packet;
        return (size_t)got + 1;
    }
    o->pending = false;
    // EIO: a terminal whose other side is closed. After the exit, "nothing now" means that all was read.
    if (got == 0 || errno != EAGAIN || e->exited) {
        watch_close(&o->watch);
    } else {
        watch_for(&o->watch, EPOLLIN);
    }
    return 0;
}

static size_t exit_packet(struct exec *e, uint8_t *slice) {
    int length;
    if (e->exit_signal != 0) {
        length = snprintf((char *)slice + 1, 256, "{\"exit_code\":%d,\"signal\":\"%s\",\"reason\":\"%s\"}", e->exit_code,
                          signal_name(e->exit_signal), e->reason);
    } else {
        length = snprintf((char *)slice + 1, 256, "{\"exit_code\":%d,\"reason\":\"%s\"}", e->exit_code, e->reason);
    }
    slice[0] = PACKET_EXIT;
    e->exit_told = true;
    return (size_t)length + 1;
}

static size_t on_produce(struct stream *s, uint8_t *slice, size_t room) {
    struct exec *e = s->owner;
    for (int tries = 0; tries < 2; tries++) {
        struct output *o = &e->outputs[e->turn];
        e->turn = !e->turn;
        size_t length = read_output(e, o, slice, room);
        if (length > 0) {
            return length;
        }
    }
    if (buf_length(&e->message) > 0) {
        size_t length = buf_length(&e->message) < room - 1 ? buf_length(&e->message) : room - 1;
        slice[0] = PACKET_STDERR;
        memcpy(slice + 1, buf_head(&e->message), length);
        buf_consume(&e->message, length);
        return length + 1;
    }
    if (e->exited && e->outputs[0].watch.fd < 0 && e->outputs[1].watch.fd < 0) {
        if (!e->exit_told) {
            return exit_packet(e, slice);
        }
        e->stream = NULL;
        stream_finish(s);
        begin_teardown(e);
    }
    return 0;
}

static const struct stream_handler handler = {
    .produce = on_produce, .data = on_data, .ended = on_ended, .closed = on_closed};

bool exec_child_ended(pid_t pid, int status) {
    for (struct exec *e = execs; e != NULL; e = e->next) {
        if (e->family.leader == pid && !e->exited) {
            e->exited = true;
            e->exit_signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
            e->exit_code = e->exit_signal ? 128 + e->exit_signal : WEXITSTATUS(status);
            if (e->reason == NULL) {
                e->reason = e->exit_signal ? "killed" : "exited";
            }
            close_input(e);
            for (int i = 0; i < 2; i++) {
                if (e->outputs[i].watch.fd >= 0) {
                    watch_for(&e->outputs[i].watch, 0);
                    e->outputs[i].pending = true;
                }
            }
            if (e->stream != NULL) {
                stream_ready(e->stream);
            } else {
                begin_teardown(e);
            }
            return true;
        }
    }
    return false;
}

// ---- start

struct request {
    char **argv;
    char **envp;
    bool terminal;
    bool input;
    int64_t cols;
    int64_t rows;
};

static bool read_request(struct request *r, const struct json *params, const struct config *config) {
    *r = (struct request){.cols = 80, .rows = 24};
    const struct json *tty = json_member(params, "tty");
    const struct json *input = json_member(params, "stdin");
    r->argv = strings_copy(json_member(params, "argv"), 1, 64);
    size_t count = 0;
    while (config->envp[count] != NULL) {
        count++;
    }
    r->envp = vt_alloc((count + 1) * sizeof *r->envp);
    for (size_t i = 0; i < count; i++) {
        r->envp[i] = vt_copy(config->envp[i], strlen(config->envp[i]));
    }
    r->terminal = tty != NULL && tty->type == JSON_TRUE;
    r->input = input != NULL && input->type == JSON_TRUE;
    if (r->terminal && (!json_integer(json_member(params, "cols"), 1, 1000, &r->cols) ||
                        !json_integer(json_member(params, "rows"), 1, 1000, &r->rows))) {
        return false;
    }
    return r->argv != NULL && r->argv[0][0] != '\0' && environment_merge(&r->envp, json_member(params, "env"));
}

static void output_init(struct exec *e, int index, int fd, uint8_t packet) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    e->outputs[index] = (struct output){
        .watch = {.fd = fd, .ready = on_output_ready}, .exec = e, .packet = packet};
    watch_for(&e->outputs[index].watch, EPOLLIN);
}

static void input_init(struct exec *e, int fd) {
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    e->input_watch = (struct watch){.fd = fd, .ready = on_input_ready};
}

static int start_on_terminal(struct exec *e, const struct request *r, const struct config *config, const char *name, char *why,
                             size_t why_size) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    int slave = -1;
    int number;
    int unlock = 0;
    if (master >= 0 && ioctl(master, TIOCSPTLCK, &unlock) == 0 && ioctl(master, TIOCGPTN, &number) == 0) {
        slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    }
    if (slave < 0) {
        snprintf(why, why_size, "terminal: %s", strerror(errno));
        if (master >= 0) {
            close(master);
        }
        return EXEC_NOT_RUN;
    }
    struct winsize size = {.ws_col = (unsigned short)r->cols, .ws_row = (unsigned short)r->rows};
    ioctl(master, TIOCSWINSZ, &size);
    if (geteuid() == 0) {
        fchown(slave, config->uid, 5);  // group tty, as on any system
        fchmod(slave, 0620);
    }
    struct spawn spawn = {
        .argv = r->argv, .envp = r->envp, .in = slave, .out = slave, .err = slave, .terminal = true};
    int failure = process_spawn(&e->family, name, config, &spawn, why, why_size);
    close(slave);
    output_init(e, 0, master, PACKET_STDOUT);
    input_init(e, fcntl(master, F_DUPFD_CLOEXEC, 0));
    return failure;
}

static int start_on_pipes(struct exec *e, const struct request *r, const struct config *config, const char *name, char *why,
                          size_t why_size) {
    int in[2] = {-1, -1};
    int out[2];
    int err[2];
    if ((r->input && pipe2(in, O_CLOEXEC) < 0) || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0) {
        abort();  // as without memory: at most 16 sessions cannot use up the descriptors
    }
    struct spawn spawn = {.argv = r->argv, .envp = r->envp, .in = in[0], .out = out[1], .err = err[1]};
    int failure = process_spawn(&e->family, name, config, &spawn, why, why_size);
    close(out[1]);
    close(err[1]);
    output_init(e, 0, out[0], PACKET_STDOUT);
    output_init(e, 1, err[0], PACKET_STDERR);
    if (r->input) {
        close(in[0]);
        input_init(e, in[1]);
    }
    return failure;
}

void exec_offered(struct stream *stream, const struct json *params, const struct config *config) {
    size_t count = 0;
    for (struct exec *e = execs; e != NULL; e = e->next) {
        count++;
    }
    if (count >= EXEC_LIMIT) {
        stream_refuse(stream, "busy");
        return;
    }
    struct request request;
    if (!read_request(&request, params, config)) {
        stream_refuse(stream, "exec_invalid");
    } else {
        struct exec *e = vt_alloc(sizeof *e);
        e->stream = stream;
        e->terminal = request.terminal;
        e->input_watch.fd = e->outputs[0].watch.fd = e->outputs[1].watch.fd = -1;
        e->teardown.fire = on_teardown;
        e->next = execs;
        execs = e;
        char name[32];
        char why[128];
        snprintf(name, sizeof name, "exec-%lu", ++exec_number);
        int failure = (request.terminal ? start_on_terminal : start_on_pipes)(e, &request, config, name, why, sizeof why);
        initlog("exec", "started", failure ? why : name);
        stream_accept(stream, &handler, e, "{}");
        if (failure != 0) {
            buf_format(&e->message, "vt: %.256s: %s\n", request.argv[0], why);
            e->exited = true;
            e->exit_code = failure;
            e->reason = "exited";
            watch_close(&e->outputs[0].watch);
            watch_close(&e->outputs[1].watch);
            close_input(e);
            stream_ready(stream);
        }
    }
    strings_free(request.argv);
    strings_free(request.envp);
}

void exec_stop_all(void) {
    for (struct exec *e = execs; e != NULL; e = e->next) {
        if (!e->stopping) {
            e->stopping = true;
            if (!e->exited) {
                e->reason = "instance_stopped";
            }
            begin_teardown(e);
            e->teardown_since = uptime_ms();
        }
    }
}

bool exec_all_told(void) {
    for (struct exec *e = execs; e != NULL; e = e->next) {
        if (e->stream != NULL) {
            return false;
        }
    }
    return true;
}
