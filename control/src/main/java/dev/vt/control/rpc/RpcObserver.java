package dev.vt.control.rpc;

/** Is told of every call that ended. Called on the calls' threads: implementations only count. */
@FunctionalInterface
public interface RpcObserver {
    /**
     * @param method {@code vt.cluster.v1.NodeService/Drain}
     * @param code {@code ok}, or the code of the refusal
     */
    void called(String method, String code);
}
