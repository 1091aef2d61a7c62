package dev.vt.images.layer;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All layers as one tree, with the contents still in the layers' tar files. Used by one thread; closing removes spools. */
public final class MergedImage implements Closeable {
    private final MergedTree tree;
    private final List<Path> spooled;
    private final List<FileChannel> tars = new ArrayList<>();
    private final IdentityHashMap<Node, String> written = new IdentityHashMap<>();

    MergedImage(MergedTree tree, List<Path> tarFiles, List<Path> spooled) throws IOException {
        this.tree = tree;
        this.spooled = spooled;
        for (Path tar : tarFiles) {
            tars.add(FileChannel.open(tar, StandardOpenOption.READ));
        }
    }

    /** Entries that a root file system does not take. */
    public int droppedDevices() {
        return tree.droppedDevices();
    }

    /** Writes the tree as one tar: the root first, then depth first in byte order of the names. */
    public void writeTo(OutputStream out) throws IOException {
        written.clear();
        TarWriter tar = new TarWriter(out);
        tar.write(named(tree.root().attributes(), "./"), null);
        writeChildren(tree.root(), "", tar);
        tar.finish();
    }

    /** Recursion is as deep as the tree, which is bounded. */
    private void writeChildren(Node directory, String prefix, TarWriter tar) throws IOException {
        for (Map.Entry<String, Node> child : directory.children().entrySet()) {
            String path = prefix + child.getKey();
            Node node = child.getValue();
            if (node.isDirectory()) {
                tar.write(named(node.attributes(), path + "/"), null);
                writeChildren(node, path + "/", tar);
            } else {
                writeLeaf(node, path, tar);
            }
        }
    }

    private void writeLeaf(Node node, String path, TarWriter tar) throws IOException {
        String first = node.hasSeveralNames() ? written.putIfAbsent(node, path) : null;
        if (first != null) {
            tar.write(TarEntry.hardlink(path, first), null);
            return;
        }
        TarEntry entry = named(node.attributes(), path);
        if (entry.type() != TarEntry.Type.FILE) {
            tar.write(entry, null);
            return;
        }
        tar.write(entry, content(node));
    }

    /** The content of a file of the merged view, links resolved; null if there is none or it is larger than the bound. */
    public byte @Nullable [] readFile(String path, int maxBytes) throws IOException {
        Node node = tree.lookUp(path);
        if (node == null
                || node.type() != TarEntry.Type.FILE
                || node.attributes().size() > maxBytes) {
            return null;
        }
        try (InputStream content = content(node)) {
            return content.readAllBytes();
        }
    }

    private InputStream content(Node node) {
        TarEntry inLayer = node.attributes();
        return new Content(tars.get(node.layer()), inLayer.offset(), inLayer.size());
    }

    private static TarEntry named(TarEntry entry, String path) {
        return new TarEntry(
                entry.type(),
                path,
                entry.link(),
                entry.mode(),
                entry.uid(),
                entry.gid(),
                entry.mtime(),
                entry.size(),
                entry.xattrs(),
                0);
    }

    /** A stretch of a layer's tar file. */
    private static final class Content extends InputStream {
        private final FileChannel tar;
        private long position;
        private long left;

        Content(FileChannel tar, long position, long size) {
            this.tar = tar;
            this.position = position;
            this.left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int offset, int count) throws IOException {
            if (left == 0) {
                return -1;
            }
            int n = tar.read(ByteBuffer.wrap(target, offset, (int) Math.min(count, left)), position);
            if (n < 0) {
                throw new IOException("a spooled layer is shorter than its entries");
            }
            position += n;
            left -= n;
            return n;
        }
    }

    @Override
    public void close() throws IOException {
        for (FileChannel tar : tars) {
            tar.close();
        }
        for (Path spool : spooled) {
            Files.deleteIfExists(spool);
        }
    }
}
