#include "config.h"

#include <signal.h>
#include <stdlib.h>

#include "buf.h"
#include "check.h"

static const char VALID[] =
    "{\"version\":1,\"instance_id\":\"inst_1\",\"hostname\":\"web-1\",\"process\":{\"argv\":[\"a\",\"b\"],\"workdir\":\"/srv\","
    "\"vars\":{\"PATH\":\"/bin\",\"A\":\"\"},\"uid\":1000,\"gid\":1001,\"groups\":[5,6]},\"prestart\":[{\"argv\":[\"m\"],"
    "\"timeout_s\":30}],\"network\":{\"address\":\"fd00::5\",\"gateway\":\"fe80::1\",\"mtu\":1420,\"dns\":[\"fd00::53\"],"
    "\"search\":[\"a.b\"]},\"secrets\":true,\"scratch\":\"disk\",\"volumes\":[{\"path\":\"/data\",\"fs_uuid\":"
    "\"01234567-89ab-cdef-0123-456789abcdef\",\"read_only\":false}],\"stop_signal\":\"INT\",\"stop_grace_ms\":10000}";

static bool read_text(const char *text, struct config *config, char *error, size_t size) {
    struct json_document document;
    bool read = json_parse(&document, text, strlen(text)) && config_read(config, document.root, error, size);
    json_free(&document);
    return read;
}

// Replaces `from` in the valid config by `to`; the error must begin with `error`.
static void refused(const char *from, const char *to, const char *error) {
    const char *at = strstr(VALID, from);
    CHECK(at != NULL);
    char text[2048];
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - VALID), VALID, to, at + strlen(from));
    struct config config;
    char message[256] = "";
    CHECK(!read_text(text, &config, message, sizeof message));
    if (strncmp(message, error, strlen(error)) != 0) {
        check_failures++;
        fprintf(stderr, "%s -> %s: expected %s, was %s\n", from, to, error, message);
    }
    config_free(&config);
}

static void a_valid_config_is_read_whole(void) {
    struct config config;
    char error[256] = "";
    CHECK(read_text(VALID, &config, error, sizeof error));
    CHECK_TEXT(error, "");
    CHECK_TEXT(config.instance_id, "inst_1");
    CHECK_TEXT(config.argv[1], "b");
    CHECK(config.argv[2] == NULL);
    CHECK_TEXT(config.envp[0], "PATH=/bin");
    CHECK_TEXT(config.envp[1], "A=");
    CHECK(config.uid == 1000 && config.gid == 1001 && config.group_count == 2 && config.groups[1] == 6);
    CHECK(config.prestart_count == 1 && config.prestart[0].timeout_s == 30);
    CHECK(config.has_network && config.mtu == 1420 && config.dns_count == 1);
    CHECK(config.secrets && config.scratch_on_disk);
    CHECK(config.volume_count == 1 && config.volumes[0].uuid[1] == 0x23 && config.volumes[0].uuid[15] == 0xef);
    CHECK(config.stop_signal == SIGINT && config.stop_grace_ms == 10000);
    config_free(&config);
}

static void every_key_is_checked(void) {
    refused("\"version\":1", "\"version\":2", "version:");
    refused("\"version\":1", "\"version\":1,\"extra\":1", "config: unknown key extra");
    refused("inst_1", "", "instance_id:");
    refused("web-1", "Web", "hostname:");
    refused("web-1", "-web", "hostname:");
    refused("[\"a\",\"b\"]", "[]", "process.argv:");
    refused("[\"a\",\"b\"]", "[1]", "process.argv:");
    refused("\"/srv\"", "\"srv\"", "process.workdir:");
    refused("\"A\":\"\"", "\"A\":1", "process.vars:");
    refused("\"A\":\"\"", "\"A=B\":\"\"", "process.vars:");
    refused("\"uid\":1000", "\"uid\":-1", "uid:");
    refused("\"uid\":1000", "\"uid\":4294967295", "uid:");
    refused("[5,6]", "[\"x\"]", "process.groups:");
    refused("\"timeout_s\":30", "\"timeout_s\":0", "timeout_s:");
    refused("\"timeout_s\":30", "\"timeout\":30", "prestart: unknown key timeout");
    refused("fd00::5\"", "10.0.0.1\"", "network.address:");
    refused("fd00::5\"", "::1\"", "network.address:");
    refused("fe80::1", "fd00::1", "network.gateway:");
    refused("1420", "1279", "mtu:");
    refused("a.b", "a b", "network.search:");
    refused("\"secrets\":true", "\"secrets\":1", "secrets:");
    refused("\"disk\"", "\"tape\"", "scratch:");
    refused("\"INT\"", "\"STOP\"", "stop_signal:");
    refused("10000", "-5", "stop_grace_ms:");
    refused("01234567-89ab", "01234567_89ab", "volumes.fs_uuid:");
    refused("01234567-89ab", "0123456G-89ab", "volumes.fs_uuid:");
}

// RT20
static void mount_targets_are_kept_away_from_what_init_owns(void) {
    static const char *const targets[] = {"data",      "/",        "/data/..",  "/../data",          "/data/./x", "/proc",
                                          "/proc/sys", "/sys/x",   "/dev",      "/dev/shm",          "/run",      "/run/secrets",
                                          "/run/vt/x", "/data//x", "/run/secrets/platform.env",      "/data/",    "/.."};
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        char quoted[64];
        snprintf(quoted, sizeof quoted, "\"%s\"", targets[i]);
        refused("\"/data\"", quoted, "volumes.path:");
    }
    struct config config;
    char error[256] = "";
    char text[2048];
    const char *at = strstr(VALID, "/data");
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - VALID), VALID, "/run/postgresql", at + strlen("/data"));
    CHECK(read_text(text, &config, error, sizeof error));
    CHECK_TEXT(error, "");
    config_free(&config);
}

static void x_keys_are_ignored(void) {
    struct config config;
    char error[256] = "";
    char text[2048];
    snprintf(text, sizeof text, "{\"x_future\":{\"a\":[1]},%s", VALID + 1);
    CHECK(read_text(text, &config, error, sizeof error));
    config_free(&config);
}

static void environments_merge(void) {
    static const char text[] = "{\"A\":\"2\",\"C\":\"3\"}";
    char **envp = vt_alloc(3 * sizeof *envp);
    envp[0] = vt_copy("A=1", 3);
    envp[1] = vt_copy("AB=1", 4);
    struct json_document document;
    CHECK(json_parse(&document, text, strlen(text)));
    CHECK(environment_merge(&envp, document.root));
    CHECK_TEXT(envp[0], "A=2");
    CHECK_TEXT(envp[1], "AB=1");
    CHECK_TEXT(envp[2], "C=3");
    CHECK(envp[3] == NULL);
    json_free(&document);
    strings_free(envp);
}

int main(void) {
    a_valid_config_is_read_whole();
    every_key_is_checked();
    mount_targets_are_kept_away_from_what_init_owns();
    x_keys_are_ignored();
    environments_merge();
    return check_failures != 0;
}
