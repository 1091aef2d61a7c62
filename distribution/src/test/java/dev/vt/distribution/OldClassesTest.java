package dev.vt.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.reflect.Method;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class OldClassesTest {
    /** Loaded from the rewritten bytes, with verification by stack maps. */
    @Test
    void aRewrittenClassIsVerifiedAndWorks() throws Exception {
        byte[] old;
        try (InputStream in = CommandLine.class.getResourceAsStream("CommandLine$Help$Ansi$Text.class")) {
            old = in.readAllBytes();
        }
        assertThat(ClassFile.of().parse(old).majorVersion()).isLessThan(ClassFile.JAVA_6_VERSION);
        byte[] renewed = OldClasses.renew(old);
        assertThat(ClassFile.of().parse(renewed).majorVersion()).isEqualTo(ClassFile.JAVA_8_VERSION);
        assertThat(ClassFile.of().verify(renewed)).isEmpty();
        Method[] before = CommandLine.Help.Ansi.Text.class.getDeclaredMethods();
        assertThat(ClassFile.of().parse(renewed).methods()).hasSizeGreaterThanOrEqualTo(before.length);
    }
}
