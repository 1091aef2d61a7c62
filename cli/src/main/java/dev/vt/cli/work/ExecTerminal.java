package dev.vt.cli.work;

import dev.vt.cli.core.Session;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumSet;
import org.jline.terminal.Attributes;
import org.jline.terminal.Attributes.ControlChar;
import org.jline.terminal.Attributes.InputFlag;
import org.jline.terminal.Attributes.LocalFlag;
import org.jline.terminal.Attributes.OutputFlag;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.jspecify.annotations.Nullable;

/** The local side of an exec session: the terminal in raw mode, or plain streams. Closing restores the terminal. */
final class ExecTerminal implements AutoCloseable {
    private static final int FALLBACK_COLUMNS = 80;
    private static final int FALLBACK_ROWS = 24;

    private final Session session;
    private final @Nullable Terminal terminal;
    private final @Nullable Attributes saved;

    private ExecTerminal(Session session, @Nullable Terminal terminal, @Nullable Attributes saved) {
        this.session = session;
        this.terminal = terminal;
        this.saved = saved;
    }

    static ExecTerminal open(Session session, boolean tty) throws IOException {
        if (!tty || !session.shell().terminals().in()) {
            return new ExecTerminal(session, null, null);
        }
        // Unless told otherwise JLine asks the terminal what it can do, and eats what was typed ahead while it waits
        // for an answer.
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .ffm(true)
                .dumb(true)
                .graphemeCluster(false)
                .build();
        Attributes saved = terminal.getAttributes();
        terminal.setAttributes(raw(saved));
        return new ExecTerminal(session, terminal, saved);
    }

    /** Every byte as it comes, both ways: cfmakeraw of termios(3). The remote terminal echoes, edits lines and makes signals. */
    private static Attributes raw(Attributes of) {
        Attributes raw = new Attributes(of);
        raw.setInputFlags(
                EnumSet.of(
                        InputFlag.IGNBRK,
                        InputFlag.BRKINT,
                        InputFlag.PARMRK,
                        InputFlag.ISTRIP,
                        InputFlag.INLCR,
                        InputFlag.IGNCR,
                        InputFlag.ICRNL,
                        InputFlag.IXON),
                false);
        raw.setOutputFlag(OutputFlag.OPOST, false);
        raw.setLocalFlags(
                EnumSet.of(LocalFlag.ECHO, LocalFlag.ECHONL, LocalFlag.ICANON, LocalFlag.ISIG, LocalFlag.IEXTEN),
                false);
        raw.setControlChar(ControlChar.VMIN, 1);
        raw.setControlChar(ControlChar.VTIME, 0);
        return raw;
    }

    int columns() {
        return terminal == null || terminal.getSize().getColumns() <= 0
                ? FALLBACK_COLUMNS
                : terminal.getSize().getColumns();
    }

    int rows() {
        return terminal == null || terminal.getSize().getRows() <= 0
                ? FALLBACK_ROWS
                : terminal.getSize().getRows();
    }

    void onResize(Runnable action) {
        if (terminal != null) {
            terminal.handle(Terminal.Signal.WINCH, signal -> action.run());
        }
    }

    /** Not the terminal's own stream: closing that waits for a read that may never end. */
    InputStream input() {
        return session.shell().in();
    }

    OutputStream output() {
        return session.out();
    }

    boolean raw() {
        return terminal != null;
    }

    @Override
    public void close() throws IOException {
        if (terminal != null && saved != null) {
            terminal.setAttributes(saved);
            terminal.close();
        }
    }
}
