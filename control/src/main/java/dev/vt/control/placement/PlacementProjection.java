package dev.vt.control.placement;

import dev.vt.eventlog.Projection;
import dev.vt.eventlog.StoredEvent;
import java.util.List;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;

/** Groups and their instances, in one projection because each reads the other's rows. Reads {@code releases}. */
final class PlacementProjection implements Projection {
    @Override
    public String name() {
        return "placement";
    }

    @Override
    public int codeVersion() {
        return 1;
    }

    @Override
    public List<String> ddl() {
        return Stream.of(GroupRows.ddl(), InstanceRows.ddl())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public List<ViewTable> tables() {
        return Stream.of(GroupRows.tables(), InstanceRows.tables())
                .flatMap(List::stream)
                .toList();
    }

    @Override
    public boolean handles(String eventType) {
        return GroupRows.handles(eventType) || InstanceEventCodec.knows(eventType);
    }

    @Override
    public void apply(StoredEvent event, Handle tx) {
        if (InstanceEventCodec.knows(event.type())) {
            GroupRows.touch(event, tx, InstanceRows.apply(event, tx));
        } else {
            GroupRows.apply(event, tx);
        }
    }
}
