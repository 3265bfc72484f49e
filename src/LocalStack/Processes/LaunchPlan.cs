using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Processes;

/// <summary>How to start a process: program, user, environment and log file.</summary>
public sealed record LaunchPlan(string FileName, IReadOnlyList<string> Arguments, string LogFile)
{
    /// <summary>Added to the inherited environment; null removes a variable.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Its working directory; null for the current one.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The user that it runs as; null for our own.</summary>
    public string? User { get; init; }

    /// <summary>The signal that it gets when we are killed; null for none.</summary>
    public Signal? SignalWhenOrphaned { get; init; } = Signal.Terminate;
}
