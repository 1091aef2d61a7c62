package dev.vt.control.feature;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** Reads a resource as it is shown (A7), from the views. */
@FunctionalInterface
public interface ResourceReader {
    Optional<ObjectNode> read(String id);
}
