package dev.vt.distribution;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFileVersion;
import java.lang.classfile.ClassModel;
import java.lang.classfile.ClassTransform;
import java.lang.classfile.CodeTransform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Collections;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.JarOutputStream;

/**
 * Writes the classes of a jar again in a form that the start-up cache takes: it leaves out class files from before version 50, which
 * have no stack maps, and picocli's are of version 49. The code stays what it was. Only the build runs it, before the training.
 */
final class OldClasses {
    private static final int FIRST_WITH_STACK_MAPS = ClassFile.JAVA_6_VERSION;
    private static final int TARGET = ClassFile.JAVA_8_VERSION;

    private OldClasses() {}

    /** @param args jars to rewrite in place; their classes and what they extend must be on the class path */
    static int run(List<Path> args) throws IOException {
        for (Path jar : args) {
            int renewed = rewrite(jar);
            System.out.println("renewed " + renewed + " classes of " + jar.getFileName());
        }
        return 0;
    }

    private static int rewrite(Path jar) throws IOException {
        Path renewed = jar.resolveSibling(jar.getFileName() + ".new");
        int count = 0;
        try (JarFile from = new JarFile(jar.toFile());
                OutputStream file = Files.newOutputStream(renewed);
                JarOutputStream to = new JarOutputStream(file)) {
            for (JarEntry entry : Collections.list(from.entries())) {
                byte[] content;
                try (InputStream in = from.getInputStream(entry)) {
                    content = in.readAllBytes();
                }
                boolean isOld = entry.getName().endsWith(".class")
                        && ClassFile.of().parse(content).majorVersion() < FIRST_WITH_STACK_MAPS;
                count += isOld ? 1 : 0;
                JarEntry copy = new JarEntry(entry.getName());
                copy.setTime(entry.getTime());
                to.putNextEntry(copy);
                to.write(isOld ? renew(content) : content);
                to.closeEntry();
            }
        }
        Files.move(renewed, jar, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        return count;
    }

    /** The stack maps come from writing each method's code again, which a shared constant pool would spare. */
    static byte[] renew(byte[] content) {
        ClassFile format = ClassFile.of(
                ClassFile.StackMapsOption.GENERATE_STACK_MAPS, ClassFile.ConstantPoolSharingOption.NEW_POOL);
        ClassModel old = format.parse(content);
        ClassTransform version = (builder, element) -> {
            if (element instanceof ClassFileVersion) {
                builder.withVersion(TARGET, 0);
            } else {
                builder.with(element);
            }
        };
        return format.transformClass(
                old, version.andThen(ClassTransform.transformingMethodBodies(CodeTransform.ACCEPT_ALL)));
    }
}
