namespace Pylon.Conductor.Batches;

/// <summary>How far a phase of a batch is.</summary>
/// <param name="Completed">Entities that completed it.</param>
/// <param name="Failed">Entities that failed it and have not completed it since.</param>
/// <param name="Total">Entities of the batch, as far as they are known.</param>
/// <param name="Whole">What was said of the batch as a whole, if anything.</param>
internal sealed record Progress(string Phase, long Completed, long Failed, long Total, bool? Whole)
{
    public bool IsComplete => Whole == true || (Total > 0 && Completed >= Total);
}
