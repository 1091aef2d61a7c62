package dev.vt.images.rootfs;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.images.rootfs.UserTable.Resolved;
import java.util.List;
import org.junit.jupiter.api.Test;

class UserTableTest {
    private final UserTable table = UserTable.parse("""
            root:x:0:0:root:/root:/bin/sh
            # comment
            broken
            web:x:33:34:web:/srv:/usr/sbin/nologin
            negative:x:-1:0::/:/bin/sh
            huge:x:4294967295:0::/:/bin/sh
            """.getBytes(UTF_8), """
            root:x:0:
            web:x:34:web
            logs:x:40:root,web
            adm:x:4:web
            """.getBytes(UTF_8));

    @Test
    void nameBringsItsGroupsAndHome() {
        assertThat(table.resolve("web")).hasValue(new Resolved(33, 34, List.of(4L, 40L), "/srv"));
        assertThat(table.resolve("33")).hasValue(new Resolved(33, 34, List.of(4L, 40L), "/srv"));
        assertThat(table.resolve("")).hasValue(new Resolved(0, 0, List.of(40L), "/root"));
    }

    @Test
    void explicitGroupReplacesTheOthers() {
        assertThat(table.resolve("web:logs")).hasValue(new Resolved(33, 40, List.of(), "/srv"));
        assertThat(table.resolve("1234:5678")).hasValue(new Resolved(1234, 5678, List.of(), "/"));
    }

    @Test
    void unknownNamesAreNotResolved() {
        for (String user :
                new String[] {"nobody", "web:nogroup", "negative", "huge", "-1", "4294967295", "web:", ":web"}) {
            assertThat(table.resolve(user)).as(user).isEmpty();
        }
        assertThat(table.resolve("1234")).hasValue(new Resolved(1234, 0, List.of(), "/"));
    }
}
