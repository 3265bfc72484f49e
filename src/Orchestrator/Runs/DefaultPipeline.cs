using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Runs;

/// <summary>Which pipeline of the shipped catalogue a workload goes through when its user names none.</summary>
internal static class DefaultPipeline
{
    public static string Of(WorkloadRecord workload) => workload.Pipeline ?? workload.WorkloadType?.ToUpperInvariant() switch
    {
        { } type when type.Contains("INFER", StringComparison.Ordinal) => "compute_inference",
        { } type when type.Contains("EVAL", StringComparison.Ordinal) => "compute_evaluation",
        _ => "compute_training",
    };
}
