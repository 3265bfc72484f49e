using Pylon.LocalStack.Machine;

namespace Pylon.LocalStack.Processes;

/// <summary>What to execute, as whom, with which environment, and where its output goes.</summary>
public sealed record LaunchPlan(string FileName, IReadOnlyList<string> Arguments, string LogFile)
{
    /// <summary>Added to the environment that is inherited; a null value takes a variable away.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Where the process starts; null is the current directory.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>The user to become, when we are root and the process must not be.</summary>
    public string? User { get; init; }

    /// <summary>What the process gets when we are killed and cannot stop it ourselves; null lets it outlive us.</summary>
    public Signal? SignalWhenOrphaned { get; init; } = Signal.Terminate;
}
