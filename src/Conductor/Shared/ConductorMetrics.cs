using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pylon.Conductor.Shared;

/// <summary>Counts what the Conductor does; the first two have their names from BCS, the Batch Conductor Service.</summary>
internal sealed class ConductorMetrics
{
    private readonly Histogram<double> _durations;
    private readonly Counter<long> _reports;
    private readonly Counter<long> _rebuilds;
    private readonly Counter<long> _consumed;
    private readonly Counter<long> _deadLetters;
    private readonly Counter<long> _purged;
    private long _resolved;
    private long _unresolved;

    public ConductorMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Pylon.Conductor");
        // Both series are there before their first step, or its increase could not be seen.
        meter.CreateObservableCounter("bcs_pipeline_resolutions", Resolutions, "{resolution}", "Pipelines resolved, by status");
        _durations = meter.CreateHistogram<double>("bcs_pipeline_resolution_duration", "s", "One DefinePipeline, by status");
        _reports = meter.CreateCounter<long>("bcs_phase_reports", "{report}", "Reports applied, by whether they changed anything");
        _rebuilds = meter.CreateCounter<long>("bcs_state_rebuilds", "{batch}", "Batches rebuilt in Redis from PostgreSQL");
        _consumed = meter.CreateCounter<long>("bcs_events_consumed", "{event}", "Events consumed, by topic and outcome");
        _deadLetters = meter.CreateCounter<long>("bcs_dead_letters", "{event}", "Events that became dead letters, by topic");
        _purged = meter.CreateCounter<long>("bcs_purged_rows", "{row}", "Rows removed from PostgreSQL because they had expired, by table");
    }

    public void Resolved(bool success, TimeSpan duration)
    {
        Interlocked.Increment(ref success ? ref _resolved : ref _unresolved);
        _durations.Record(duration.TotalSeconds, Status(success));
    }

    public void Reported(bool changed) => _reports.Add(1, new TagList { { "changed", changed ? "true" : "false" } });

    public void Rebuilt() => _rebuilds.Add(1);

    public void Consumed(string topic, string outcome) => _consumed.Add(1, new TagList { { "topic", topic }, { "outcome", outcome } });

    public void Purged(string table, int rows) => _purged.Add(rows, new TagList { { "table", table } });

    public void DeadLettered(string topic) => _deadLetters.Add(1, new TagList { { "topic", topic } });

    private IEnumerable<Measurement<long>> Resolutions() =>
        [new(Interlocked.Read(ref _resolved), Status(success: true)), new(Interlocked.Read(ref _unresolved), Status(success: false))];

    private static KeyValuePair<string, object?> Status(bool success) => new("status", success ? "success" : "failure");
}
