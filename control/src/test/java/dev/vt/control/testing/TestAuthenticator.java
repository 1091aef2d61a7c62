package dev.vt.control.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.control.auth.Totp;
import dev.vt.kernel.Json;
import java.io.ByteArrayOutputStream;
import java.time.Duration;

/** The authenticator on a person's telephone, whose clock is the test server's. */
public final class TestAuthenticator {
    private final TestServer server;
    private final String secret;

    private TestAuthenticator(TestServer server, String secret) {
        this.server = server;
        this.secret = secret;
    }

    /** One that waits for its first code. */
    public static TestAuthenticator enrolled(TestServer server, People.Person person) {
        TestReply reply = person.console().send("POST", "/v1/auth/totp", null);
        assertThat(reply.status()).as(reply.toString()).isEqualTo(200);
        String secret = reply.json().path("secret").asText();
        assertThat(reply.json().path("uri").asText())
                .startsWith("otpauth://totp/")
                .contains("secret=" + secret);
        return new TestAuthenticator(server, secret);
    }

    /** One that counts. */
    public static TestAuthenticator confirmed(TestServer server, People.Person person) {
        TestAuthenticator made = enrolled(server, person);
        person.renewed(made.confirm(person, made.code()));
        return made;
    }

    public TestReply confirm(People.Person person, String code) {
        return person.console().post("/v1/auth/totp/confirm", Json.object().put("code", code));
    }

    /** As it was shown. */
    public String secret() {
        return secret;
    }

    public byte[] secretBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int buffer = 0;
        int bits = 0;
        for (int i = 0; i < secret.length(); i++) {
            buffer = (buffer << 5 | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(secret.charAt(i))) & 0xfff;
            bits += 5;
            if (bits >= 8) {
                bits -= 8;
                out.write(buffer >> bits);
            }
        }
        return out.toByteArray();
    }

    /** What it shows now. */
    public String code() {
        return Totp.code(secretBytes(), server.now());
    }

    /** What it showed that long ago. */
    public String code(Duration ago) {
        return Totp.code(secretBytes(), server.now().minus(ago));
    }

    /** What it shows a minute later: no step of it was used. */
    public String nextCode() {
        server.advance(Duration.ofSeconds(60));
        return code();
    }
}
