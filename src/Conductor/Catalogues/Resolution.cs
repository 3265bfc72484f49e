namespace Pylon.Conductor.Catalogues;

/// <summary>What is decided for a phase of a pipeline.</summary>
internal enum Decision
{
    Run,
    SkipCompleted,
    NotNeeded,
}

/// <summary>The decision for a phase, and its reason in words.</summary>
internal sealed record Verdict(string Phase, Decision Decision, string Reason);

/// <summary>A pipeline for one batch: a verdict on every phase; those to run first, in a possible order.</summary>
internal sealed record Resolution(string Pipeline, IReadOnlyList<Verdict> Verdicts)
{
    public IReadOnlyList<string> Final => Of(Decision.Run);

    public IReadOnlyList<string> Skipped => Of(Decision.SkipCompleted);

    /// <summary>One sentence for people.</summary>
    public string Summary
    {
        get
        {
            var run = Final.Count == 0 ? "nothing is left to run" : $"to run: {string.Join(", ", Final)}";
            var skipped = Skipped.Count == 0 ? "" : $"; completed before: {string.Join(", ", Skipped)}";
            var unneeded = Of(Decision.NotNeeded) is { Count: > 0 } rest ? $"; not needed: {string.Join(", ", rest)}" : "";
            return $"Pipeline '{Pipeline}': {run}{skipped}{unneeded}";
        }
    }

    private IReadOnlyList<string> Of(Decision decision) => [.. Verdicts.Where(v => v.Decision == decision).Select(v => v.Phase)];
}
