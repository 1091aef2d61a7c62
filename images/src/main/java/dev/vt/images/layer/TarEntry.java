package dev.vt.images.layer;

import java.util.Map;

/**
 * One header of a tar stream with what its extended headers said. Names hold one char per byte.
 *
 * @param name as written, neither split nor checked
 * @param link target of a symbolic or hard link, else empty
 * @param mode the lower twelve bits
 * @param mtime seconds since 1970, cut to what an unsigned 32-bit number holds
 * @param size of the content, 0 for all but files
 * @param xattrs the attributes that a root file system keeps
 * @param offset of the content in the tar stream
 */
public record TarEntry(
        Type type,
        String name,
        String link,
        int mode,
        long uid,
        long gid,
        long mtime,
        long size,
        Map<String, byte[]> xattrs,
        long offset) {
    /** What the entry makes. */
    public enum Type {
        FILE,
        DIRECTORY,
        SYMLINK,
        HARDLINK,
        FIFO,
        DEVICE
    }

    public TarEntry {
        xattrs = Map.copyOf(xattrs);
    }

    public static TarEntry file(String name, int mode, long size) {
        return new TarEntry(Type.FILE, name, "", mode, 0, 0, 0, size, Map.of(), 0);
    }

    public static TarEntry directory(String name, int mode) {
        return new TarEntry(Type.DIRECTORY, name, "", mode, 0, 0, 0, 0, Map.of(), 0);
    }

    public static TarEntry symlink(String name, String target) {
        return new TarEntry(Type.SYMLINK, name, target, 0777, 0, 0, 0, 0, Map.of(), 0);
    }

    public static TarEntry hardlink(String name, String target) {
        return new TarEntry(Type.HARDLINK, name, target, 0644, 0, 0, 0, 0, Map.of(), 0);
    }

    public TarEntry withOwner(long newUid, long newGid) {
        return new TarEntry(type, name, link, mode, newUid, newGid, mtime, size, xattrs, offset);
    }

    public TarEntry withXattrs(Map<String, byte[]> attributes) {
        return new TarEntry(type, name, link, mode, uid, gid, mtime, size, attributes, offset);
    }

    /** Bytes of text and attributes this entry keeps in memory. */
    int footprint() {
        int bytes = name.length() + link.length();
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            bytes += xattr.getKey().length() + xattr.getValue().length;
        }
        return bytes;
    }
}
