namespace Pylon.Sandbox.Workers;

/// <summary>The faults of the workers; the action of a fault is a phase.</summary>
internal static class WorkerFaults
{
    public const string FailPart = "fail_part";
    public const string FailPhase = "fail_phase";
    public const string DuplicateReports = "duplicate_reports";
    public const string LateReports = "late_reports";
    public const string Delay = "delay";

    public static IReadOnlyList<string> All { get; } = [FailPart, FailPhase, DuplicateReports, LateReports, Delay];

    /// <summary>The phases of the pipelines of workloads.</summary>
    public static IReadOnlyList<string> Phases { get; } = ["prepare", "train", "evaluate", "publish", "infer", "collect"];
}
