namespace Pylon.LocalStack.Machine;

/// <summary>An error that the user can act on; the message is shown without a stack trace.</summary>
public sealed class StackException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>A process did not start: which one, why, its last lines, and its log.</summary>
    internal static StackException FailedStart(string name, string reason, string lastLines, string logFile)
    {
        var output = lastLines.Length == 0
            ? "It wrote nothing."
            : "It wrote last:\n" + string.Join('\n', lastLines.Split('\n').Select(line => "    " + line));
        return new StackException($"{name} did not start: {reason}.\n{output}\nIts log: {logFile}");
    }
}
