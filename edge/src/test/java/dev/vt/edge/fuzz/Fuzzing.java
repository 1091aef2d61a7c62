package dev.vt.edge.fuzz;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/** Mutates seeds and hands them to a target, as long as {@code vt.fuzz.seconds} says, else a fixed number of times. */
final class Fuzzing {
    private static final int ROUNDS = 100_000;
    private static final int LONGEST = 20_000;
    private static final int KEPT = 500;
    private static final byte[] EDGES = {0, 1, 2, 3, 4, 0x0a, 0x0d, 0x16, 0x20, 0x21, 0x7f, (byte) 0x80, (byte) 0xfe, -1
    };

    private final List<byte[]> corpus;
    private final int seeds;
    private final SplittableRandom random;

    private Fuzzing(List<byte[]> seeds, long seed) {
        this.corpus = new ArrayList<>(seeds);
        this.seeds = seeds.size();
        this.random = new SplittableRandom(seed);
    }

    /**
     * @param target is given an input and random numbers of its own; throws if something is wrong with what was done to the
     *     input
     * @return how many inputs were tried
     */
    static long run(String corpus, BiConsumer<byte[], SplittableRandom> target) {
        long seconds = Long.getLong("vt.fuzz.seconds", 0);
        long seed = seconds == 0 ? 1 : System.nanoTime();
        Fuzzing fuzzing = new Fuzzing(seeds(corpus), seed);
        long deadline = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        long inputs = 0;
        while (seconds == 0 ? inputs < ROUNDS : System.nanoTime() < deadline) {
            byte[] input = fuzzing.next();
            try {
                target.accept(input, fuzzing.random.split());
            } catch (RuntimeException | Error e) {
                throw new AssertionError(
                        "input " + inputs + " of seed " + seed + ": "
                                + HexFormat.of().formatHex(input),
                        e);
            }
            inputs++;
        }
        return inputs;
    }

    private static List<byte[]> seeds(String corpus) {
        Path directory = Path.of(System.getProperty("vt.root"), "edge/src/test/resources/fuzz", corpus);
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().map(Fuzzing::read).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return HexFormat.of().parseHex(Files.readString(file).replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Mutants of mutants reach deeper; seeds are never replaced. */
    private byte[] next() {
        byte[] input = corpus.get(random.nextInt(corpus.size()));
        for (int i = random.nextInt(4); i >= 0; i--) {
            input = mutate(input);
        }
        if (random.nextInt(50) == 0) {
            if (corpus.size() < seeds + KEPT) {
                corpus.add(input);
            } else {
                corpus.set(seeds + random.nextInt(KEPT), input);
            }
        }
        return input;
    }

    private byte[] mutate(byte[] input) {
        if (input.length == 0) {
            return new byte[] {(byte) random.nextInt()};
        }
        int at = random.nextInt(input.length);
        byte[] out = input.clone();
        switch (random.nextInt(7)) {
            case 0 -> out[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> out[at] = EDGES[random.nextInt(EDGES.length)];
            case 2 -> out[at] = (byte) random.nextInt();
            case 3 -> out = Arrays.copyOf(input, at);
            case 4 -> {
                // Lengths are two bytes nearly everywhere.
                if (at + 1 < out.length) {
                    int length = ((out[at] & 0xff) << 8 | out[at + 1] & 0xff) + random.nextInt(-3, 4);
                    out[at] = (byte) (length >> 8);
                    out[at + 1] = (byte) length;
                }
            }
            case 5 -> out = splice(input, at, corpus.get(random.nextInt(corpus.size())));
            default -> out = splice(input, at, input);
        }
        return out.length > LONGEST ? Arrays.copyOf(out, LONGEST) : out;
    }

    /** The beginning of one and the end of another. */
    private byte[] splice(byte[] first, int at, byte[] second) {
        int from = second.length == 0 ? 0 : random.nextInt(second.length);
        byte[] out = Arrays.copyOf(first, at + second.length - from);
        System.arraycopy(second, from, out, at, second.length - from);
        return out;
    }
}
