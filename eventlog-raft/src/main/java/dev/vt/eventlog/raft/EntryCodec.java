package dev.vt.eventlog.raft;

import dev.vt.eventlog.apply.PreparedBatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * The bytes of a Raft entry. Format 1 is one batch, as {@link BatchCodec} writes it. Format 2 is several in their order: a byte 2,
 * their number, then each of them in format 1 after its length. A format, once written, is read for ever (S24).
 */
final class EntryCodec {
    private static final byte SEVERAL = 2;

    private EntryCodec() {}

    /** @param batches at least one, each from {@link BatchCodec#write} */
    static byte[] write(List<byte[]> batches) {
        if (batches.size() == 1) {
            return batches.getFirst();
        }
        EntryBuffer out = new EntryBuffer(
                5 + batches.stream().mapToInt(batch -> 4 + batch.length).sum());
        out.putByte(SEVERAL);
        out.putInt(batches.size());
        batches.forEach(out::putBytes);
        return out.toBytes();
    }

    /**
     * @return at least one
     * @throws UnreadableEntryException if a newer program wrote it, or no program did
     */
    static List<PreparedBatch> read(ByteBuffer bytes) {
        if (!bytes.hasRemaining() || bytes.get(bytes.position()) != SEVERAL) {
            return List.of(BatchCodec.read(bytes));
        }
        EntryReader in = new EntryReader(bytes);
        try {
            in.getByte();
            List<PreparedBatch> batches = new ArrayList<>();
            for (int left = in.getCount(); left > 0; left--) {
                batches.add(BatchCodec.read(ByteBuffer.wrap(in.getBytes())));
            }
            in.requireEnd();
            if (batches.isEmpty()) {
                throw new UnreadableEntryException("an entry of no batches", null);
            }
            return batches;
        } catch (UnreadableEntryException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new UnreadableEntryException("entry is damaged", e);
        }
    }
}
