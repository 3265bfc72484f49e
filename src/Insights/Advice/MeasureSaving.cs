using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>What a measure saves here, as shares of what is emitted.</summary>
/// <param name="Measure">The measure.</param>
/// <param name="Share">At most 1; negative when it would emit more.</param>
/// <param name="Low">The low end of its uncertainty.</param>
/// <param name="High">The high end of its uncertainty.</param>
/// <param name="Confidence">0 to 1, of the share.</param>
/// <param name="TypicalReason">Why it is the measure's typical saving; null when it is simulated.</param>
internal sealed record MeasureSaving(Measure Measure, double Share, double Low, double High, double Confidence, string? TypicalReason)
{
    // A range from the book is not about this entity.
    private const double TypicalConfidence = 0.5;

    public bool IsSimulated => TypicalReason is null;

    /// <summary>simulated or typical: see <see cref="ReductionStatus"/>.</summary>
    public string Basis => IsSimulated ? ReductionStatus.Simulated : ReductionStatus.Typical;

    /// <summary>The middle of the measure's typical saving.</summary>
    public static MeasureSaving Typical(Measure measure, string reason) =>
        new(measure, measure.Saving.Middle, measure.Saving.Low, measure.Saving.High, TypicalConfidence, reason);
}
