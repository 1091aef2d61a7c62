// Any bytes as a JSON document, and, if they are one, as a config.
#include <stdlib.h>

#include "config.h"
#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    struct json_document document;
    if (json_parse(&document, bytes, length)) {
        struct config config;
        char error[128];
        config_read(&config, document.root, error, sizeof error);
        config_free(&config);
    } else if (document.error == NULL || document.error_at > length) {
        abort();
    }
    json_free(&document);
    return 0;
}
