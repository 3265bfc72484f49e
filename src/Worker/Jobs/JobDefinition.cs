using Pylon.Conductor.V1;

namespace Pylon.Worker.Jobs;

/// <summary>A job as the configuration of the worker has it.</summary>
/// <param name="Contract">What the Conductor learns of it: its name and its parameters.</param>
/// <param name="Command">The program and its arguments, with {parameter} in them.</param>
/// <param name="WorkingDirectory">Null: one of its own for each workload.</param>
/// <param name="Environment">Beside PATH, HOME, LANG and what Pylon sets.</param>
/// <param name="Checkpoint">Run before a job is stopped at the end of a planned step; null for none.</param>
/// <param name="MemoryMb">Of address space; null for no limit.</param>
/// <param name="OutputMb">The most that is kept of its output.</param>
internal sealed record JobDefinition(
    WorkerJob Contract,
    IReadOnlyList<string> Command,
    string? WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment,
    IReadOnlyList<string>? Checkpoint,
    TimeSpan TimeLimit,
    int? MemoryMb,
    int OutputMb);
