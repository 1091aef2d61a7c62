#include "config.h"

#include <arpa/inet.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

struct check {
    char *error;
    size_t size;
    bool failed;
};

static bool bad(struct check *c, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool bad(struct check *c, const char *format, ...) {
    if (!c->failed) {
        va_list args;
        va_start(args, format);
        vsnprintf(c->error, c->size, format, args);
        va_end(args);
        c->failed = true;
    }
    return false;
}

// Keys not listed are refused, except those starting "x_" (RT22).
static bool known_keys(struct check *c, const struct json *object, const char *where, const char *const *keys) {
    if (object == NULL || object->type != JSON_OBJECT) {
        return bad(c, "%s: not an object", where);
    }
    for (const struct json *m = object->child; m != NULL; m = m->next) {
        bool known = strncmp(m->key, "x_", 2) == 0;
        for (size_t i = 0; !known && keys[i] != NULL; i++) {
            known = strcmp(m->key, keys[i]) == 0;
        }
        if (!known) {
            return bad(c, "%s: unknown key %.64s", where, m->key);
        }
    }
    return true;
}

static int64_t integer(struct check *c, const struct json *object, const char *key, int64_t low, int64_t high) {
    int64_t number = low;
    if (!json_integer(json_member(object, key), low, high, &number)) {
        bad(c, "%s: not an integer from %lld to %lld", key, (long long)low, (long long)high);
    }
    return number;
}

static bool boolean(struct check *c, const struct json *object, const char *key) {
    const struct json *value = json_member(object, key);
    if (value == NULL || (value->type != JSON_TRUE && value->type != JSON_FALSE)) {
        return bad(c, "%s: not true or false", key);
    }
    return value->type == JSON_TRUE;
}

static char *text(struct check *c, const struct json *object, const char *key, size_t most) {
    const char *value = json_text(object, key);
    if (value == NULL || *value == '\0' || strlen(value) > most) {
        bad(c, "%s: not a text of 1 to %zu bytes", key, most);
        return NULL;
    }
    return vt_copy(value, strlen(value));
}

static const struct json *array(struct check *c, const struct json *object, const char *key, size_t most) {
    const struct json *value = json_member(object, key);
    if (value == NULL || value->type != JSON_ARRAY || json_count(value) > most) {
        bad(c, "%s: not an array of at most %zu", key, most);
        return NULL;
    }
    return value;
}

static void address(struct check *c, const char *key, const char *value, struct in6_addr *out) {
    if (value == NULL || inet_pton(AF_INET6, value, out) != 1) {
        bad(c, "%s: not an IPv6 address", key);
    }
}

char **strings_copy(const struct json *array, size_t least, size_t most) {
    if (array == NULL || array->type != JSON_ARRAY) {
        return NULL;
    }
    size_t count = json_count(array);
    if (count < least || count > most) {
        return NULL;
    }
    char **strings = vt_alloc((count + 1) * sizeof *strings);
    size_t i = 0;
    for (const struct json *value = array->child; value != NULL; value = value->next) {
        if (value->type != JSON_STRING) {
            strings_free(strings);
            return NULL;
        }
        strings[i++] = vt_copy(value->text, strlen(value->text));
    }
    return strings;
}

void strings_free(char **strings) {
    for (size_t i = 0; strings != NULL && strings[i] != NULL; i++) {
        free(strings[i]);
    }
    free(strings);
}

bool environment_merge(char ***envp, const struct json *vars) {
    if (vars == NULL || vars->type != JSON_OBJECT) {
        return false;
    }
    size_t count = 0;
    while (*envp != NULL && (*envp)[count] != NULL) {
        count++;
    }
    *envp = vt_realloc(*envp, (count + json_count(vars) + 1) * sizeof **envp);
    (*envp)[count] = NULL;
    for (const struct json *m = vars->child; m != NULL; m = m->next) {
        size_t length = strlen(m->key);
        if (length == 0 || strchr(m->key, '=') != NULL || m->type != JSON_STRING) {
            return false;
        }
        size_t at = 0;
        while (at < count && !(strncmp((*envp)[at], m->key, length) == 0 && (*envp)[at][length] == '=')) {
            at++;
        }
        char *pair = vt_alloc(length + strlen(m->text) + 2);
        sprintf(pair, "%s=%s", m->key, m->text);
        if (at < count) {
            free((*envp)[at]);
        } else {
            (*envp)[++count] = NULL;
        }
        (*envp)[at] = pair;
    }
    return true;
}

static const struct {
    const char *name;
    int number;
} signals[] = {{"TERM", SIGTERM}, {"INT", SIGINT},   {"HUP", SIGHUP},   {"QUIT", SIGQUIT},
               {"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"KILL", SIGKILL}};

int signal_number(const char *name) {
    for (size_t i = 0; name != NULL && i < sizeof signals / sizeof *signals; i++) {
        if (strcmp(signals[i].name, name) == 0) {
            return signals[i].number;
        }
    }
    return 0;
}

const char *signal_name(int number) {
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        if (signals[i].number == number) {
            return signals[i].name;
        }
    }
    switch (number) {
        case SIGABRT: return "ABRT";
        case SIGALRM: return "ALRM";
        case SIGBUS: return "BUS";
        case SIGFPE: return "FPE";
        case SIGILL: return "ILL";
        case SIGPIPE: return "PIPE";
        case SIGSEGV: return "SEGV";
        case SIGSYS: return "SYS";
        case SIGTRAP: return "TRAP";
        case SIGXCPU: return "XCPU";
        case SIGXFSZ: return "XFSZ";
        default: return "OTHER";
    }
}

static bool is_hostname(const char *name) {
    size_t length = strlen(name);
    if (length > 63 || name[0] == '-' || name[length - 1] == '-') {
        return false;
    }
    return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length;
}

// RT20: absolute, without "." or ".." components, and neither at, under nor above what init owns.
static bool is_mount_target(const char *path) {
    static const char *const taken[] = {"/proc", "/sys", "/dev", "/run/secrets", "/run/vt"};
    size_t length = strlen(path);
    if (path[0] != '/' || length < 2 || length > 1023 || path[length - 1] == '/' || strstr(path, "//") != NULL) {
        return false;
    }
    for (const char *p = path; (p = strchr(p, '/')) != NULL; p++) {
        size_t part = strcspn(p + 1, "/");
        if ((part == 1 && p[1] == '.') || (part == 2 && p[1] == '.' && p[2] == '.')) {
            return false;
        }
    }
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++) {
        size_t other = strlen(taken[i]);
        size_t shorter = length < other ? length : other;
        if (strncmp(path, taken[i], shorter) == 0 && (path[shorter] == '/' || path[shorter] == '\0') &&
            (taken[i][shorter] == '/' || taken[i][shorter] == '\0')) {
            return false;
        }
    }
    return true;
}

static bool read_uuid(const char *value, unsigned char uuid[16]) {
    if (value == NULL || strlen(value) != 36) {
        return false;
    }
    for (int byte = 0, at = 0; byte < 16; byte++) {
        if (at == 8 || at == 13 || at == 18 || at == 23) {
            if (value[at++] != '-') {
                return false;
            }
        }
        char digits[3] = {value[at], value[at + 1], '\0'};
        if (strspn(digits, "0123456789abcdef") != 2) {
            return false;
        }
        uuid[byte] = (unsigned char)strtoul(digits, NULL, 16);
        at += 2;
    }
    return true;
}

static void read_process(struct check *c, struct config *config, const struct json *process) {
    static const char *const keys[] = {"argv", "workdir", "vars", "uid", "gid", "groups", NULL};
    if (!known_keys(c, process, "process", keys)) {
        return;
    }
    config->argv = strings_copy(json_member(process, "argv"), 1, 1024);
    if (config->argv == NULL || config->argv[0][0] == '\0') {
        bad(c, "process.argv: not 1 to 1024 texts");
    }
    config->workdir = text(c, process, "workdir", 4095);
    if (config->workdir != NULL && config->workdir[0] != '/') {
        bad(c, "process.workdir: not absolute");
    }
    if (!environment_merge(&config->envp, json_member(process, "vars"))) {
        bad(c, "process.vars: not names with texts");
    }
    config->uid = (uid_t)integer(c, process, "uid", 0, 4294967294);
    config->gid = (gid_t)integer(c, process, "gid", 0, 4294967294);
    const struct json *groups = array(c, process, "groups", CONFIG_GROUPS);
    for (const struct json *g = groups ? groups->child : NULL; g != NULL; g = g->next) {
        int64_t gid;
        if (!json_integer(g, 0, 4294967294, &gid)) {
            bad(c, "process.groups: not group numbers");
            return;
        }
        config->groups[config->group_count++] = (gid_t)gid;
    }
}

static void read_prestart(struct check *c, struct config *config, const struct json *document) {
    static const char *const keys[] = {"argv", "timeout_s", NULL};
    const struct json *list = array(c, document, "prestart", CONFIG_PRESTART);
    for (const struct json *p = list ? list->child : NULL; p != NULL; p = p->next) {
        struct config_prestart *one = &config->prestart[config->prestart_count++];
        if (!known_keys(c, p, "prestart", keys)) {
            return;
        }
        one->argv = strings_copy(json_member(p, "argv"), 1, 1024);
        if (one->argv == NULL || one->argv[0][0] == '\0') {
            bad(c, "prestart.argv: not 1 to 1024 texts");
        }
        one->timeout_s = (int)integer(c, p, "timeout_s", 1, 3600);
    }
}

static void read_network(struct check *c, struct config *config, const struct json *network) {
    static const char *const keys[] = {"address", "gateway", "mtu", "dns", "search", NULL};
    if (!known_keys(c, network, "network", keys)) {
        return;
    }
    config->has_network = true;
    address(c, "network.address", json_text(network, "address"), &config->address);
    address(c, "network.gateway", json_text(network, "gateway"), &config->gateway);
    if (!c->failed && (IN6_IS_ADDR_UNSPECIFIED(&config->address) || IN6_IS_ADDR_LOOPBACK(&config->address) ||
                       IN6_IS_ADDR_MULTICAST(&config->address) || IN6_IS_ADDR_V4MAPPED(&config->address))) {
        bad(c, "network.address: not a unicast address");
    }
    if (!c->failed && !IN6_IS_ADDR_LINKLOCAL(&config->gateway)) {
        bad(c, "network.gateway: not link-local");
    }
    config->mtu = (int)integer(c, network, "mtu", 1280, 9000);
    const struct json *dns = array(c, network, "dns", CONFIG_DNS);
    for (const struct json *d = dns ? dns->child : NULL; d != NULL; d = d->next) {
        address(c, "network.dns", d->type == JSON_STRING ? d->text : NULL, &config->dns[config->dns_count++]);
    }
    const struct json *search = array(c, network, "search", CONFIG_SEARCH);
    for (const struct json *s = search ? search->child : NULL; s != NULL; s = s->next) {
        static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
        if (s->type != JSON_STRING || *s->text == '\0' || strlen(s->text) > 253 ||
            strspn(s->text, letters) != strlen(s->text)) {
            bad(c, "network.search: not domain names");
            return;
        }
        config->search[config->search_count++] = vt_copy(s->text, strlen(s->text));
    }
}

static void read_volumes(struct check *c, struct config *config, const struct json *document) {
    static const char *const keys[] = {"path", "fs_uuid", "read_only", NULL};
    const struct json *list = array(c, document, "volumes", CONFIG_VOLUMES);
    for (const struct json *v = list ? list->child : NULL; v != NULL; v = v->next) {
        struct config_volume *volume = &config->volumes[config->volume_count++];
        if (!known_keys(c, v, "volumes", keys)) {
            return;
        }
        volume->path = text(c, v, "path", 1023);
        if (volume->path != NULL && !is_mount_target(volume->path)) {
            bad(c, "volumes.path: not an allowed mount target");
        }
        if (!read_uuid(json_text(v, "fs_uuid"), volume->uuid)) {
            bad(c, "volumes.fs_uuid: not a UUID");
        }
        volume->read_only = boolean(c, v, "read_only");
        for (size_t i = 0; i + 1 < config->volume_count; i++) {
            if (volume->path != NULL && strcmp(config->volumes[i].path, volume->path) == 0) {
                bad(c, "volumes.path: used twice");
            }
        }
    }
}

bool config_read(struct config *config, const struct json *document, char *error, size_t error_size) {
    static const char *const keys[] = {"version", "instance_id", "hostname", "process", "prestart",    "network",
                                       "secrets", "scratch",     "volumes",  "stop_signal", "stop_grace_ms", NULL};
    struct check c = {.error = error, .size = error_size};
    *config = (struct config){0};
    if (!known_keys(&c, document, "config", keys)) {
        return false;
    }
    integer(&c, document, "version", 1, 1);
    config->instance_id = text(&c, document, "instance_id", 128);
    config->hostname = text(&c, document, "hostname", 63);
    if (config->hostname != NULL && !is_hostname(config->hostname)) {
        bad(&c, "hostname: not 1 to 63 of a-z 0-9 -");
    }
    read_process(&c, config, json_member(document, "process"));
    read_prestart(&c, config, document);
    const struct json *network = json_member(document, "network");
    if (network != NULL) {
        read_network(&c, config, network);
    }
    config->secrets = boolean(&c, document, "secrets");
    const char *scratch = json_text(document, "scratch");
    config->scratch_on_disk = scratch != NULL && strcmp(scratch, "disk") == 0;
    if (scratch == NULL || (!config->scratch_on_disk && strcmp(scratch, "memory") != 0)) {
        bad(&c, "scratch: not disk or memory");
    }
    read_volumes(&c, config, document);
    config->stop_signal = signal_number(json_text(document, "stop_signal"));
    if (config->stop_signal == 0) {
        bad(&c, "stop_signal: not TERM INT HUP QUIT USR1 USR2 KILL");
    }
    config->stop_grace_ms = (int)integer(&c, document, "stop_grace_ms", 0, 3600000);
    return !c.failed;
}

void config_free(struct config *config) {
    free(config->instance_id);
    free(config->hostname);
    free(config->workdir);
    strings_free(config->argv);
    strings_free(config->envp);
    for (size_t i = 0; i < config->prestart_count; i++) {
        strings_free(config->prestart[i].argv);
    }
    for (size_t i = 0; i < config->search_count; i++) {
        free(config->search[i]);
    }
    for (size_t i = 0; i < config->volume_count; i++) {
        free(config->volumes[i].path);
    }
    *config = (struct config){0};
}
