package dev.vt.control.registry;

import dev.vt.control.http.Dispatcher;
import dev.vt.control.http.HttpMethod;
import dev.vt.images.registry.RegistryException;
import dev.vt.images.registry.RegistryException.Code;
import dev.vt.images.registry.RegistryLeader;
import dev.vt.kernel.IdSource;
import dev.vt.kernel.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Takes writes to the leader as the API's are (V10). Thread-safe. */
final class LeaderWrites implements RegistryLeader {
    private static final int MAX_ANSWER = 64 << 10;

    private final Supplier<Dispatcher> dispatcher;
    private final IdSource ids;

    /** @param dispatcher there once the port is open */
    LeaderWrites(Supplier<Dispatcher> dispatcher, IdSource ids) {
        this.dispatcher = dispatcher;
        this.ids = ids;
    }

    @Override
    public Optional<Answer> ask(String method, String target, Map<String, String> headers, byte[] body) {
        try {
            Optional<HttpResponse<InputStream>> answer =
                    dispatcher.get().byLeader(HttpMethod.valueOf(method), target, headers, ids.next("req"), body);
            return answer.isPresent() ? Optional.of(read(answer.get())) : Optional.empty();
        } catch (ProblemException e) {
            throw new RegistryException(Code.UNAVAILABLE, e.problem().detail());
        } catch (IOException e) {
            throw new RegistryException(Code.UNAVAILABLE, "the leader was lost before it answered; try again");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RegistryException(Code.UNAVAILABLE, "the server is stopping");
        }
    }

    private static Answer read(HttpResponse<InputStream> answer) throws IOException {
        Map<String, String> headers = new TreeMap<>();
        answer.headers().map().forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
        try (InputStream in = answer.body()) {
            return new Answer(answer.statusCode(), headers, in.readNBytes(MAX_ANSWER));
        }
    }
}
