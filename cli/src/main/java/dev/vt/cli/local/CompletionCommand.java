package dev.vt.cli.local;

import dev.vt.cli.core.CliError;
import dev.vt.cli.core.CliException;
import dev.vt.cli.core.Session;
import dev.vt.cli.core.VtCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code vt completion bash|zsh|fish}: a script for the shell's start-up file, which asks {@code vt} itself at each tab (C15). */
@Command(
        name = "completion",
        description = {
            "print a script that completes commands, names and ids in your shell",
            "bash: eval \"$$(vt completion bash)\" in ~/.bashrc",
            "zsh:  eval \"$$(vt completion zsh)\" in ~/.zshrc, after compinit",
            "fish: vt completion fish > ~/.config/fish/completions/vt.fish"
        })
@SuppressWarnings("NullAway.Init")
public final class CompletionCommand extends VtCommand {
    private static final String BASH = """
            _vt() {
              local IFS=$'\\n'
              COMPREPLY=($(vt __complete "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
              if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then compopt -o nospace; fi
            }
            complete -o default -F _vt vt
            """;
    private static final String ZSH = """
            _vt() {
              local -a found
              found=(${(f)"$(vt __complete "${(@)words[2,CURRENT]}" 2>/dev/null)"})
              if (( ${#found} )); then compadd -- $found; else _files; fi
            }
            compdef _vt vt
            """;
    private static final String FISH = """
            function __vt_complete
              set -l words (commandline -opc)
              vt __complete $words[2..-1] (commandline -ct | string collect -a) 2>/dev/null
            end
            complete -c vt -f -a '(__vt_complete)'
            """;

    @Parameters(paramLabel = "SHELL", description = "bash, zsh or fish")
    private String name;

    @Override
    protected int run(Session session) {
        session.out()
                .print(
                        switch (name) {
                            case "bash" -> BASH;
                            case "zsh" -> ZSH;
                            case "fish" -> FISH;
                            default ->
                                throw new CliException(CliError.usage(
                                        "invalid_argument",
                                        "no completion for '" + name + "'",
                                        "use bash, zsh or fish"));
                        });
        return 0;
    }
}
