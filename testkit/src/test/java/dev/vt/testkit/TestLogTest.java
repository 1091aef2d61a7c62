package dev.vt.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.AppendResult;
import dev.vt.eventlog.Batch;
import dev.vt.eventlog.EventSchemas;
import dev.vt.eventlog.Precondition;
import dev.vt.eventlog.Projection;
import dev.vt.eventlog.ProjectionSet;
import dev.vt.eventlog.StoredEvent;
import dev.vt.eventlog.Views;
import dev.vt.kernel.Json;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TestLogTest {
    private static final EventSchemas SCHEMAS =
            EventSchemas.builder().document(Json.parse("""
                    {"thing.created@1": {"type": "object", "required": ["name"],
                                         "properties": {"name": {"type": "string"}}},
                     "thing.deleted@1": {"type": "object"}}""")).build();

    @RegisterExtension
    final TestLog log = TestLog.of(ProjectionSet.core(new Things()), SCHEMAS);

    @Test
    void anAppendedEventIsInTheLogAndInItsView() {
        String id = log.ids().next("thg");
        AppendResult.Applied applied = log.append(log.batch()
                .require(new Precondition.Seq(new AggregateKey("thing", id), 0))
                .event("thing", id, "thing.created", Json.object().put("name", "a\tb\\c\n\"d\"")));
        assertThat(applied).isEqualTo(new AppendResult.Applied(1, 1));
        List<String> names = log.store()
                .views()
                .readAtLeast(
                        1,
                        Views.READ_WAIT,
                        handle -> handle.createQuery("SELECT name FROM things")
                                .mapTo(String.class)
                                .list());
        assertThat(names).containsExactly("a\tb\\c\n\"d\"");
        assertThat(log.events()).hasSize(1);
    }

    @Test
    void theSameBatchIsAnsweredAsTheFirstTime() {
        Batch batch = log.batch()
                .event(
                        "thing",
                        log.ids().next("thg"),
                        "thing.created",
                        Json.object().put("name", "x"))
                .build();
        AppendResult first = log.store().log().append(batch);
        log.reopen();
        assertThat(log.store().log().append(batch)).isEqualTo(first);
        assertThat(log.events()).hasSize(1);
    }

    private static final class Things implements Projection {
        @Override
        public String name() {
            return "things";
        }

        @Override
        public int codeVersion() {
            return 1;
        }

        @Override
        public List<String> ddl() {
            return List.of("CREATE TABLE things (id text COLLATE \"C\" PRIMARY KEY, name text, last_event_id bigint)");
        }

        @Override
        public List<ViewTable> tables() {
            return List.of(new ViewTable("things", List.of("id")));
        }

        @Override
        public boolean handles(String eventType) {
            return eventType.startsWith("thing.");
        }

        @Override
        public void apply(StoredEvent event, Handle tx) {
            if (event.type().equals("thing.created")) {
                tx.execute(
                        "INSERT INTO things VALUES (?, ?, ?)",
                        event.aggregate().id(),
                        event.payload().path("name").asText(),
                        event.eventId());
            } else {
                tx.execute("DELETE FROM things WHERE id = ?", event.aggregate().id());
            }
        }
    }
}
