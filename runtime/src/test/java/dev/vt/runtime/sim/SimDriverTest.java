package dev.vt.runtime.sim;

import dev.vt.runtime.VmDriver;
import dev.vt.runtime.VmDriverContract;
import java.nio.file.Path;
import java.util.List;

class SimDriverTest extends VmDriverContract {
    private final SimHost host = new SimHost(new SimScript(), SimTime.real());

    @Override
    protected VmDriver newDriver() {
        return new SimDriver(host);
    }

    @Override
    protected Path bundle() {
        return Path.of("sim");
    }

    @Override
    protected List<String> leftovers() {
        return List.copyOf(host.vms().keySet());
    }
}
