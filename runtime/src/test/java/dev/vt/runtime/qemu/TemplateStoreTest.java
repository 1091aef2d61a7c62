package dev.vt.runtime.qemu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TemplateStoreTest {
    @TempDir
    Path directory;

    private TemplateStore store;

    @BeforeEach
    void open() throws IOException {
        store = new TemplateStore(directory, new TemplateStore.Limits(2, 100));
    }

    @Test
    void isThereForTheNextProcessAndOnlyForRoot() throws IOException {
        put("a", "state of a");
        TemplateStore next = new TemplateStore(directory, new TemplateStore.Limits(2, 100));
        TemplateStore.Template found = next.find("a").orElseThrow();
        assertThat(found.guestBootId()).isEqualTo("boot-a");
        assertThat(Files.readString(found.state())).isEqualTo("state of a");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(found.state())))
                .isEqualTo("rw-------");
        assertThat(next.isEmpty()).isFalse();
        assertThat(next.find("b")).isEmpty();
    }

    /** RT37: a state that changed on disk is not restored, whether or not it was found right before. */
    @Test
    void aChangedStateIsDropped() throws IOException {
        put("a", "state of a");
        Path state = store.find("a").orElseThrow().state();
        Files.writeString(state, "state of b");
        Files.setLastModifiedTime(state, FileTime.fromMillis(1));
        assertThat(store.find("a")).isEmpty();
        assertThat(files()).isEmpty();
        assertThat(store.isEmpty()).isTrue();
    }

    @Test
    void aMissingStateIsNoTemplate() throws IOException {
        put("a", "state of a");
        Files.delete(store.find("a").orElseThrow().state());
        assertThat(store.find("a")).isEmpty();
    }

    @Test
    void anUnreadableDescriptionIsDropped() throws IOException {
        put("a", "state of a");
        Files.writeString(directory.resolve("a.json"), "{");
        assertThat(store.find("a")).isEmpty();
        assertThat(files()).isEmpty();
    }

    @Test
    void theLeastRecentlyUsedMakesRoom() throws IOException {
        put("a", "a");
        age("a", 1);
        put("b", "b");
        age("b", 2);
        store.find("a");
        put("c", "c");
        assertThat(files()).containsExactly("a.json", "a.state", "c.json", "c.state");
    }

    @Test
    void allTogetherKeepWithinTheBoundInBytes() throws IOException {
        put("a", "x".repeat(60));
        age("a", 1);
        put("b", "x".repeat(60));
        assertThat(files()).containsExactly("b.json", "b.state");
    }

    @Test
    void aStreamBeyondTheBoundIsCutOffAndGoneAtTheNextStart() throws IOException {
        assertThatThrownBy(() -> put("a", "x".repeat(101))).isInstanceOf(IOException.class);
        assertThat(store.find("a")).isEmpty();
        new TemplateStore(directory, new TemplateStore.Limits(2, 100));
        assertThat(files()).isEmpty();
    }

    /** The agent died between the two files. */
    @Test
    void aStateWithoutADescriptionIsRemovedAtTheNextStart() throws IOException {
        put("a", "a");
        Files.delete(directory.resolve("a.json"));
        assertThat(store.find("a")).isEmpty();
        new TemplateStore(directory, new TemplateStore.Limits(2, 100));
        assertThat(files()).isEmpty();
    }

    private void put(String id, String content) throws IOException {
        String sha256 = store.receive(
                id, Channels.newChannel(new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8))));
        store.publish(id, "boot-" + id, sha256);
    }

    private void age(String id, long ms) throws IOException {
        Files.setLastModifiedTime(directory.resolve(id + ".json"), FileTime.fromMillis(ms));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }
}
