using Pylon.Insights.Playbook;

namespace Pylon.Insights.Advice;

/// <summary>A measure in the order of <see cref="Ranking"/>.</summary>
/// <param name="Rank">1 for the best.</param>
/// <param name="Saving">As a share.</param>
/// <param name="Kg">What it is a share of, kg CO2e.</param>
/// <param name="Confidence">0 to 1.</param>
internal sealed record RankedMeasure(int Rank, MeasureSaving Saving, double Kg, double Confidence)
{
    public Measure Measure => Saving.Measure;

    /// <summary>kg CO2e.</summary>
    public double SavedKg => Saving.Share * Kg;

    /// <summary>kg CO2e.</summary>
    public double LowKg => Saving.Low * Kg;

    /// <summary>kg CO2e.</summary>
    public double HighKg => Saving.High * Kg;

    public double Score => SavedKg * Measure.Feasibility / 10 * Confidence;
}
