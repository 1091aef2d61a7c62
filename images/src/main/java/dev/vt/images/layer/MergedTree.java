package dev.vt.images.layer;

import dev.vt.images.ImageException;
import dev.vt.images.ImageFailure;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The file tree that results from laying one layer over another, in memory. Used by one thread.
 *
 * <p>A layer is applied in two steps: its whiteouts first, which therefore reach lower layers only, whatever the order in
 * the stream; then its entries in order, the later one winning.
 */
final class MergedTree {
    private static final String WHITEOUT = ".wh.";
    private static final String WHITEOUT_META = ".wh..wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    private static final int MAX_PATH = 4096;
    private static final int MAX_COMPONENT = 255;
    private static final int MAX_DEPTH = 1024;
    private static final int MAX_LINKS = 40;
    private static final long MAX_STEPS = 500_000_000L;

    private final Node root = Node.implicitDirectory();
    private final int maxNodes;
    private long steps;
    private int implicitDirectories;
    private int droppedDevices;

    /** @param maxNodes bound on directories that are only implied by paths */
    MergedTree(int maxNodes) {
        this.maxNodes = maxNodes;
    }

    /**
     * Lays a layer over what is there.
     *
     * @param layer number of the layer, from 0
     * @throws ImageException {@code layer_invalid}, or {@code entries} if its paths imply too many directories
     */
    void apply(int layer, List<TarEntry> entries) {
        for (TarEntry entry : entries) {
            if (isWhiteout(entry)) {
                whiteOut(split(entry.name()));
            }
        }
        for (TarEntry entry : entries) {
            if (!isWhiteout(entry)) {
                add(layer, entry, split(entry.name()));
            }
        }
    }

    Node root() {
        return root;
    }

    int droppedDevices() {
        return droppedDevices;
    }

    /** What a path means, following all links; null if that is nothing. */
    @Nullable
    Node lookUp(String path) {
        return walk(split(path), Missing.IS_NULL);
    }

    private static boolean isWhiteout(TarEntry entry) {
        String name = entry.name();
        int end = name.length();
        while (end > 0 && name.charAt(end - 1) == '/') {
            end--;
        }
        return name.startsWith(WHITEOUT, name.lastIndexOf('/', end - 1) + 1);
    }

    private void whiteOut(List<String> path) {
        String name = path.getLast();
        boolean opaque = name.equals(OPAQUE);
        String target = name.substring(WHITEOUT.length());
        if (!opaque && (target.isEmpty() || target.equals(".") || target.equals(".."))) {
            throw invalid("a whiteout names no file");
        }
        Node directory = walk(path.subList(0, path.size() - 1), Missing.IS_NULL);
        if (directory == null || !directory.isDirectory()) {
            return;
        }
        if (opaque) {
            directory.children().clear();
        } else if (!name.startsWith(WHITEOUT_META)) {
            directory.children().remove(target);
        }
    }

    private void add(int layer, TarEntry entry, List<String> path) {
        if (path.isEmpty()) {
            if (entry.type() != TarEntry.Type.DIRECTORY) {
                throw invalid("the root is not a directory");
            }
            root.setAttributes(entry);
            return;
        }
        Node parent = directory(path.subList(0, path.size() - 1));
        String name = path.getLast();
        switch (entry.type()) {
            case DIRECTORY -> {
                Node existing = parent.children().get(name);
                if (existing != null && existing.isDirectory()) {
                    existing.setAttributes(entry);
                } else {
                    parent.children().put(name, Node.of(entry, layer));
                }
            }
            case FILE, FIFO -> parent.children().put(name, Node.of(entry, layer));
            case SYMLINK -> {
                requireLinkTarget(entry.link());
                parent.children().put(name, Node.of(entry, layer));
            }
            case HARDLINK -> link(parent, name, entry.link());
            case DEVICE -> {
                droppedDevices++;
                parent.children().remove(name);
            }
        }
    }

    private void link(Node parent, String name, String target) {
        List<String> path = split(target);
        Node directory = path.isEmpty() ? null : walk(path.subList(0, path.size() - 1), Missing.IS_NULL);
        Node linked = directory == null || !directory.isDirectory()
                ? null
                : directory.children().get(path.getLast());
        if (linked == null || linked.isDirectory()) {
            throw invalid("a hard link leads to nothing");
        }
        Node replaced = parent.children().put(name, linked);
        if (replaced != linked) {
            linked.addName();
        }
    }

    private Node directory(List<String> path) {
        Node node = walk(path, Missing.IS_MADE);
        if (node == null || !node.isDirectory()) {
            throw invalid("an entry lies below something that is not a directory");
        }
        return node;
    }

    private enum Missing {
        IS_NULL,
        IS_MADE
    }

    /**
     * Walks from the root, resolving links on the way inside the tree: {@code ..} above the root stays at the root.
     *
     * @return null if something is missing, or lies below a thing that is not a directory
     */
    private @Nullable Node walk(List<String> path, Missing missing) {
        Deque<String> todo = new ArrayDeque<>(path);
        ArrayList<Node> trail = new ArrayList<>(List.of(root));
        int links = 0;
        while (!todo.isEmpty()) {
            if (++steps > MAX_STEPS) {
                throw invalid("the layer's paths take too long to resolve");
            }
            String name = todo.pop();
            if (name.equals("..")) {
                if (trail.size() > 1) {
                    trail.removeLast();
                }
                continue;
            }
            Node here = trail.getLast();
            if (!here.isDirectory()) {
                return null;
            }
            Node next = here.children().get(name);
            if (next == null) {
                if (missing == Missing.IS_NULL) {
                    return null;
                }
                next = implied();
                here.children().put(name, next);
            }
            if (next.type() == TarEntry.Type.SYMLINK) {
                if (++links > MAX_LINKS) {
                    throw invalid("a path leads through more than " + MAX_LINKS + " links");
                }
                String target = next.attributes().link();
                if (target.startsWith("/")) {
                    trail = new ArrayList<>(List.of(root));
                }
                pushComponents(target, todo);
            } else {
                trail.add(next);
                if (trail.size() > MAX_DEPTH) {
                    throw invalid("a path is more than " + MAX_DEPTH + " directories deep");
                }
            }
        }
        return trail.getLast();
    }

    private Node implied() {
        if (++implicitDirectories > maxNodes) {
            throw new ImageException(ImageFailure.TOO_MANY_ENTRIES, "the layers imply too many directories");
        }
        return Node.implicitDirectory();
    }

    private static void pushComponents(String target, Deque<String> todo) {
        String[] components = target.split("/");
        for (int i = components.length - 1; i >= 0; i--) {
            if (!components[i].isEmpty() && !components[i].equals(".")) {
                todo.push(components[i]);
            }
        }
    }

    /** Components of a name as written in a layer; it may begin with a slash, which means nothing. */
    private static List<String> split(String name) {
        requireText(name);
        List<String> path = new ArrayList<>();
        for (String component : name.split("/")) {
            if (component.isEmpty() || component.equals(".")) {
                continue;
            }
            if (component.equals("..")) {
                throw invalid("a name contains ..");
            }
            if (component.length() > MAX_COMPONENT) {
                throw invalid("a name has a component longer than " + MAX_COMPONENT + " bytes");
            }
            path.add(component);
        }
        return path;
    }

    private static void requireLinkTarget(String target) {
        requireText(target);
        if (target.isEmpty()) {
            throw invalid("a symbolic link has no target");
        }
    }

    private static void requireText(String text) {
        if (text.length() >= MAX_PATH) {
            throw invalid("a name is longer than " + (MAX_PATH - 1) + " bytes");
        }
        if (text.indexOf('\0') >= 0) {
            throw invalid("a name contains a zero byte");
        }
    }

    private static ImageException invalid(String message) {
        return new ImageException(ImageFailure.LAYER_INVALID, message);
    }
}
