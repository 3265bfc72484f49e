using Pylon.Orchestrator.Workloads;

namespace Pylon.Orchestrator.Runs;

/// <summary>The pipeline that a workload goes through: the one that its user names, else one of the shipped catalogue.</summary>
internal static class DefaultPipeline
{
    public static string Of(WorkloadRecord workload) => workload.Pipeline ?? (workload.Job is null ? OfType(workload) : "compute_job");

    private static string OfType(WorkloadRecord workload) => workload.WorkloadType?.ToUpperInvariant() switch
    {
        { } type when type.Contains("INFER", StringComparison.Ordinal) => "compute_inference",
        { } type when type.Contains("EVAL", StringComparison.Ordinal) => "compute_evaluation",
        _ => "compute_training",
    };
}
