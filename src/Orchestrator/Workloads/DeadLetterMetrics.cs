using System.Diagnostics.Metrics;

namespace Pylon.Orchestrator.Workloads;

/// <summary>Counts what was given up: workloads whose attempts all failed, and events that cannot be read.</summary>
internal sealed class DeadLetterMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _deadLetters = meters.Create("Pylon.Orchestrator").CreateCounter<long>(
        "pylon_orchestrator_dead_letters", null, "Workloads that failed after all attempts (topic workloads), and events of the Conductor that cannot be read (topic batches)");

    public void Added(string topic, int count = 1) => _deadLetters.Add(count, new KeyValuePair<string, object?>("topic", topic));
}
