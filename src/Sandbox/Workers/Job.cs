using System.Collections.Concurrent;
using Newtonsoft.Json;
using Newtonsoft.Json.Linq;
using Pylon.Sandbox.Requests;

namespace Pylon.Sandbox.Workers;

/// <summary>The phases of a batch for a worker to run.</summary>
internal sealed record Job(string BatchId, string Pipeline, IReadOnlyList<string> Phases, string CorrelationId)
{
    /// <summary>Reads the data of a pylon.batch.pipeline_defined.v1; null when it has no phases.</summary>
    public static Job? Read(JToken? data)
    {
        var phases = (data?["final_pipeline"] as JArray ?? []).Select(p => p.Value<string>()).OfType<string>().ToList();
        return Json.Text(data, "batch_id") is { } batch && phases.Count > 0
            ? new Job(batch, Json.Text(data, "pipeline") ?? "", phases, Json.Text(data, "correlation_id") ?? "")
            : null;
    }
}

/// <summary>A queued job and its progress.</summary>
internal sealed class JobRecord(Job job)
{
    public const string Working = "working";
    public const string Done = "done";

    [JsonIgnore]
    public Job Job => job;

    public string BatchId => job.BatchId;
    public string Pipeline => job.Pipeline;
    public IReadOnlyList<string> Phases => job.Phases;

    /// <summary>working, done, or why the job ended early.</summary>
    public string State { get; set; } = Working;

    public string Phase { get; set; } = "";

    public ConcurrentQueue<object> Reports { get; } = new();

    public void Reported(Report report, bool changed) =>
        Reports.Enqueue(new { report.Phase, report.Part, report.Succeeded, report.EventId, changed });
}
