/**
 * The public API over gRPC (cluster.md §9): the operations of HTTP, said in protobuf ({@code api/proto/vt/cluster/v1}).
 *
 * <pre>
 * message ─► RpcMethod (path, query, body) ─► http.Dispatcher ─► handler ─► JSON ─► ProtoJson ─► message
 *                                              gate, rates, leader    one for both protocols
 * </pre>
 *
 * <p>A method names its operation in an option of the proto file, and that is all there is to a method: {@link
 * dev.vt.control.rpc.RpcMethod} finds out at start how its messages fit the operation and refuses to start if they do not.
 * Metadata have the names and meanings of the HTTP headers; a cookie is none of them, so no browser session reaches this port.
 *
 * <p><b>Architecture Invariant:</b> no handler, right or rule is known here. docs/adr/0035.
 */
@NullMarked
package dev.vt.control.rpc;

import org.jspecify.annotations.NullMarked;
