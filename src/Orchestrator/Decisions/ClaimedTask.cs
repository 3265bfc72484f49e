using Pylon.Orchestrator.Contexts;

namespace Pylon.Orchestrator.Decisions;

/// <summary>A workload whose notification is claimed, as it is now.</summary>
internal sealed record ClaimedTask : ContextTask
{
    public required long NotificationId { get; init; }

    /// <summary>With this one; a claim counts, so that one that ends a process is given up in the end.</summary>
    public required int Attempts { get; init; }

    /// <summary>Whose work it is; null for no operator's.</summary>
    public Guid? OperatorId { get; init; }

    /// <summary>The version that its context gets.</summary>
    public required int NextVersion { get; init; }
}
