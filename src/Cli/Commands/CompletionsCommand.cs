using System.CommandLine;
using Pylon.Cli.Output;

namespace Pylon.Cli.Commands;

/// <summary><c>pylon completions</c>: what a shell needs to complete the command line. The words come from the directive [suggest].</summary>
internal static class CompletionsCommand
{
    private const string Bash = """
        # In ~/.bashrc: eval "$(/path/to/pylon completions bash)"
        _pylon() {
            local line=${COMP_LINE#* } IFS=$'\n'
            local position=$((COMP_POINT - ${#COMP_LINE} + ${#line}))
            COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$position]" "$line" 2>/dev/null)" -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _pylon pylon ./pylon
        """;

    private const string Zsh = """
        # In ~/.zshrc, behind compinit: eval "$(/path/to/pylon completions zsh)"
        _pylon() {
            local line=${BUFFER#* }
            local position=$((CURSOR - ${#BUFFER} + ${#line}))
            local -a found=("${(@f)$(${words[1]} "[suggest:$position]" "$line" 2>/dev/null)}")
            compadd -a found
        }
        compdef _pylon pylon
        """;

    private const string Fish = """
        # In ~/.config/fish/config.fish: /path/to/pylon completions fish | source
        function __pylon_complete
            set -l line (string replace -r '^\S+\s*' '' -- (commandline -cp))
            set -l words (commandline -po)
            $words[1] "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -f -c pylon -a '(__pylon_complete)'
        """;

    public static Command Create(CommandContext context)
    {
        var shell = new Argument<string>("shell") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Verb("completions", "Print what a shell needs to complete this command; the first line says where it goes", "completions bash") { shell };
        command.SetAction(parsed => context.Screen.Line(parsed.GetRequiredValue(shell) switch { "bash" => Bash, "zsh" => Zsh, _ => Fish }));
        return command;
    }
}
