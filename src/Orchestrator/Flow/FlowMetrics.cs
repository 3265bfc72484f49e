using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Pylon.Orchestrator.Flow;

/// <summary>Counts what the workers do.</summary>
internal sealed class FlowMetrics
{
    private readonly Histogram<double> _runs;

    public FlowMetrics(IMeterFactory meters)
    {
        var meter = meters.Create("Pylon.Orchestrator");
        _runs = meter.CreateHistogram<double>("pylon_workload_run_duration", "s", "One run of a worker over a workload, by its state and outcome");
    }

    public void Ended(string status, string outcome, TimeSpan duration) =>
        _runs.Record(duration.TotalSeconds, new TagList { { "state", status }, { "outcome", outcome } });
}
