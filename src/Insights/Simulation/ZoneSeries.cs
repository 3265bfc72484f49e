namespace Pylon.Insights.Simulation;

/// <summary>The carbon intensity of a place, step by step.</summary>
/// <param name="Zone">Its name, or the number of its region.</param>
/// <param name="Start">Of the first value.</param>
/// <param name="Step">Of each value.</param>
/// <param name="Grams">gCO2/kWh; null where there is none.</param>
/// <param name="Pue">Power usage effectiveness; null for that of the features.</param>
internal sealed record ZoneSeries(string Zone, DateTimeOffset Start, TimeSpan Step, IReadOnlyList<decimal?> Grams, decimal? Pue)
{
    /// <summary>Any of the values is synthetic.</summary>
    public bool IsSynthetic { get; init; }
}
