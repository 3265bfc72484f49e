namespace Pylon.LocalStack.Machine;

/// <summary>Something that the user has to know and can act on; the message is the whole story, no stack trace is shown.</summary>
public sealed class StackException : Exception
{
    /// <inheritdoc cref="StackException"/>
    public StackException(string message)
        : base(message)
    {
    }

    /// <inheritdoc cref="StackException"/>
    public StackException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <inheritdoc cref="StackException"/>
    public StackException()
    {
    }

    /// <summary>A process that did not come up: which, why, the last of what it said, and where the rest is.</summary>
    internal static StackException FailedStart(string name, string reason, string lastLines, string logFile)
    {
        var said = lastLines.Length == 0
            ? "It said nothing."
            : "It said last:\n" + string.Join('\n', lastLines.Split('\n').Select(line => "    " + line));
        return new StackException($"{name} did not start: {reason}.\n{said}\nIts log: {logFile}");
    }
}
