package dev.vt.manifest;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Recognises values that are certainly credentials, and names that usually hold one. */
final class SecretForms {
    private record Form(String what, Pattern pattern) {}

    private static final List<Form> FORMS = List.of(
            form("a private key", "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY"),
            form("an age secret key", "AGE-SECRET-KEY-1[0-9A-Z]{20}"),
            form("a vt token", "\\bvt_(?:at|rt|dc|pat|cs|enr|xg|inv|boot)_[A-Za-z0-9_-]{20}"),
            form("a GitHub token", "\\b(?:gh[pousr]_[A-Za-z0-9]{30}|github_pat_[A-Za-z0-9_]{30})"),
            form("a GitLab token", "\\bgl(?:pat|dt|rt|ptt)-[A-Za-z0-9_-]{20}"),
            form("an AWS access key", "\\b(?:AKIA|ASIA)[0-9A-Z]{16}\\b"),
            form("a Slack token", "\\bxox[abeoprs]-[A-Za-z0-9-]{10}"),
            form("a Stripe key", "\\b[rs]k_(?:live|test)_[A-Za-z0-9]{16}"),
            form("a Google API key", "\\bAIza[0-9A-Za-z_-]{35}"),
            form("an npm token", "\\bnpm_[A-Za-z0-9]{36}"),
            form("an API key", "\\bsk-(?:ant-|proj-)?[A-Za-z0-9_-]{32}"),
            form("a SendGrid key", "\\bSG\\.[A-Za-z0-9_-]{16,32}\\.[A-Za-z0-9_-]{16}"),
            form("a signed token", "\\beyJ[A-Za-z0-9_-]{10,4096}\\.eyJ[A-Za-z0-9_-]{10,4096}\\.[A-Za-z0-9_-]{10}"),
            form("a URL with a password", "\\b[a-zA-Z][a-zA-Z0-9+.-]{0,30}://[^/?#\\s:@]{0,256}:[^/?#\\s@]{1,256}@"));

    private static final Pattern CREDENTIAL_NAME = Pattern.compile(
            "(?:^|.*_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|TOKEN|APIKEY|API_KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY|CREDENTIALS?|PWD)(?:_.*|$)");

    private SecretForms() {}

    private static Form form(String what, String pattern) {
        return new Form(what, Pattern.compile(pattern));
    }

    /** What kind of credential the value holds, for a message; the value itself is never repeated. */
    static Optional<String> find(String value) {
        return FORMS.stream()
                .filter(form -> form.pattern().matcher(value).find())
                .map(Form::what)
                .findFirst();
    }

    static boolean isCredentialName(String variable) {
        return CREDENTIAL_NAME.matcher(variable).matches();
    }
}
