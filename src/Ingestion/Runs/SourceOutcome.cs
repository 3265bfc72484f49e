namespace Pylon.Ingestion.Runs;

/// <summary>What an ingestion run read from one source: a row of pipeline_run_sources.</summary>
internal sealed record SourceOutcome(
    string Source, string Status, long Read, long New, long Changed, long Unchanged, long Rejected, long Missing,
    DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, string Error, DateTimeOffset? FreshAt)
{
    /// <summary>The first of the half hours that are missing.</summary>
    public IReadOnlyList<string> MissingSpans { get; init; } = [];
}

/// <summary>A row of pipeline_runs with its sources.</summary>
internal sealed record Run(Guid Id, string Trigger, string Status, DateTimeOffset StartedAt, DateTimeOffset? FinishedAt, IReadOnlyList<SourceOutcome> Sources);
