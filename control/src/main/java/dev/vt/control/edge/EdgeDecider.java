package dev.vt.control.edge;

import dev.vt.control.edge.EdgeState.Admission;
import dev.vt.kernel.Decision;
import dev.vt.kernel.ErrorCode;

/** Pure: state and command in, events or a refusal out. */
final class EdgeDecider {
    private EdgeDecider() {}

    static Decision<EdgeEvent> decide(EdgeState state, EdgeCommand command) {
        return switch (command) {
            case EdgeCommand.Enroll(EdgeEvent.Enrolled enrolled) ->
                state instanceof EdgeState.Absent
                        ? Decision.accept(enrolled)
                        : Decision.refuse(ErrorCode.KEY_ENROLLED, "the edge is enrolled");
            case EdgeCommand.Renew(EdgeEvent.CertificateRenewed renewed) ->
                switch (state) {
                    case EdgeState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such edge");
                    case EdgeState.Member(Admission now)
                    when now == Admission.REVOKED -> Decision.refuse(ErrorCode.FORBIDDEN, "the edge is revoked");
                    case EdgeState.Member member -> Decision.accept(renewed);
                };
            case EdgeCommand.Admit(Admission wanted, var reason) ->
                switch (state) {
                    case EdgeState.Absent() -> Decision.refuse(ErrorCode.NOT_FOUND, "there is no such edge");
                    case EdgeState.Member(Admission now) when now == wanted -> Decision.unchanged();
                    case EdgeState.Member(Admission now)
                    when allowed(now, wanted) -> Decision.accept(new EdgeEvent.StateChanged(wanted, "operator"));
                    case EdgeState.Member(Admission now) ->
                        Decision.refuse(
                                ErrorCode.INVALID_STATE,
                                "an edge that is " + now.wire() + " cannot become " + wanted.wire());
                };
        };
    }

    private static boolean allowed(Admission now, Admission wanted) {
        return switch (wanted) {
            case ACTIVE, DISABLED -> now != Admission.REVOKED;
            case DRAINING -> now == Admission.ACTIVE;
            case REVOKED -> true;
        };
    }

    static EdgeState evolve(EdgeState state, EdgeEvent event) {
        return switch (event) {
            case EdgeEvent.Enrolled enrolled -> new EdgeState.Member(Admission.ACTIVE);
            case EdgeEvent.StateChanged(Admission admission, var reason) -> new EdgeState.Member(admission);
            case EdgeEvent.RouteStatusChanged changed -> state;
            case EdgeEvent.CertificateRenewed renewed -> state;
            case EdgeEvent.ConfigRejected rejected -> state;
        };
    }
}
