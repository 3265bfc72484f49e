using System.Diagnostics;
using System.Diagnostics.Metrics;
using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Flow;

/// <summary>Traces and measures what the workers do.</summary>
internal sealed class FlowTelemetry
{
    private static readonly ActivitySource Source = new("Pylon.Orchestrator");
    private readonly Histogram<double> _runs;

    public FlowTelemetry(IMeterFactory meters)
    {
        var meter = meters.Create("Pylon.Orchestrator");
        _runs = meter.CreateHistogram<double>("pylon_workload_run_duration", "s", "One attempt of a worker at a workload, by its state and outcome");
    }

    /// <summary>The span of an attempt, in the trace of the submission; a workload without one begins a new trace.</summary>
    public static Activity? Begin(WorkloadRecord workload)
    {
        // Whatever claimed the workload is not its parent.
        Activity.Current = null;
        return Source.StartActivity("workload process", ActivityKind.Consumer, workload.Traceparent)
            ?.SetTag("pylon.workload.id", workload.Id.ToString()).SetTag("pylon.workload.state", workload.Status);
    }

    public void Ended(string status, string outcome, TimeSpan duration) =>
        _runs.Record(duration.TotalSeconds, new TagList { { "state", status }, { "outcome", outcome } });
}
