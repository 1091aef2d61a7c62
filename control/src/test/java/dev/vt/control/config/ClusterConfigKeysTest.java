package dev.vt.control.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.kernel.ByteSize;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MemberRefEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Each key is in the schema, in the record, and read by somebody, or says what will read it. */
class ClusterConfigKeysTest {
    private static final String PACKAGE = "dev/vt/control/config/";

    @Test
    void everyComponentIsAKeyWithADefaultInItsRange() {
        for (ConfigKey key : ConfigSchema.keys()) {
            assertThat(key.wrong(key.byDefault())).as(key.path()).isEmpty();
            assertThat(key.component().getType())
                    .as(key.path())
                    .isIn(int.class, boolean.class, String.class, List.class, Duration.class, ByteSize.class);
            boolean duration = key.component().getType() == Duration.class;
            assertThat(key.rules().unit() != Key.Unit.NONE).as(key.path()).isEqualTo(duration);
            assertThat(key.read(ClusterConfig.DEFAULT)).as(key.path()).isEqualTo(key.value(key.byDefault()));
        }
        assertThat(ConfigSchema.keys().stream().map(ConfigKey::path)).doesNotHaveDuplicates();
    }

    /** Whoever begins to act on a key removes its {@code awaits}; whoever stops must say so there. */
    @Test
    void everyKeyIsReadByACertainComponentOrAwaitsOne_C4() throws IOException, URISyntaxException {
        Map<String, Set<String>> readers = readers();
        for (ConfigKey key : ConfigSchema.keys()) {
            String accessor = key.component().getDeclaringRecord().getName().replace('.', '/') + "."
                    + key.component().getName();
            Set<String> found = readers.getOrDefault(accessor, Set.of());
            if (key.rules().awaits().isEmpty()) {
                assertThat(found)
                        .as("%s is read by nobody; say in @Key(awaits) what will", key.path())
                        .isNotEmpty();
            } else {
                assertThat(found)
                        .as("%s is read now, so remove its @Key(awaits)", key.path())
                        .isEmpty();
            }
        }
    }

    /** Accessor → classes outside of this package that name it. */
    private static Map<String, Set<String>> readers() throws IOException, URISyntaxException {
        Path classes = Path.of(ClusterConfig.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Map<String, Set<String>> out = new TreeMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".class"))::iterator) {
                ClassModel model = ClassFile.of().parse(file);
                String reader = model.thisClass().asInternalName();
                if (reader.startsWith(PACKAGE)) {
                    continue;
                }
                for (PoolEntry entry : model.constantPool()) {
                    if (entry instanceof MemberRefEntry member
                            && member.owner().asInternalName().startsWith(PACKAGE + "ClusterConfig$")) {
                        out.computeIfAbsent(
                                        member.owner().asInternalName() + "."
                                                + member.name().stringValue(),
                                        k -> new TreeSet<>())
                                .add(reader);
                    }
                }
            }
        }
        return out;
    }
}
