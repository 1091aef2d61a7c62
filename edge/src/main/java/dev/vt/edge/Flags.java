package dev.vt.edge;

import dev.vt.edge.proxy.AddressBlock;
import dev.vt.identity.ServerAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Options of a command; all problems are collected and reported together. Used by one thread. */
final class Flags {
    private final Map<String, List<String>> values = new HashMap<>();
    private final Set<String> switches = new HashSet<>();
    private final List<String> problems = new ArrayList<>();

    Flags(List<String> args, List<String> withValue, List<String> withoutValue) {
        for (int i = 0; i < args.size(); i++) {
            String name = args.get(i);
            if (withoutValue.contains(name)) {
                switches.add(name);
            } else if (!withValue.contains(name)) {
                problems.add("unknown option " + name);
            } else if (i + 1 == args.size()) {
                problems.add(name + " needs a value");
            } else {
                values.computeIfAbsent(name, key -> new ArrayList<>()).add(args.get(++i));
            }
        }
    }

    List<String> problems() {
        return problems;
    }

    boolean isSet(String name) {
        return switches.contains(name);
    }

    List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    private Optional<String> optional(String name) {
        List<String> given = all(name);
        return given.isEmpty() ? Optional.empty() : Optional.of(given.getLast());
    }

    /** Empty text, and a problem, if it is missing. */
    String required(String name) {
        return optional(name).orElseGet(() -> {
            problems.add(name + " is missing");
            return "";
        });
    }

    long number(String name, long otherwise) {
        String text = optional(name).orElse(String.valueOf(otherwise));
        if (text.matches("[0-9]{1,6}")) {
            return Long.parseLong(text);
        }
        problems.add(name + " wants a number of seconds");
        return otherwise;
    }

    Optional<ServerAddress> server(String name) {
        List<ServerAddress> all = servers(name);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
    }

    List<ServerAddress> servers(String name) {
        required(name);
        List<ServerAddress> servers = new ArrayList<>();
        for (String text : all(name)) {
            try {
                servers.add(ServerAddress.parse(text));
            } catch (IllegalArgumentException e) {
                problems.add(name + " wants HOST:PORT");
            }
        }
        return servers;
    }

    List<AddressBlock> blocks(String name) {
        List<AddressBlock> blocks = new ArrayList<>();
        for (String text : all(name)) {
            try {
                blocks.add(AddressBlock.parse(text));
            } catch (IllegalArgumentException e) {
                problems.add(name + " wants ADDRESS or ADDRESS/BITS");
            }
        }
        return blocks;
    }

    InetAddress address(String name, String otherwise) {
        try {
            return InetAddress.ofLiteral(optional(name).orElse(otherwise));
        } catch (IllegalArgumentException e) {
            problems.add(name + " wants an IP address");
            return InetAddress.getLoopbackAddress();
        }
    }

    Optional<InetSocketAddress> socketAddress(String name, String otherwise) {
        String text = optional(name).orElse(otherwise);
        int colon = text.lastIndexOf(':');
        try {
            String host = text.substring(0, Math.max(0, colon)).replaceAll("^\\[|\\]$", "");
            int port = Integer.parseInt(text.substring(colon + 1));
            return Optional.of(new InetSocketAddress(InetAddress.ofLiteral(host), port));
        } catch (IllegalArgumentException e) {
            problems.add(name + " wants ADDRESS:PORT");
            return Optional.empty();
        }
    }
}
