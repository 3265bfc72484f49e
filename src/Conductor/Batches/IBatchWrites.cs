namespace Pylon.Conductor.Batches;

/// <summary>How a change is made in Redis: <see cref="ScriptedWrites"/> or <see cref="TransactedWrites"/>. Both may be repeated.</summary>
internal interface IBatchWrites
{
    /// <summary>Null when the batch must be loaded first.</summary>
    Task<Applied?> ReportAsync(BatchKeys keys, PhaseReport report, CancellationToken cancellationToken);

    /// <summary>False when the batch must be loaded first.</summary>
    Task<bool> DefineAsync(BatchKeys keys, PipelineDefinition definition, CancellationToken cancellationToken);
}

/// <summary>What a report came to in Redis.</summary>
/// <param name="IsSame">It changed nothing because it is the one that did so before.</param>
internal sealed record Applied(bool Changed, bool IsSame, Progress Progress);
