namespace Pylon.Insights.Events;

/// <summary>Something that may become an event.</summary>
/// <param name="Event">As far as it could be read.</param>
/// <param name="Faults">What is wrong with it; empty when nothing is.</param>
/// <param name="Body">It as it came, for the quarantine; called only when it goes there.</param>
internal sealed record EventCandidate(NewEvent Event, IReadOnlyList<string> Faults, Func<string> Body)
{
    /// <summary>Of the imported file; 0 when it is not from one.</summary>
    public long Line { get; init; }

    /// <summary>What is computed of it already; null leaves that to the models.</summary>
    public EventFigures? Figures { get; init; }

    /// <summary>Why it goes to quarantine when there are faults.</summary>
    public string Reason { get; init; } = EventOutcome.Invalid;
}
