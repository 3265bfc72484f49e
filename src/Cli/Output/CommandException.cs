namespace Pylon.Cli.Output;

/// <summary>A command cannot go on; the message is shown to the user in one line.</summary>
internal sealed class CommandException(string message, int exitCode = ExitCode.Failed, Exception? inner = null) : Exception(message, inner)
{
    public int Code { get; } = exitCode;
}
