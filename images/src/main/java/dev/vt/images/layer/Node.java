package dev.vt.images.layer;

import java.util.Map;
import java.util.TreeMap;

/**
 * A file, directory, link or pipe of the merged tree. A node that hard links share is in the tree more than once; a
 * directory never is.
 */
final class Node {
    private static final TarEntry IMPLICIT = TarEntry.directory("", 0755);

    private TarEntry attributes;
    private final int layer;
    private final Map<String, Node> children;
    private int names = 1;

    private Node(TarEntry attributes, int layer) {
        this.attributes = attributes;
        this.layer = layer;
        this.children = attributes.type() == TarEntry.Type.DIRECTORY ? new TreeMap<>() : Map.of();
    }

    /** @param layer whose content the node has */
    static Node of(TarEntry entry, int layer) {
        return new Node(entry, layer);
    }

    /** A directory that no layer mentions but some path needs. */
    static Node implicitDirectory() {
        return new Node(IMPLICIT, 0);
    }

    TarEntry.Type type() {
        return attributes.type();
    }

    boolean isDirectory() {
        return attributes.type() == TarEntry.Type.DIRECTORY;
    }

    TarEntry attributes() {
        return attributes;
    }

    /** A later layer's word on the owner, mode and time of a directory. */
    void setAttributes(TarEntry entry) {
        attributes = entry;
    }

    int layer() {
        return layer;
    }

    /** Empty for all but directories; in byte order of the names. */
    Map<String, Node> children() {
        return children;
    }

    void addName() {
        names++;
    }

    boolean hasSeveralNames() {
        return names > 1;
    }
}
