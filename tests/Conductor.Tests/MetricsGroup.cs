namespace Pylon.Conductor.Tests;

/// <summary>
/// Tests that read /metrics. Hosts of one process share the instruments of a meter, and the end of one host ends them for the
/// others, so these tests have the process to themselves.
/// </summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public static class MetricsGroup
{
    public const string Name = "metrics";
}
