package dev.vt.control.device;

import java.util.List;
import java.util.stream.Collectors;

/** The pages as text: plain HTML, no script; whatever somebody else wrote is escaped (SC-17). */
final class ApprovalHtml {
    static final String STYLE = """
            body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem; margin: 3rem auto; padding: 0 1rem; }
            label { display: block; margin: 1rem 0; }
            input { display: block; width: 100%; font: inherit; padding: .4rem; box-sizing: border-box; }
            button { font: inherit; padding: .4rem 1rem; margin-right: .5rem; }
            .code { font: 1.5rem ui-monospace, monospace; letter-spacing: .1em; }
            .problem { border-left: .3rem solid #b00020; padding-left: .7rem; }
            dt { font-weight: 600; } dd { margin: 0 0 .7rem; overflow-wrap: anywhere; }
            """;

    private ApprovalHtml() {}

    static String signIn(String code, String problem) {
        return page("Sign in", problem(problem) + """
                <p>Sign in to decide about the program that shows this code.</p>
                <form method="post" action="/device/sign-in">
                <input type="hidden" name="code" value="%s">
                <label>Address <input name="email" type="email" autocomplete="username" required></label>
                <label>Password <input name="password" type="password" autocomplete="current-password" required></label>
                <label>Code of your authenticator, if you have one <input name="totp" inputmode="numeric" autocomplete="one-time-code"></label>
                <button>Sign in</button>
                </form>""".formatted(escape(code)));
    }

    static String askCode(String who, String problem) {
        return page("Which program?", problem(problem) + """
                <p>Signed in as %s.</p>
                <form method="get" action="/device">
                <label>The code that the program shows <input name="code" class="code" autocomplete="off" required></label>
                <button>Continue</button>
                </form>""".formatted(escape(who)));
    }

    static String confirm(DeviceGrant grant, String who, String csrf) {
        return page("Let this program in?", """
                <p>Signed in as %s. Compare the code with the one that the program shows.</p>
                <p class="code">%s</p>
                <dl>
                <dt>Program</dt><dd>%s</dd>
                <dt>Address</dt><dd>%s</dd>
                <dt>May use your rights to</dt><dd>%s</dd>
                </dl>
                <form method="post" action="/device/decide">
                <input type="hidden" name="code" value="%s">
                <input type="hidden" name="csrf_token" value="%s">
                <button name="decision" value="approve">Let it in</button>
                <button name="decision" value="deny">Refuse</button>
                </form>""".formatted(
                        escape(who),
                        escape(grant.userCode()),
                        escape(grant.clientName()),
                        escape(grant.address()),
                        scopes(grant.scopes()),
                        escape(grant.userCode()),
                        escape(csrf)));
    }

    static String done(boolean approved) {
        return page(
                approved ? "The program is in" : "The program was refused",
                "<p>You may close this page and go back to the program.</p>");
    }

    static String refused(String problem) {
        return page("That did not work", problem(problem) + "<p><a href=\"/device\">Try again</a></p>");
    }

    private static String scopes(List<String> scopes) {
        return scopes.equals(DeviceFlow.allScopes())
                ? "everything you may do"
                : scopes.stream().map(ApprovalHtml::escape).collect(Collectors.joining(", "));
    }

    private static String problem(String text) {
        return text.isEmpty() ? "" : "<p class=\"problem\" role=\"alert\">" + escape(text) + "</p>";
    }

    private static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en"><head><meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>%s - vt</title>
                <link rel="stylesheet" href="/device/style.css">
                </head><body><main>
                <h1>%s</h1>
                %s
                </main></body></html>
                """.formatted(title, title, body);
    }

    /** Fit for text and for attribute values in double quotes. */
    static String escape(String text) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> out.append(c);
            }
        }
        return out.toString();
    }
}
