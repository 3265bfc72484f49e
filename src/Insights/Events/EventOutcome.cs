namespace Pylon.Insights.Events;

/// <summary>What became of a candidate.</summary>
internal enum EventResult
{
    Accepted,

    /// <summary>It was recorded before with the same content; nothing changed.</summary>
    Duplicate,

    Quarantined,
}

/// <summary>What became of a candidate, and why.</summary>
/// <param name="Reason">UPPER_SNAKE; empty unless it is quarantined.</param>
/// <param name="Details">Each names a field and what is allowed.</param>
internal sealed record EventOutcome(EventResult Result, string Reason, IReadOnlyList<string> Details)
{
    public const string Invalid = "EVENT_INVALID";
    public const string Reused = "EVENT_ID_REUSED";

    public static readonly EventOutcome Accepted = new(EventResult.Accepted, "", []);
    public static readonly EventOutcome Duplicate = new(EventResult.Duplicate, "", []);

    public static readonly EventOutcome IdReused = Quarantined(
        Reused, ["event_id was recorded before with another content: an event is not changed; give it an id of its own"]);

    public static EventOutcome Quarantined(string reason, IReadOnlyList<string> details) => new(EventResult.Quarantined, reason, details);
}
