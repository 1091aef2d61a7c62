package dev.vt.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.StringEntry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Finds what apply, projections, deciders and planners may not touch (S11), in their class files: clocks, chance, the
 * environment, the default locale and time zone, threads, floating point, and SQL that asks the database for any of these.
 *
 * <pre>
 * assertThat(DeterminismGuard.scan(Path.of("target/classes"), name -&gt; name.endsWith("Projection"))).isEmpty();
 * </pre>
 */
public final class DeterminismGuard {
    private static final Set<String> FORBIDDEN_CLASSES = Set.of(
            "java/time/Clock",
            "java/util/Random",
            "java/util/SplittableRandom",
            "java/security/SecureRandom",
            "java/util/random/RandomGenerator",
            "java/util/concurrent/ThreadLocalRandom",
            "java/util/UUID",
            "java/lang/Thread",
            "java/lang/Math.random",
            "java/net/InetAddress",
            "java/net/Socket",
            "java/nio/file/Files");
    private static final Set<String> FORBIDDEN_METHODS = Set.of(
            "java/time/Instant.now",
            "java/time/LocalDate.now",
            "java/time/LocalDateTime.now",
            "java/time/OffsetDateTime.now",
            "java/time/ZonedDateTime.now",
            "java/time/ZoneId.systemDefault",
            "java/lang/System.currentTimeMillis",
            "java/lang/System.nanoTime",
            "java/lang/System.getenv",
            "java/lang/System.getProperty",
            "java/lang/System.identityHashCode",
            "java/lang/Math.random",
            "java/util/Locale.getDefault",
            "java/util/TimeZone.getDefault",
            "java/util/Collections.shuffle",
            "java/util/Collection.parallelStream",
            "java/util/List.parallelStream");
    private static final Pattern FORBIDDEN_SQL = Pattern.compile(
            "\\b(now\\s*\\(|random\\s*\\(|clock_timestamp|statement_timestamp|transaction_timestamp|current_timestamp"
                    + "|current_date|current_time\\b|localtime|gen_random_uuid|uuidv[47]|nextval|bigserial|\\bserial\\b"
                    + "|generated\\s+(always|by default)|double precision|\\breal\\b|pg_backend_pid|txid_current)",
            Pattern.CASE_INSENSITIVE);

    private DeterminismGuard() {}

    /**
     * @param classes a directory of class files
     * @param wanted by binary name with dots, inner classes included
     * @return one line per finding, empty if all is well
     * @throws IllegalArgumentException if no class is wanted: a guard that guards nothing is a mistake
     */
    public static List<String> scan(Path classes, Predicate<String> wanted) {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(classes)) {
            files = walk.filter(file -> file.toString().endsWith(".class"))
                    .filter(file -> wanted.test(binaryName(classes, file)))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + classes, e);
        }
        if (files.isEmpty()) {
            throw new IllegalArgumentException("no wanted class below " + classes);
        }
        List<String> findings = new ArrayList<>();
        files.forEach(file ->
                findings(file).forEach(finding -> findings.add(binaryName(classes, file) + " uses " + finding)));
        return findings;
    }

    private static String binaryName(Path classes, Path file) {
        String relative = classes.relativize(file).toString();
        return relative.substring(0, relative.length() - ".class".length()).replace('/', '.');
    }

    private static Set<String> findings(Path file) {
        ClassModel model;
        try {
            model = ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException("could not read " + file, e);
        }
        Set<String> found = new TreeSet<>();
        for (PoolEntry entry : model.constantPool()) {
            switch (entry) {
                case ClassEntry owner -> {
                    if (FORBIDDEN_CLASSES.contains(owner.asInternalName())) {
                        found.add(owner.asInternalName().replace('/', '.'));
                    }
                }
                case MemberRefEntry member -> {
                    String name = member.owner().asInternalName() + "."
                            + member.name().stringValue();
                    if (FORBIDDEN_METHODS.contains(name)) {
                        found.add(name.replace('/', '.'));
                    }
                }
                case StringEntry text -> {
                    var matcher = FORBIDDEN_SQL.matcher(text.stringValue());
                    if (looksLikeSql(text.stringValue()) && matcher.find()) {
                        found.add("SQL " + matcher.group());
                    }
                }
                default -> {}
            }
        }
        model.methods()
                .forEach(method -> method.code()
                        .ifPresent(code -> code.forEach(element -> {
                            if (element instanceof java.lang.classfile.instruction.OperatorInstruction operator
                                    && (operator.typeKind() == java.lang.classfile.TypeKind.FLOAT
                                            || operator.typeKind() == java.lang.classfile.TypeKind.DOUBLE)) {
                                found.add("floating point in "
                                        + method.methodName().stringValue());
                            }
                        })));
        return found;
    }

    private static boolean looksLikeSql(String text) {
        return Pattern.compile("\\b(select|insert|update|delete|create)\\b", Pattern.CASE_INSENSITIVE)
                .matcher(text)
                .find();
    }
}
