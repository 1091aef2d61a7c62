package dev.vt.control.hostname;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.vt.control.audit.Audit;
import dev.vt.control.feature.Change;
import dev.vt.control.feature.Mutations;
import dev.vt.control.http.Access;
import dev.vt.control.http.Call;
import dev.vt.control.http.Endpoint;
import dev.vt.control.http.PageRequest;
import dev.vt.control.http.Reply;
import dev.vt.control.route.Routes;
import dev.vt.control.route.Routes.Reservation;
import dev.vt.eventlog.AggregateKey;
import dev.vt.eventlog.NewEvent;
import dev.vt.eventlog.Owner;
import dev.vt.eventlog.Precondition;
import dev.vt.kernel.Json;
import dev.vt.manifest.Hostnames;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** HTTP: reservations of hostnames and their lifting, for operators. */
final class ReservationHandlers {
    private static final String PATH = "/v1/hostname-reservations";
    private static final String ITEM = PATH + "/{hostname}";

    private final Mutations mutations;
    private final Routes routes;
    private final Clock clock;

    ReservationHandlers(Mutations mutations, Routes routes, Clock clock) {
        this.mutations = mutations;
        this.routes = routes;
        this.clock = clock;
    }

    List<Endpoint> endpoints() {
        return List.of(
                Endpoint.list(
                        "hostname_reservations.list", PATH, Access.operator("cluster:read"), Set.of(), this::list),
                Endpoint.delete("hostname_reservations.lift", ITEM, Access.operator("cluster:admin"), this::lift));
    }

    private Reply list(Call call) {
        PageRequest page = call.page();
        List<ObjectNode> found =
                routes.reservations(clock.instant(), page.descending(), page.after(), page.limit() + 1).stream()
                        .map(ReservationHandlers::json)
                        .toList();
        return found.size() <= page.limit()
                ? Reply.page(found, null)
                : Reply.page(
                        found.subList(0, page.limit()),
                        page.cursorAfter(found.get(page.limit() - 1).path("id").textValue()));
    }

    /** What is not reserved is free already: lifting again changes nothing (A9). */
    private Reply lift(Call call) {
        String given = call.pathParameter("hostname");
        String hostname = Hostnames.normalize(given).orElse(given);
        return mutations.run(
                call,
                draft -> {
                    draft.id("hostname", hostname);
                    routes.reservation(hostname, draft.now()).ifPresent(reservation -> {
                        draft.require(new Precondition.Row("route_hostnames", hostname, reservation.lastEventId()))
                                .append(new NewEvent(
                                        new AggregateKey("hostname", hostname),
                                        Routes.RESERVATION_LIFTED,
                                        Owner.org(reservation.orgId()),
                                        Json.object()))
                                .change(Change.delete("hostname_reservation", hostname, hostname));
                        Audit.allowed(draft, call, call.endpoint().operation(), hostname);
                    });
                },
                id -> Optional.empty());
    }

    private static ObjectNode json(Reservation reservation) {
        return Json.object()
                .put("id", reservation.hostname())
                .put("hostname", reservation.hostname())
                .put("org_id", reservation.orgId())
                .put("freed_at", reservation.freedAt().toString())
                .put("expires_at", reservation.until().toString());
    }
}
