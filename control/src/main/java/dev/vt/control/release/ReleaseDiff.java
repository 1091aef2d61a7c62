package dev.vt.control.release;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.kernel.Json;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** What differs between two releases, by JSON pointer into image and manifest. */
final class ReleaseDiff {
    private ReleaseDiff() {}

    static ObjectNode of(Release from, Release to) {
        ObjectNode out = Json.object().put("from", from.id()).put("to", to.id());
        ArrayNode changes = out.putArray("changes");
        compare("", document(from), document(to), changes);
        return out;
    }

    private static ObjectNode document(Release release) {
        ObjectNode out = Json.object().put("image_digest", release.image().digest());
        out.set("image_config", release.image().config());
        out.set("manifest", release.manifest().normalized());
        return out;
    }

    private static void compare(String path, @Nullable JsonNode from, @Nullable JsonNode to, ArrayNode changes) {
        if (from instanceof ObjectNode before && to instanceof ObjectNode after) {
            TreeSet<String> names = new TreeSet<>();
            before.fieldNames().forEachRemaining(names::add);
            after.fieldNames().forEachRemaining(names::add);
            names.forEach(name -> compare(
                    path + "/" + name.replace("~", "~0").replace("/", "~1"),
                    before.get(name),
                    after.get(name),
                    changes));
        } else if (from == null || to == null || !from.equals(to)) {
            ObjectNode change = changes.addObject()
                    .put("op", from == null ? "create" : to == null ? "delete" : "update")
                    .put("path", path);
            change.set("from", from);
            change.set("to", to);
        }
    }
}
