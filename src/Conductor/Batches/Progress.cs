namespace Pylon.Conductor.Batches;

/// <summary>The progress of a phase of a batch.</summary>
/// <param name="Completed">Entities that completed it.</param>
/// <param name="Failed">Entities that failed it and have not completed it since.</param>
/// <param name="Total">Entities of the batch that are known or announced.</param>
/// <param name="Whole">The report on the batch as a whole: completed, failed, or null without one.</param>
internal sealed record Progress(string Phase, long Completed, long Failed, long Total, bool? Whole)
{
    /// <summary>Of the reports that changed it.</summary>
    public PhaseWork Work { get; init; } = PhaseWork.None;

    public bool IsComplete => Whole == true || (Total > 0 && Completed >= Total);
}
