package dev.vt.manifest.secrets;

import com.fasterxml.jackson.annotation.JsonInclude;
import org.jspecify.annotations.Nullable;

/**
 * Why a secrets file was rejected.
 *
 * @param line from 1; 0 for the set as a whole
 * @param key if the line has a valid one; never anything else of the line
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record SecretFinding(Code code, int line, @Nullable String key) {
    /** The names, in lower case, are the contract (secrets.md §1). */
    public enum Code {
        NOT_UTF8,
        BOM,
        HEADER,
        UNSUPPORTED_VERSION,
        LINE_ENDING,
        KEY,
        DUPLICATE_KEY,
        CONTROL_CHAR,
        BASE64,
        TOO_LARGE,
        TOO_MANY_KEYS;

        public String code() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    /** A sentence for people, without the place. */
    public String message() {
        return switch (code) {
            case NOT_UTF8 -> "is not UTF-8";
            case BOM -> "starts with a byte order mark";
            case HEADER -> "must start with the line \"" + SecretBundle.HEADER + "\"";
            case UNSUPPORTED_VERSION -> "has a newer format than this program knows";
            case LINE_ENDING -> "has a carriage return that ends no line";
            case KEY -> "must be KEY=VALUE with a key of up to 128 of A-Z, 0-9 and _, not starting with a digit";
            case DUPLICATE_KEY -> "has the key a second time";
            case CONTROL_CHAR -> "has a control character; write the value as base64:";
            case BASE64 -> "is not canonical base64 (RFC 4648 §4)";
            case TOO_LARGE -> "is too large (plain 8 KiB, decoded 64 KiB, all 256 KiB)";
            case TOO_MANY_KEYS -> "has more than 256 keys";
        };
    }
}
